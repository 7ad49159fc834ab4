// The scope pack: that its own examples hold, and what it refuses to load.

import ForgeCore
import Foundation
import Testing

@testable import ForgeRules

enum ShippedScope {
    static let pack: ScopePack = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Rules/scope.yml").standardized
        do {
            return try ScopePack(yaml: [UInt8](Data(contentsOf: path)), name: "Rules/scope.yml")
        } catch {
            fatalError("the shipped pack does not load: \(error)")
        }
    }()
}

struct ScopePackTests {
    @Test func `every example of the shipped pack holds`() {
        let report = ShippedScope.pack.exampleReport()
        for failure in report.failures { Issue.record("\(failure.text(file: report.file))") }
        #expect(report.ruleCount >= 40 && report.exampleCount >= 200, "\(report.ruleCount) rules, \(report.exampleCount) examples")
    }

    @Test func `every check is used by a rule`() {
        #expect(Set(ShippedScope.pack.rules.compactMap(\.check)) == Set(ScopeCheck.allCases))
    }

    private static let rule = """
        version: 1
        pack: scope
        limits: {max_files: 3}
        rules:
          - {id: a, title: t, decision: deny, message: m, paths: [x], matches: [x], ignores: [y]}
        """

    private func problems(_ text: String) -> String {
        do {
            _ = try ScopePack(yaml: Array(text.utf8), name: "p.yml")
            return ""
        } catch {
            return error.description
        }
    }

    @Test func `a small pack loads`() throws {
        let pack = try ScopePack(yaml: Array(Self.rule.utf8), name: "p.yml")
        #expect(pack.limits.filesMax == ScopeLimit(3, origin: RuleOrigin(layer: .builtIn, file: "p.yml", line: 3)))
        #expect(pack.rules[0].origin.line == 5)
    }

    @Test(arguments: [
        ("pack: scope", "pack: x", "'pack' is scope"), ("decision: deny", "decision: allow", "'decision' is one of ask, deny, not 'allow'"),
        ("title: t", "titel: t", "the key 'titel' is not known here"),
        ("paths: [x]", "paths: ['[x']", "'[x' matches nothing: it has a '['"),
        ("paths: [x]", "paths: ['#x']", "'#x' is no pattern"), ("paths: [x], ", "", "a rule has 'paths' or a 'check'"),
        ("paths: [x]", "check: nope", "'check' is one of"), ("matches: [x]", "matches: []", "a rule shows an example under 'matches'"),
        (", ignores: [y]", "", "a rule shows under 'ignores' what it leaves alone"),
        ("max_files: 3", "max_files: 0", "'max_files' is at least 1"),
        ("matches: [x]", "matches: [{path: x, mode: file, what: 1}]", "the key 'what' is not known here"),
        ("matches: [x]", "matches: [{diff: hello}]", "the diff of an example is none: line 1"),
        ("max_files: 3", "files: 3", "the key 'files' is not known here"),
    ])
    func `a pack with a mistake is refused with its place`(_ before: String, _ after: String, _ message: String) {
        let found = problems(Self.rule.replacing(before, with: after))
        #expect(found.contains(message), "\(found)")
        #expect(found.hasPrefix("p.yml:"))
    }

    @Test func `an example that fails is named with its rule and line`() throws {
        let text = Self.rule.replacing("matches: [x]", with: "matches: [z]").replacing("ignores: [y]", with: "ignores: [x]")
        let failures = try ScopePack(yaml: Array(text.utf8), name: "p").exampleReport().failures
        #expect(
            failures.map(\.message) == ["the example is found by no rule", "the example is found by the rule, and should be left alone"])
        #expect(failures[0].line == 5)
    }
}
