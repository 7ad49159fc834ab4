// The page that teaches writing a rule: what it says happens is what happens.

import ForgeCore
import Foundation
import Testing

@testable import ForgeRules

struct RulesReadmeTests {
    private let fences: [String]

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Rules/README.md").standardized
        let parts = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst()
        fences = parts.map { $0.components(separatedBy: "```")[0] }
    }

    private func failures(_ text: String) throws -> [Int] {
        try PatternPack(yaml: Array(text.utf8), file: "./acme.yml", layer: .operator).exampleReport().failures.map(\.line)
    }

    @Test func `a rule without examples is refused in the words of the page`() {
        let found = PackTexts.problems(fences[0])
        #expect(
            found == """
                p.yml:4:5: a rule shows an example under 'matches'
                p.yml:4:5: a rule shows under 'ignores' what it leaves alone
                """)
    }

    @Test func `the first pattern fails where the page says so, and the second does not`() throws {
        #expect(try failures(fences[0] + fences[1]) == [14, 15])
        let pattern = try #require(fences[0].split(separator: "\n").first { $0.contains("pattern:") })
        let finished = fences[0].replacing("\(pattern)\n", with: fences[2]) + fences[3] + fences[1]
        #expect(try failures(finished) == [])
    }

    @Test func `the rule for a diff holds`() throws {
        let pack = "version: 1\npack: house\nrules:\n" + fences[4]
        #expect(try failures(pack) == [])
        #expect(PackTexts.problems(pack) == "")
    }
}
