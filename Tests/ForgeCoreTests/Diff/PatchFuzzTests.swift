// Patches gone wrong. None may end the process, each is refused with a line of the text or read; and what is read says the same once it is
// written down and read again.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

struct PatchFuzzTests {
    private static let batches: UInt64 = 16
    private static let texts = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 100_000

    private static let original = """
        From 1 Mon Sep 17 00:00:00 2001
        ---
        diff --git a/o b/d/n
        similarity index 90%
        rename from o
        rename to d/n
        index 1111111..2222222 100644
        --- a/o
        +++ b/d/n
        @@ -1,3 +1,3 @@ heading
         a
        -b
        +c
         d
        @@ -10 +10,2 @@
        -b
        \\ No newline at end of file
        +c
        +e
        \\ No newline at end of file
        diff --git "a/\\303\\244 x" "b/\\303\\244 x"
        new file mode 100755
        index 0000000..1111111
        --- /dev/null
        +++ "b/\\303\\244 x"
        @@ -0,0 +1 @@
        +x
        diff --git a/i b/i
        index 1111111..2222222 100644
        GIT binary patch
        literal 3
        KcmYdfcmYdf

        delta 2
        JcmYdfcmYdf

        diff --git a/k b/k
        deleted file mode 100644
        Binary files a/k and /dev/null differ
        diff --git a/k b/k
        new file mode 120000
        --- /dev/null
        +++ b/k
        @@ -0,0 +1 @@
        +t
        \\ No newline at end of file
        diff -u old/p new/p
        --- old/p\t2024-01-01 00:00:00
        +++ new/p\t2024-01-01 00:00:00
        @@ -1 +1 @@
        -x
        +y

        """
    private static let strays = [
        "@@ -1 +1 @@", "@@ -0,0 +1,2 @@", "--- /dev/null", "+++ b/x", "\\ No newline", "diff --git a/x b/x", "rename to x",
        "old mode 120000",
        "new file mode 100644", "GIT binary patch", "literal 1", "+", "-", " ", "\"", "Binary files x and y differ", "\r",
        "copy from \"\\377\"",
    ]

    @Test(arguments: UInt64(0)..<batches)
    func `a patch gone wrong is read or refused with its line`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let mutator = LineMutator(Array(Self.original.utf8), strays: Self.strays)
        var read = 0
        let rounds = Self.texts / Int(Self.batches)
        for number in 0..<rounds {
            let text = mutator.mutated(using: &random)
            do throws(PatchError) {
                let diff = try PatchText.parse(text)
                read += 1
                if let fault = Self.fault(of: diff) { Issue.record("text \(number): \(fault)\n\(String(decoding: text, as: UTF8.self))") }
            } catch {
                let lineMax = text.count { $0 == 0x0A } + 2
                if error.message.isEmpty || !(1...lineMax).contains(error.line) { Issue.record("text \(number): \(error)") }
            }
        }
        // A mutator that spoils nothing, or nearly everything, tests little.
        #expect(read * 20 > rounds && read * 10 < rounds * 9, "\(read) of \(rounds) were read")
    }

    private static func fault(of diff: Diff) -> String? {
        for file in diff.files where file.paths.contains(where: { $0.bytes.isEmpty || $0.bytes.contains(0) }) { return "a path is none" }
        let known = plain(diff)
        // Two names without a rename are only written by diff, not by git.
        guard known.files.allSatisfy({ $0.kind != .modified || $0.old?.path == $0.new?.path }) else { return nil }
        do throws(PatchError) {
            let again = try PatchText.parse(PatchText.text(of: known))
            return plain(again) == known ? nil : "written and read again it is another diff"
        } catch {
            return "its own text is refused: \(error)"
        }
    }

    /// Without what a text does not carry: sizes, and line ends in headings.
    private static func plain(_ diff: Diff) -> Diff {
        var diff = diff
        for index in diff.files.indices {
            diff.files[index].old?.byteCount = nil
            diff.files[index].new?.byteCount = nil
            for hunk in diff.files[index].hunks.indices { diff.files[index].hunks[hunk].heading.removeAll { $0 == 0x0D } }
        }
        return diff
    }
}
