// What a whole `.gitignore` says, up to its bounds: the last pattern within them counts, and half of one never does.

import ForgeCore
import Testing

struct IgnoreFileTests {
    private func patterns(_ text: String) -> [String] { IgnoreFile.patterns(Array(text.utf8)).patterns.map(\.text) }

    @Test func `a file is its lines, without blank ones, comments and what can never match`() {
        #expect(patterns("\u{FEFF}*.log\r\n\n# no\n!keep.log\n[[:foo:]]\nlast") == ["*.log", "!keep.log", "last"])
        #expect(patterns("") == [] && patterns("\u{FEFF}") == [] && patterns("\n\n") == [])
    }

    /// Comments up to so many bytes, then these.
    private func file(_ count: Int, _ rest: String) -> String {
        String(repeating: "#\(String(repeating: "x", count: 126))\n", count: count / 128)
            + "#" + String(repeating: "y", count: count % 128 + 126) + "\n" + rest
    }

    @Test(arguments: [0, 1, 2, 5, 6, 7, 100]) func `a line that the bound cuts says nothing, one that ends there does`(_ beyond: Int) {
        // "/build" ends with the bound, so many bytes before it, or so many beyond it.
        let start = IgnoreFile.bytesMax - 6 + beyond - 128
        let text = "*.log\n" + file(start - 6, "/build\n*.tmp\n")
        #expect(text.utf8.count == start + 128 + 13)
        #expect(patterns(text) == (beyond == 0 ? ["*.log", "/build"] : ["*.log"]))
    }

    @Test func `a file within the bounds needs no end of its last line, and one without lines beyond them says nothing`() {
        let text = file(IgnoreFile.bytesMax - 128 - 6, "/build")
        #expect(text.utf8.count == IgnoreFile.bytesMax && patterns(text) == ["/build"])
        #expect(patterns(String(repeating: "a", count: IgnoreFile.bytesMax + 1)) == [])
        #expect(patterns(String(repeating: "a\n", count: IgnoreFile.linesMax + 10)).count == IgnoreFile.linesMax)
    }
}
