// Patches as text: each form that git and diff write, each thing that is refused, and the way back to text.

import ForgeCore
import Testing

struct PatchTextTests {
    /// One line per change: kind, ends with their modes, hunks as `-text +text`.
    private static func shown(_ diff: Diff) -> String {
        diff.files.map { file in
            let ends = [file.old, file.new].map { side in
                side.map { "\($0.path.shown):\(String($0.mode.rawValue, radix: 8))\($0.byteCount.map { ":\($0)" } ?? "")" } ?? "-"
            }
            let lines = file.hunks.flatMap(\.lines).map { line in
                let sign = line.kind == .added ? "+" : line.kind == .removed ? "-" : " "
                return "[\(sign)\(RepositoryPath(bytes: Array(line.text)).shown)\(line.hasLineFeed ? "" : "$")]"
            }
            return "\(file.kind.rawValue) \(ends[0]) \(ends[1])\(file.omitted == nil ? "" : " binary") \(lines.joined())"
        }.joined(separator: "\n")
    }

    private static func parsed(_ text: String) -> String {
        do {
            return shown(try PatchText.parse(Array(text.utf8)))
        } catch {
            return error.description
        }
    }

    @Test(
        arguments: [
            ("", ""), ("\n \n", ""),
            (
                "diff --git a/x y b/x y\nindex 1..2 100755\n--- a/x y\t\n+++ b/x y\t\n@@ -1,2 +1,2 @@ func f()\n a\n-b\n+c\n",
                "modified x y:100755 x y:100755 [ a][-b][+c]"
            ),
            ("diff --git a/s b/s\nold mode 100644\nnew mode 100755\n", "modified s:100644 s:100755 "),
            (
                "diff --git a/o b/d/n\nsimilarity index 90%\nrename from o\nrename to d/n\nindex 1..2 100644\n--- a/o\n+++ b/d/n\n@@ -1 +1 @@\n-b\n+c\n",
                "renamed o:100644 d/n:100644 [-b][+c]"
            ),
            ("diff --git a/a b/a b/b\nsimilarity index 100%\ncopy from a b/a\ncopy to b\n", "copied a b/a:100644 b:100644 "),
            (
                "diff --git a/n b/n\nnew file mode 100755\nindex 0..1\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n",
                "added - n:100755 [+x$]"
            ),
            ("diff --git a/n b/n\nnew file mode 100644\nindex 0..1\n", "added - n:100644 "),
            (
                "diff --git a/n b/n\ndeleted file mode 120000\nindex 0..1\n--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\\ Kein Zeilenende\n",
                "deleted n:120000 - [-x$]"
            ),
            (
                "diff --git a/n b/n\ndeleted file mode 100644\n--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\ndiff --git a/n b/n\nnew file mode 120000\n"
                    + "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+/etc\n\\ No newline at end of file\n",
                "type_changed n:100644 n:120000 [-x][+/etc$]"
            ),
            (
                "diff --git a/m b/m\nindex 1..2 160000\n--- a/m\n+++ b/m\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n",
                "modified m:160000 m:160000 [-Subproject commit 1][+Subproject commit 2]"
            ),
            ("diff --git a/i b/i\nindex 1..2 100644\nBinary files a/i and b/i differ\n", "modified i:100644 i:100644 binary "),
            (
                "diff --git a/i b/i\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZ?wcmZ\n\nliteral 2\nJcmZ?wcmZ\n\n",
                "error"
            ),
            (
                "diff --git a/i b/i\nnew file mode 100644\nGIT binary patch\nliteral 3\nKcmYdfcmYdf\n\nliteral 0\nHcmV?d00001\n\n",
                "added - i:100644:3 binary "
            ),
            (
                "diff --git \"a/\\303\\244\\n\" \"b/\\303\\244\\n\"\nold mode 100644\nnew mode 100755\n",
                "modified ä\\u{a}:100644 ä\\u{a}:100755 "
            ),
            ("diff --git a/x \"b/y\\tz\"\nrename from x\nrename to \"y\\tz\"\n", "renamed x:100644 y\\u{9}z:100644 "),
            ("diff --git a/../../etc/passwd b/../../etc/passwd\nnew file mode 100644\n", "added - ../../etc/passwd:100644 "),
            ("diff --git a//etc/passwd b//etc/passwd\nnew file mode 100644\n", "added - /etc/passwd:100644 "),
            ("diff --git .github/w .github/w\nold mode 100644\nnew mode 100755\n", "modified .github/w:100644 .github/w:100755 "),
            ("diff --git a/x a/x\nold mode 100644\nnew mode 100755\n", "modified a/x:100644 a/x:100755 "),
            ("diff --git b/x a/x\nold mode 100644\nnew mode 100755\n", "modified x:100644 x:100755 "),
            ("From: me\nSubject: x\n\n--- a\n+++ b\n---\ndiff --git a/x b/x\nnew file mode 100644\n", "added - x:100644 "),
            (
                "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n-- \n2.39.5\n\n", "modified x:100644 x:100644 [-a][+b]"
            ),
            (
                "diff --git a/x b/x\r\n--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n", "modified x:100644 x:100644 [-a\\u{d}][+b\\u{d}]"
            ),
            ("--- a/x\t2024-01-01\n+++ b/x\t2024-01-02\n@@ -1,3 +1,3 @@\n-a\n+b\n\n c\n", "modified x:100644 x:100644 [-a][+b][ ][ c]"),
            ("--- old/s/x\n+++ new/s/x\n@@ -1 +1 @@\n-a\n+b\n", "modified s/x:100644 s/x:100644 [-a][+b]"),
            ("--- x.orig\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", "modified x.orig:100644 x:100644 [-a][+b]"),
            ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n", "added - x:100644 [+b]"),
            ("--- o/x\t1970-01-01 00:00:00.0 +0000\n+++ n/x\t2024\n@@ -0,0 +1 @@\n+b\n", "added - x:100644 [+b]"),
            ("Binary files o/a and b and n/a and b differ\n", "modified a and b:100644 a and b:100644 binary "),
        ] as [(String, String)])
    func `each form is read`(_ text: String, _ expected: String) {
        let found = Self.parsed(text)
        if expected == "error" { #expect(found.hasPrefix("line ")) } else { #expect(found == expected) }
    }

    private static let head = "diff --git a/x b/x\n--- a/x\n+++ b/x\n"

    @Test(
        arguments: [
            ("hello\n", "line 1: there is no unified diff in this text"),
            ("diff --cc x\nindex 1,2..3\n", "line 1: a combined diff of a merge"),
            ("diff --git a/x b/x\n@@@ -1,1 -1,1 +1,1 @@@\n", "line 2: a hunk of a combined diff stands in a plain one"),
            ("\n@@ -1 +1 @@\n-a\n+b\n", "line 2: a hunk stands here without the file"),
            ("Only in a: x\n", "line 1: a file on one side alone"),
            ("*** a\n--- b\n***************\n", "line 3: a context diff"),
            ("Submodule m 123456..789abc:\n  > change\n", "line 1: a submodule's change is shown as a summary"),
            ("diff --git a/x b/y\nold mode 100644\nnew mode 100755\n", "line 1: 'diff --git' does not name one file twice"),
            ("diff --git a/x b/y\nrename from x\nrename to z\n", "line 1: 'diff --git' names other files than the rename"),
            ("diff --git a/x b/y\nrename from x\n", "line 1: 'diff --git' names other files than the rename"),
            ("diff --git a/x b/x\nrename from x\n", "line 1: a rename or a copy has a 'from' and a 'to'"),
            ("diff --git a/x b/x\n--- a/y\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "line 1: '---' names another file"),
            ("diff --git a/x b/x\n--- a/x\n+++ b/.forge.yml\n@@ -1 +1 @@\n-a\n+b\n", "line 1: '+++' names another file"),
            ("diff --git a/x b/x\n--- a/x\n", "line 3: a '+++' line is expected"),
            ("diff --git a/x b/x\nnew file mode 100644\ndeleted file mode 100644\n", "line 1: the file is said to be new and deleted"),
            ("diff --git a/x b/x\nnew file mode 040000\n", "line 2: git has no mode '040000'"),
            ("diff --git \"a/x b/x\n", "line 1: a quoted name does not end"),
            ("diff --git \"a/\\400\" \"b/\\400\"\n", "line 1: a quoted name has an escape that is none"),
            ("diff --git \"a/\\000\" \"b/\\000\"\n", "line 1: a name holds a zero byte"),
            (head + "@@ -1,2 +1 @@\n-a\n+b\n", "line 7: the patch ends within a hunk: 1 old and 0 new lines are missing"),
            (head + "@@ -1 +1 @@\n-a\n+b\n+c\n", "line 7: more lines stand here than the hunk's head says"),
            (head + "@@ -1 +1,2 @@\n-a\n-b\n+c\n", "line 6: more old lines stand here"),
            (head + "@@ -1 +1,1 @@\n*a\n", "line 5: a line of a hunk begins with"),
            (head + "@@ -1 + @@\n", "line 4: a hunk begins with '@@ -LINE,COUNT"),
            (head + "@@ -1,99999999999999999999 +1 @@\n", "line 4: a hunk begins with '@@ -LINE,COUNT"),
            (head + "@@ -1,0 +1,0 @@\n", "line 4: this hunk has no lines"),
            (head + "@@ -0 +0 @@\n-a\n+b\n", "line 4: lines are counted from 1"),
            (head + "@@ -5 +5 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", "line 7: this hunk begins before the end of the one above it"),
            (head + "@@ -1,2 +1 @@\n-a\n\\ No newline\n-b\n+c\n", "line 7: a line stands after the end of its file"),
            (head + "@@ -1 +1 @@\n\\ No newline\n-b\n+c\n", "line 5: no line stands above this mark"),
            (
                "diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
                "line 5: a new file has no old lines"
            ),
            ("diff --git a/x b/x\nGIT binary patch\nliteral x\n", "line 3: binary data begins with"),
            ("diff --git a/x b/x\nGIT binary patch\nliteral 3\nKcmYdfcmYdf\n", "line 5: the patch ends within binary data"),
        ] as [(String, String)])
    func `what is wrong is told with its line`(_ text: String, _ message: String) {
        let found = Self.parsed(text)
        #expect(found.hasPrefix(message), "\(found)")
    }

    @Test func `texts that are no UTF-8 and names of any bytes come through`() throws {
        let path = RepositoryPath(bytes: [0xFF, 0x0A, 0x22, 0x5C, 0x20])
        let line = DiffLine(.added, old: nil, new: 1, text: [0xC0, 0x80, 0x0D], hasLineFeed: false)
        let diff = Diff(files: [
            FileChange(
                kind: .added, old: nil, new: FileSide(path: path, mode: .executable),
                hunks: [Hunk(oldStart: 0, newStart: 1, heading: [0xFE], lines: [line])])
        ])
        #expect(try PatchText.parse(PatchText.text(of: diff)) == diff)
    }

    @Test func `numbers of lines follow the heads of the hunks`() throws {
        let diff = try PatchText.parse(Array("--- a/x\n+++ b/x\n@@ -3,0 +4 @@\n+a\n@@ -10,2 +12,1 @@\n-b\n c\n".utf8))
        let numbers = diff.files[0].hunks.flatMap(\.lines).map { [$0.oldNumber, $0.newNumber] }
        #expect(numbers == [[nil, 4], [10, nil], [11, 12]])
    }

    private static func seconds(lines: Int, length: Int) throws -> Duration {
        let line = [0x2B] + [UInt8](repeating: 0x61, count: length) + [0x0A]
        let text =
            Array("diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,\(lines) @@\n".utf8)
            + (0..<lines).flatMap { _ in line }
        return try (0..<3).map { _ in try ContinuousClock().measure { _ = try PatchText.parse(text) } }.min() ?? .zero
    }

    @Test(arguments: [(20_000, 20), (2, 1_000_000)])
    func `twice the text takes about twice the time`(_ lines: Int, _ length: Int) throws {
        let once = try Self.seconds(lines: lines, length: length)
        let twice = try Self.seconds(lines: lines * 2, length: length)
        #expect(twice < once * 4 + .milliseconds(50), "\(once), then \(twice)")
    }
}
