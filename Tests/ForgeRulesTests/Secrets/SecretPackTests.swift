// The pack of credentials as a whole: every rule does what its examples show, and there are enough of them.

import ForgeCore
import Testing

@testable import ForgeRules

struct SecretPackTests {
    @Test func `every example of the pack does what it shows`() throws {
        let report = try SecretPack.load().exampleReport()
        #expect(report.failures.map { $0.text(file: report.file) } == [])
        #expect(report.exampleCount > 3 * report.ruleCount - 200)
    }

    @Test func `the pack knows at least two hundred kinds of credentials in every corner`() throws {
        let pack = try SecretPack.load()
        #expect(pack.rules.count >= 200)
        let families = Set(pack.rules.map(\.family))
        for family in [
            "cloud", "code-host", "ci", "chat", "payment", "mail", "ai", "database", "private-key", "jwt", "connection-url", "generic",
            "registry",
            "monitoring", "infrastructure",
        ] { #expect(families.contains(family)) }
    }

    @Test func `every rule says what to do and cannot be switched off by a repository`() throws {
        for rule in try SecretPack.load().rules {
            #expect(rule.fix?.isEmpty == false, "\(rule.id)")
            #expect(rule.isRequired, "\(rule.id)")
            #expect(rule.check != nil, "\(rule.id)")
        }
    }
}
