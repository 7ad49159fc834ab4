// The packs in the binary: every one loads, compiles and does what its examples show, and no id is used twice.

import ForgeCore
import ForgeResources
import Testing

@testable import ForgeRules

struct ShippedPackTests {
    private var files: [PackFile] {
        Resource.paths.filter { $0.hasPrefix("Rules/") && $0.hasSuffix(".yml") && $0.split(separator: "/").count == 2 }.compactMap { path in
            Resource.bytes(of: path).map { PackFile(layer: .builtIn, name: path, bytes: $0) }
        }
    }

    @Test func `every example of every pack holds`() throws {
        let reports = try PackTesting.reports(files)
        #expect(reports.count == files.count)
        for report in reports {
            #expect(report.ruleCount > 0 && report.exampleCount >= report.ruleCount)
            for failure in report.failures { Issue.record("\(failure.text(file: report.file))") }
        }
    }

    @Test func `an id is used once over all packs`() throws {
        let library = try PackLibrary(files)
        var ids = library.packs.flatMap(\.rules).map(\.id)
        if let commands = library.others["commands"] { ids += try CommandPack(yaml: commands.bytes, name: commands.name).rules.map(\.id) }
        if let scope = library.others["scope"] { ids += try ScopePack(yaml: scope.bytes, name: scope.name).rules.map(\.id) }
        let twice = Dictionary(grouping: ids) { $0 }.filter { $0.value.count > 1 }.keys
        #expect(twice.isEmpty)
    }

    @Test func `a database read back finds what the one it was written from finds`() throws {
        let library = try PackLibrary(files)
        let rules = RuleSelection(library.packs).rulesOn
        let made = try RuleSet(rules)
        let read = try RuleSet(rules, serializedDatabase: made.serializedDatabase(key: [7]), key: [7])
        let text = Array(library.packs.flatMap(\.rules).flatMap(\.matches).compactMap(\.text).joined(separator: [0x0A]))
        let found = RuleScanner(made).scan(text).hits.map { "\($0.rule.id) \($0.capture)" }
        #expect(RuleScanner(read).scan(text).hits.map { "\($0.rule.id) \($0.capture)" } == found)
        #expect(!found.isEmpty)
        #expect(throws: (any Error).self) { try RuleSet(rules, serializedDatabase: made.serializedDatabase(key: [7]), key: [8]) }
        #expect(throws: (any Error).self) {
            try RuleSet(Array(rules.dropLast()), serializedDatabase: made.serializedDatabase(key: [7]), key: [7])
        }
    }
}
