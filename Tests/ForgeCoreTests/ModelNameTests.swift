// Whose price a model's name gets: its own, and never that of one whose name begins alike.

import ForgeCore
import Testing

struct ModelNameTests {
    @Test(
        arguments: [
            ("o3", ["o3", "o3-2025-04-16", "o3-latest"], ["o3-pro", "o3-pro-2025-06-10", "o3-mini", "o30", "o", "O3", "o3-", "o3-2025"]),
            (
                "claude-opus-5", ["claude-opus-5", "claude-opus-5-20260724"],
                [
                    "claude-opus-5-5", "claude-opus-5-1", "claude-opus-5.5", "claude-opus-5-fast", "claude-opus-5-2026072",
                    "claude-opus-5-202607240",
                ]
            ),
            (
                "gpt-5", ["gpt-5", "gpt-5-2025-08-07"],
                ["gpt-5-mini", "gpt-5-mini-2025-08-07", "gpt-5.1", "gpt-5-2025-08-07-preview", "gpt-5-latest-2"]
            ),
            ("gpt-4", ["gpt-4"], ["gpt-4-32k", "gpt-4-0613", "gpt-4-turbo-2024-04-09"]),
            ("qwen-", ["qwen-3", "qwen-", "qwen-3-coder"], ["qwen", "qwen3"]),
            ("", [], ["", "a"]),
        ] as [(String, [String], [String])])
    func `a date is the same model, anything else is another`(_ entry: String, _ same: [String], _ other: [String]) {
        for model in same { #expect(ModelName.isOne(model, of: entry), "\(model)") }
        for model in other { #expect(!ModelName.isOne(model, of: entry), "\(model)") }
    }

    @Test func `the longest name counts, and a router's prefix does not`() {
        let list = ["claude-", "claude-opus-5", "claude-opus-5-5"]
        func entry(_ model: String) -> String? { list.entry(forModel: model) { $0 } }
        #expect(entry("claude-opus-5-5") == "claude-opus-5-5" && entry("claude-opus-5") == "claude-opus-5")
        #expect(entry("claude-opus-5-6") == "claude-" && entry("a/b/claude-opus-5-20260724") == "claude-opus-5")
        #expect(entry("claude") == nil && entry("x/") == nil && entry("/") == nil && entry("") == nil)
    }
}
