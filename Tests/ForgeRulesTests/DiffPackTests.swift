// The two packs over changes: every example does what it shows, and the packs are as large as they must be.

import ForgeCore
import ForgeResources
import Testing

@testable import ForgeRules

@Suite struct DiffPackTests {
    static func pack(_ name: String) throws -> PatternPack {
        let path = "Rules/\(name).yml"
        return try PatternPack(yaml: try #require(Resource.bytes(of: path)), file: path, layer: .builtIn)
    }

    @Test(arguments: ["review", "tests"])
    func `every example does what it shows`(name: String) throws {
        let report = try Self.pack(name).exampleReport()
        #expect(report.failures.map { $0.text(file: report.file) } == [])
    }

    @Test func `there are as many review rules as were promised`() throws {
        #expect(try Self.pack("review").rules.filter(\.isOnByDefault).count >= 60)
    }

    @Test(arguments: ["review", "tests"])
    func `every rule says what is wrong and what to do`(name: String) throws {
        for rule in try Self.pack(name).rules {
            #expect(rule.message.count > 20 && rule.fix?.isEmpty == false, "\(rule.id)")
            #expect(rule.matches.count + rule.ignores.count >= 2, "\(rule.id)")
        }
    }

    @Test func `no check is without a rule`() throws {
        let used = Set(try Self.pack("review").rules.compactMap(\.check) + Self.pack("tests").rules.compactMap(\.check))
        #expect(Set(DiffChecks.table.keys).subtracting(used) == [])
    }
}
