// The pack: what it refuses to load, and that every example it holds does what it shows.

import Testing

@testable import ForgeRules

struct CommandPackTests {
    private static let rule = """
        version: 1
        pack: commands
        rules:
          - {id: a, title: t, tier: destructive, message: m, commands: [x], matches: [x], ignores: [y]}
        """

    private func problems(_ text: String) -> String {
        do {
            _ = try CommandPack(yaml: Array(text.utf8), name: "p.yml")
            return ""
        } catch {
            return error.description
        }
    }

    @Test func `every example of the shipped pack holds`() {
        #expect(ShippedPack.commands.failingExamples() == [])
        #expect(ShippedPack.commands.rules.count > 150)
    }

    @Test func `a small pack loads`() { #expect(problems(Self.rule) == "") }

    @Test(arguments: [
        ("version: 1", "version: 2", "'version' is 1"),
        ("tier: destructive", "tier: bad", "'tier' is one of catastrophic, destructive, safe, not 'bad'"),
        (
            "rules:\n  - {id: a, title: t, tier: destructive, message: m, commands: [x], matches: [x], ignores: [y]}", "",
            "a pack has 'rules'"
        ),
        ("title: t", "titel: t", "the key 'titel' is not known here"),
        ("message: m", "fix: m", "'message' is missing"),
        ("matches: [x]", "matches: []", "a rule shows an example under 'matches'"),
        (", ignores: [y]", "", "a rule shows under 'ignores' what it leaves alone"),
        ("commands: [x]", "paths: [machine]", "a rule has either 'commands' or 'effects'"),
        ("commands: [x]", "effects: [delete], paths: [nowhere]", "not 'nowhere'"),
        ("commands: [x]", "commands: {a: b}", "'commands' is a text"),
        ("pack: commands", "pack: commands\npack: commands", "this key is already on line"),
    ])
    func `a pack with a mistake is refused with its place`(_ before: String, _ after: String, _ message: String) {
        let found = problems(Self.rule.replacing(before, with: after))
        #expect(found.contains(message), "\(found)")
        #expect(found.hasPrefix("p.yml:"))
    }

    @Test func `all problems are reported at once`() {
        let found = problems(Self.rule.replacing("title: t", with: "x: 1").replacing("tier: destructive", with: "tier: no"))
        #expect(found.split(separator: "\n").count == 3)
    }

    @Test func `a rule twice is refused`() {
        let lines = Self.rule + "\n" + Self.rule.split(separator: "\n").last!
        #expect(problems(lines).contains("there is already a rule 'a'"))
    }

    @Test func `an example that fails is named with its rule and line`() throws {
        let pack = try CommandPack(yaml: Array(Self.rule.replacing("matches: [x]", with: "matches: [z]").utf8), name: "p")
        #expect(pack.failingExamples().count == 1)
        #expect(pack.failingExamples()[0].contains("line 4: a: `z`"))
    }
}
