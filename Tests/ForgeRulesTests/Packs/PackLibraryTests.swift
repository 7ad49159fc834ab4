// Packs of several layers together: who may replace what, and what is refused.

import ForgeCore
import Synchronization
import Testing

@testable import ForgeRules

struct PackLibraryTests {
    private func file(_ layer: RuleLayer, _ pack: String, _ rules: [String]) -> PackFile {
        PackFile(layer: layer, name: "\(layer.rawValue)/\(pack).yml", bytes: Array(PackTexts.pack(rules, name: pack).utf8))
    }

    private func problems(_ files: [PackFile]) -> String {
        do {
            _ = try PackLibrary(files)
            return ""
        } catch {
            return error.description
        }
    }

    private func ids(_ files: [PackFile]) throws -> [String] { try PackLibrary(files).packs.flatMap(\.rules).map(\.id) }

    @Test func `packs of all layers add up`() throws {
        let files = [
            file(.builtIn, "secrets", ["id: one\npattern: x"]), file(.repository, "ours", ["id: four\npattern: x"]),
            file(.operator, "house", ["id: two\npattern: x"]), file(.organisation, "acme", ["id: three\npattern: x"]),
        ]
        #expect(try ids(files) == ["one", "two", "three", "four"])
    }

    @Test func `the operator's pack takes the place of the one of its name in the binary`() throws {
        let files = [
            file(.builtIn, "secrets", ["id: one\npattern: x"]),
            file(.operator, "secrets", ["id: one\npattern: 'x+'", "id: two\npattern: x"]),
        ]
        let library = try PackLibrary(files)
        #expect(library.packs.map(\.file) == ["operator/secrets.yml"])
        #expect(library.pack("secrets")?.rules.count == 2)
    }

    @Test(arguments: [RuleLayer.organisation, .repository])
    func `no other layer replaces a pack`(_ layer: RuleLayer) {
        let found = problems([file(.builtIn, "secrets", ["id: one\npattern: x"]), file(layer, "secrets", ["id: two\npattern: x"])])
        #expect(
            found
                == "\(layer.rawValue)/secrets.yml:1:1: there is already a pack 'secrets', built-in/secrets.yml: a pack of this layer has a name of its own"
        )
    }

    @Test func `an id twice is refused with both places`() {
        let found = problems([
            file(.builtIn, "secrets", ["id: one\npattern: x"]), file(.operator, "house", ["id: zero\npattern: x", "id: one\npattern: x"]),
        ])
        #expect(found.hasPrefix("operator/house.yml:12:1: there is already a rule 'one' in built-in/secrets.yml, line 4"))
    }

    @Test func `a pack whose example fails is refused with file, line and rule, but not one in the binary, whose tests run them`() throws {
        let failing = ["id: one\npattern: x\nmatches: [x, z]"]
        #expect(problems([file(.operator, "house", failing)]) == "operator/house.yml:6:1: one: the rule finds nothing in this example")
        #expect(try ids([file(.builtIn, "house", failing)]) == ["one"])
        let reports = try PackTesting.reports([file(.operator, "house", failing)])
        #expect(reports.map(\.failures.count) == [1] && reports[0].exampleCount == 3 && reports[0].ruleCount == 1)
        #expect(reports[0].failures[0].text(file: "f") == "f:6: one: the rule finds nothing in this example")
    }

    @Test func `a pack is checked once, and what is known of it is asked before`() throws {
        let (right, wrong) = (["id: one\npattern: x"], ["id: two\npattern: x\nmatches: [z]"])
        let kept = Mutex<[String]>([])
        func library(_ files: [PackFile], knows: [String] = [], keepsExamples: Bool = false) throws -> PackLibrary {
            let checked = CheckedPacks(
                holds: { knows.contains($0.name) }, keep: { file in kept.withLock { $0.append(file.name) } })
            return try PackLibrary(files, keepsExamples: keepsExamples, checked: checked)
        }
        let files = [file(.builtIn, "secrets", right), file(.operator, "house", ["id: three\npattern: x"])]
        #expect(try library(files).packs.map { $0.rules[0].matches.count } == [0, 1])
        #expect(kept.withLock { $0 } == ["operator/house.yml"])
        #expect(try library(files, knows: ["operator/house.yml"]).packs.map { $0.rules[0].matches.count } == [0, 0])
        #expect(try library(files, knows: ["operator/house.yml"], keepsExamples: true).packs.map { $0.rules[0].matches.count } == [1, 1])
        #expect(kept.withLock { $0.count } == 1, "what is known is not kept again")
        #expect(throws: PackErrors.self) { try library([file(.operator, "bad", wrong)]) }
        #expect(kept.withLock { $0.count } == 1, "what is wrong is not kept")
        #expect(try library([file(.operator, "bad", wrong)], knows: ["operator/bad.yml"]).packs.count == 1)
    }

    @Test func `every file that is wrong is told of`() {
        let bad = PackFile(layer: .operator, name: "bad.yml", bytes: Array("version: 1\n\tpack: x".utf8))
        let found = problems([bad, file(.operator, "house", ["id: one\npattern: '('"]), file(.operator, "good", ["id: two\npattern: x"])])
        #expect(found.contains("bad.yml:2:1: a tab") && found.contains("operator/house.yml:5:14: the pattern is refused"))
    }

    @Test func `a pack in the binary that does not compile is told of by the test of packs`() {
        #expect(throws: PackErrors.self) { try PackTesting.reports([self.file(.builtIn, "house", ["id: one\npattern: '('"])]) }
    }

    @Test func `commands and scope are the operator's alone`() throws {
        let commands = PackFile(layer: .operator, name: "c.yml", bytes: Array("version: 1\npack: commands\n".utf8))
        #expect(try PackLibrary([commands]).others["commands"]?.name == "c.yml")
        var foreign = commands
        foreign.layer = .repository
        #expect(problems([foreign]) == "c.yml:1:1: the pack 'commands' is the operator's alone")
    }

    @Test func `a repository's own patterns are a pack under the same limits`() throws {
        func description(_ id: String, _ pattern: String, example: String) throws -> RuleDescription {
            var rule = RuleDescription(
                id: id, title: "t", severity: .low, family: "own", subject: .added, message: "m",
                origin: RuleOrigin(layer: .repository, file: ".forge.yml", line: 7))
            rule.patterns = [LocatedPattern(pattern, line: 8)]
            rule.matches = [try RuleExample(written: example, line: 9, layer: .repository)]
            return rule
        }
        func problems(_ rules: [RuleDescription]) -> String {
            do {
                _ = try PatternPack(own: rules, name: "repository", file: ".forge.yml", layer: .repository)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(problems([try description("a", "pr[i]nt", example: "pr{{}}int")]) == "")
        #expect(problems([try description("a", "print", example: "log")]) == ".forge.yml:9:1: a: the rule finds nothing in this example")
        #expect(problems([try description("a", "(", example: "log")]).hasPrefix(".forge.yml:8:1: the pattern is refused"))
        #expect(problems([try description("a", String(repeating: "a", count: 513), example: "")]).contains("at most 512 bytes"))
        #expect(
            problems([try description("a", "x", example: "x"), try description("a", "x", example: "x")]).contains(
                "already such a rule on line 7"))
        var library = try PackLibrary([file(.builtIn, "secrets", ["id: one\npattern: x"])])
        let own = try PatternPack(
            own: [try description("one", "x", example: "x")], name: "repository", file: ".forge.yml", layer: .repository)
        #expect(throws: PackErrors.self) { try library.add(own) }
        #expect(library.packs.count == 1)
    }
}
