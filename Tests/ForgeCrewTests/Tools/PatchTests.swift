// The patch envelope: what can be read, what fits where, and that a patch made of any two texts gives the second of them.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeCrew

private func patched(_ patch: String, _ files: [String: String]) throws(ToolProblem) -> [PatchedFile] {
    let texts = Dictionary(uniqueKeysWithValues: files.map { (RepositoryPath($0.key), Array($0.value.utf8)) })
    return try PatchApplier.apply(try PatchEnvelope.parse(patch), to: texts)
}

/// One file, whose hunks these are.
private func check(
    _ file: String, _ hunks: String, becomes expected: String, remarks: [String] = [], _ place: SourceLocation = #_sourceLocation
) {
    do throws(ToolProblem) {
        let files = try patched("*** Begin Patch\n*** Update File: a.txt\n\(hunks)\n*** End Patch\n", ["a.txt": file])
        guard case .update(let bytes, _)? = files.first?.effect else {
            Issue.record("it is no update", sourceLocation: place)
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self).debugDescription == expected.debugDescription, sourceLocation: place)
        #expect(files.first?.remarks == remarks, sourceLocation: place)
    } catch {
        Issue.record("\(error)", sourceLocation: place)
    }
}

private func checkRefused(
    _ patch: String, _ files: [String: String] = [:], says parts: String..., at place: SourceLocation = #_sourceLocation
) {
    do throws(ToolProblem) {
        _ = try patched(patch, files)
        Issue.record("it was applied", sourceLocation: place)
    } catch {
        for part in parts { #expect(error.message.contains(part), "\(error.message)", sourceLocation: place) }
    }
}

struct PatchTests {
    @Test func `files are added, deleted, updated and moved`() throws {
        let files = try patched(
            """

            *** Begin Patch
            *** Add File: new/b.txt
            +one
            +
            +  two
            *** Delete File: old.txt
            *** Update File: a.txt
            *** Move to: c.txt
            @@
             x
            -y
            +Y
            *** Update File: only.txt
            *** Move to: moved.txt
            *** End Patch

            """, ["a.txt": "x\ny\n", "only.txt": "z\n"])
        #expect(files.map(\.path.text) == ["new/b.txt", "old.txt", "a.txt", "only.txt"])
        #expect(files[0].effect == .add(Array("one\n\n  two\n".utf8)))
        #expect(files[1].effect == .delete)
        #expect(files[2].effect == .update(Array("x\nY\n".utf8), lines: [1...2]) && files[2].movedTo == RepositoryPath("c.txt"))
        #expect(files[3].effect == .update(Array("z\n".utf8), lines: []) && files[3].movedTo == RepositoryPath("moved.txt"))
    }

    @Test func `hunks are found by their lines, one behind the other`() {
        check("a\nb\nc\nd\ne\n", "@@\n a\n-b\n+B\n@@\n d\n-e\n+E", becomes: "a\nB\nc\nd\nE\n")
        check("a\nb\n", " a\n+x\n b", becomes: "a\nx\nb\n")
        check("f\n  x\ng\n  x\n", "@@ g\n-  x\n+  y", becomes: "f\n  x\ng\n  y\n")
        check(
            "class A\n  def f\n    x\nclass B\n  def f\n    x\n", "@@ class B\n@@ def f\n-    x\n+    y",
            becomes: "class A\n  def f\n    x\nclass B\n  def f\n    y\n")
        check("a\nb\na\n", "@@\n-a\n+z\n*** End of File", becomes: "a\nb\nz\n")
        check("a\n\nb\n", "@@\n a\n\n-b\n+c", becomes: "a\n\nc\n")
        check("a\n", "@@\n+b", becomes: "a\nb\n")
        check("a", "@@\n+b", becomes: "a\nb\n")
        check("a\nend\n", "@@ a\n+b", becomes: "a\nb\nend\n")
        check("a\nb\n", "@@ -1,2 +1,2 @@\n-a\n+A\n b", becomes: "A\nb\n")
    }

    @Test func `what edits forgive, patches forgive`() {
        check(
            "\tif x {\n\t\ty()\n\t}\n", "@@\n     if x {\n-        y()\n+        z()\n     }", becomes: "\tif x {\n\t\tz()\n\t}\n",
            remarks: ["hunk 1 was found with another indentation; the new text was indented like the file"])
        check(
            "a  \r\nb\r\n", "@@\n a\n-b\n+c", becomes: "a  \r\nc\r\n", remarks: ["hunk 1 was found without regard to blanks at line ends"])
        check("a\nb", "@@\n a\n-b\n+c", becomes: "a\nc")
        check("a\r\nb\r\n", "@@\n a\n-b\n+c", becomes: "a\r\nc\r\n")
        check("e\u{301}\n", "@@\n-e\u{301}\n+\u{301}", becomes: "\u{301}\n")
    }

    @Test func `what fits nowhere, or twice, refuses the whole patch`() {
        let begin = "*** Begin Patch\n*** Update File: a.txt\n"
        let end = "\n*** End Patch"
        checkRefused(
            begin + "@@\n-a\n+b" + end, ["a.txt": "a\nx\na\n"], says: "hunk 1 of 1 of 'a.txt'", "stand 2 times: line 1, line 3",
            "no file was changed")
        checkRefused(begin + "@@\n-alpha(1)\n+b\n@@\n-zz\n+y" + end, ["a.txt": "alpha(1)\nbeta\n"], says: "hunk 2 of 2", "below line 1")
        checkRefused(
            begin + "@@\n alpha()\n-beta(2)\n+x" + end, ["a.txt": "alpha()\nbeta(3)\n"], says: "nearest passage is lines 1-2", "line 2")
        checkRefused(begin + "@@ class Q\n-a\n+b" + end, ["a.txt": "a\n"], says: "'class Q'")
        checkRefused(begin + "@@\n-a\n+b\n*** End of File" + end, ["a.txt": "a\nc\n"], says: "at the end of the file")
    }

    @Test func `what cannot be read is named with its line`() {
        checkRefused("", says: "begins with the line '*** Begin Patch'")
        checkRefused("*** Begin Patch\n*** Add File: a\n+x\n", says: "may have been cut")
        checkRefused("*** Begin Patch\n*** End Patch", says: "changes no file")
        checkRefused("*** Begin Patch\nhello\n*** End Patch", says: "line 2 of the patch", "'hello'")
        checkRefused("*** Begin Patch\n*** Add File: a\nx\n*** End Patch", says: "line 3 of the patch", "begins with '+'")
        checkRefused("*** Begin Patch\n*** Update File: a\n@@\n?x\n*** End Patch", says: "line 4 of the patch", "' ', '-' or '+'")
        checkRefused("*** Begin Patch\n*** Update File: a\n@@\n x\n*** End Patch", says: "changes nothing")
        checkRefused("*** Begin Patch\n*** Update File: a\n*** End Patch", says: "without a hunk")
        checkRefused("*** Begin Patch\n*** Add File: ../x\n+x\n*** End Patch", says: "'..'")
        checkRefused("*** Begin Patch\n*** Delete File: /etc/passwd\n*** End Patch", says: "not below the worktree")
        checkRefused("*** Begin Patch\n*** Delete File: .git/config\n*** End Patch", says: "git directory")
        checkRefused("*** Begin Patch\n*** Delete File: a\n*** Add File: ./a\n+x\n*** End Patch", says: "named twice")
    }

    /// With three lines around every change, and more where those stand elsewhere, too.
    private static func envelope(_ old: [String], _ new: [String]) -> String {
        let difference = new.difference(from: old)
        let removed = Set(difference.removals.map { if case .remove(let offset, _, _) = $0 { offset } else { -1 } })
        let inserted = Set(difference.insertions.map { if case .insert(let offset, _, _) = $0 { offset } else { -1 } })
        var lines: [String] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                lines.append("-" + old[left])
                left += 1
            } else if right < new.count, inserted.contains(right) {
                lines.append("+" + new[right])
                right += 1
            } else {
                lines.append(" " + old[left])
                (left, right) = (left + 1, right + 1)
            }
        }
        let changed = lines.indices.filter { !lines[$0].hasPrefix(" ") }
        guard let first = changed.first, let last = changed.last else { return "" }
        let shown = lines[max(0, first - 3)...min(lines.count - 1, last + 3)]
        return "*** Begin Patch\n*** Update File: a.txt\n@@\n\(shown.joined(separator: "\n"))\n*** End Patch\n"
    }

    @Test(arguments: UInt64(0)..<200) func `a patch made of two texts gives the second, or says that its place is not the only one`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let old = (0..<(3 + random.below(40))).map { _ in
            String(repeating: " ", count: random.below(3)) + ["a", "b", "c d", "e()"][random.below(4)] + "\(random.below(6))"
        }
        var new = old
        for _ in 0..<(1 + random.below(4)) {
            let at = random.below(new.count)
            switch random.below(3) {
            case 0: new.insert("new \(random.below(100))", at: at)
            case 1 where new.count > 1: new.remove(at: at)
            default: new[at] = "changed \(random.below(100))"
            }
        }
        guard old != new else { return }
        let text = old.joined(separator: "\n") + "\n"
        do throws(ToolProblem) {
            let files = try patched(Self.envelope(old, new), ["a.txt": text])
            let wanted = new.joined(separator: "\n") + "\n"
            #expect(
                files.first.map { if case .update(let bytes, _) = $0.effect { String(decoding: bytes, as: UTF8.self) } else { "" } }
                    == wanted)
        } catch {
            #expect(error.message.contains("times:"))
        }
    }
}
