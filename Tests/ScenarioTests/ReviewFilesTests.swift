// That the files people copy into their repositories call `forge review` as it is: every option there is one, and every one has its page.

import Foundation
import Testing

@testable import forge

@Suite struct ReviewFilesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String { try String(contentsOf: Self.root.appending(path: path), encoding: .utf8) }

    @Test(arguments: ["deploy/review/github.yml", "deploy/review/gitlab.yml", "deploy/review/pre-commit", ".pre-commit-hooks.yaml"])
    func `every call parses`(path: String) throws {
        let calls = try text(path).replacing("\"$forge\" review", with: "forge review").split(separator: "\n").filter {
            $0.contains("forge review --")
        }
        #expect(!calls.isEmpty)
        for call in calls {
            let start = call.firstRange(of: "forge review")?.upperBound ?? call.endIndex
            var own: [String] = []
            for word in call[start...].split(separator: " ") {
                if word.hasPrefix(">") || word == "||" || word.hasPrefix("${") { break }
                own.append(String(word.filter { $0 != "\"" }))
            }
            let specification = try #require(ReviewCommand.all.first)
            let arguments = try Arguments(own, for: specification)
            _ = try ReviewOptions(arguments, [:])
        }
    }

    @Test func `the workflow pins what it runs and may write scanning results alone`() throws {
        let workflow = try text("deploy/review/github.yml")
        let uses = workflow.split(separator: "\n").filter { $0.contains("uses:") }
        #expect(uses.count == 2)
        for line in uses { #expect(line.contains(/@[0-9a-f]{40} # v/), "\(line)") }
        #expect(
            workflow.split(separator: "\n").filter { $0.contains(": write") }.map { $0.trimmingCharacters(in: .whitespaces) } == [
                "security-events: write # for the upload alone"
            ])
        #expect(!workflow.contains("pull_request_target"))
        #expect(!workflow.split(separator: "\n").contains { $0.contains("forge review") && $0.contains("${{") })
    }

    @Test func `every option has its place in the page or in the help of another`() throws {
        let page = try text("docs/review.md")
        let told: Set<String> = ["path", "format", "output", "rules-dir", "fail-on", "min-severity"]
        for option in ReviewOptions.specifications where !told.contains(option.name) {
            #expect(page.contains("--\(option.name)"), "docs/review.md does not tell of --\(option.name)")
        }
    }

    @Test(arguments: [
        (#"(?<file>a)(?:x)(?<line>\d)"#, ["file": 1, "line": 2]), (#"(a)(?P<file>b)\((?'line'c)"#, ["file": 2, "line": 3]),
        (#"[(](?<=x)(?<!y)(?<file>b)"#, ["file": 1]), (#"(*UTF)(?i)(?<file>(b))(?<line>c)"#, ["file": 1, "line": 3]), ("abc", [:]),
    ])
    func `named groups have the numbers that the library gives them`(expression: String, numbers: [String: Int]) {
        #expect(NamedGroups(expression).numbers == numbers)
    }

    @Test(arguments: [
        ("todo-*", "todo-without-issue", true), ("todo-*", "not-todo-x", false), ("*", "x", true), ("a", "a", true), ("a", "ab", false),
        ("*-x", "a-x", true), ("a*b*c", "a1b2c", true), ("a*b*c", "acb", false), ("ab*ba", "aba", false),
    ])
    func `a pattern names rules`(pattern: String, id: String, fits: Bool) {
        #expect(ReviewRules.names(pattern, id) == fits)
    }
}
