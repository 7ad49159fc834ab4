// That pages lead where they say and examples parse, and that each of those rules catches what does not.

import Testing

@Suite struct DocumentTests {
    @Test func `every relative link leads to a file`() {
        expectNone(
            Project.files.filter { $0.isMarkdown && !$0.isFixture }.flatMap {
                problemsWithLinks(page: $0.path, text: $0.text, exists: Project.exists)
            })
    }

    @Test func `every decision is in the index`() throws {
        let index = try #require(Project.files.first { $0.path == "docs/decisions/README.md" })
        let pages = Project.files.filter { $0.path.hasPrefix("docs/decisions/") && $0.isMarkdown }.map(\.name)
        expectNone(problemsWithDecisions(pages: pages, index: index.text))
    }

    @Test func `every example body parses`() {
        let examples = Project.files.filter {
            $0.path.hasPrefix("Webhooks/") && $0.path.contains("/Examples/") && $0.path.hasSuffix(".json")
        }
        expectNone(examples.flatMap { problemsWithExample(path: $0.path, bytes: $0.bytes) })
    }
}

@Suite struct DocumentRuleTests {
    private func problems(_ text: String, page: String = "docs/a.md") -> [String] {
        problemsWithLinks(page: page, text: text) { ["docs/b.md", "README.md", "docs/folder"].contains($0) }
    }

    @Test(arguments: [
        "[b](b.md)", "[b](./b.md#part)", "[up](../README.md)", "[root](/README.md)", "[f](folder/)", "[w](https://example.com/x)",
        "[p](#part)", "`[x](x.md)`", "```\n[x](x.md)\n```",
    ])
    func `a link that leads somewhere passes`(text: String) {
        #expect(problems(text) == [])
    }

    @Test(arguments: ["[c](c.md)", "[out](../../README.md)", "[a](b.md) and [c](c.md)", "![c](c.png \"title\")", "`code` [c](c.md)"])
    func `a link that leads nowhere is caught`(text: String) {
        #expect(problems(text).count == 1)
    }

    @Test func `a problem names its line`() {
        #expect(problems("\n\n[c](c.md)") == ["docs/a.md:3: the link to c.md leads nowhere"])
    }

    @Test func `a decision missing from the index is caught`() {
        let index = "[one](0001-one.md)"
        #expect(problemsWithDecisions(pages: ["README.md", "0001-one.md"], index: index) == [])
        #expect(problemsWithDecisions(pages: ["README.md", "0001-one.md", "0002-two.md"], index: index).count == 1)
    }

    @Test func `a body that is not JSON is caught`() {
        #expect(problemsWithExample(path: "a.json", bytes: Array("{\"a\": [1]}".utf8)) == [])
        #expect(problemsWithExample(path: "a.json", bytes: Array("{\"a\": ".utf8)).count == 1)
    }
}
