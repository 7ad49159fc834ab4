// Which rules are on after every layer has spoken: a later one never loosens what an earlier one asked for.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeRules

struct RuleSelectionTests {
    private static func pack(_ rules: [String]) throws -> PatternPack {
        try PatternPack(yaml: Array(PackTexts.pack(rules).utf8), file: "p.yml", layer: .builtIn)
    }

    private func adjust(_ rule: String, _ layer: RuleLayer, isOn: Bool? = nil, severity: FindingSeverity? = nil) -> RuleAdjustment {
        RuleAdjustment(rule: rule, isOn: isOn, severity: severity, origin: RuleOrigin(layer: layer, file: "f", line: 3))
    }

    /// `on medium`, and the problems.
    private func check(
        _ rule: String, _ adjustments: [RuleAdjustment], _ expected: String, problem: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let pack = try Self.pack(["id: r\npattern: x\nseverity: medium\n" + rule])
        let selection = RuleSelection([pack], adjustments: adjustments)
        let entry = try #require(selection.entry("r"))
        #expect("\(entry.isOn ? "on" : "off") \(entry.rule.severity.rawValue)" == expected, sourceLocation: sourceLocation)
        #expect(selection.problems.map(\.message) == (problem.map { [$0] } ?? []), sourceLocation: sourceLocation)
    }

    @Test func `a rule is on unless it is noisy`() throws {
        try check("", [], "on medium")
        try check("confidence: low", [], "off medium")
        try check("confidence: low", [adjust("r", .repository, isOn: true)], "on medium")
    }

    @Test func `a repository disables what is not required`() throws {
        try check("", [adjust("r", .repository, isOn: false)], "off medium")
        try check(
            "required: true", [adjust("r", .repository, isOn: false)], "on medium",
            problem: "'r' cannot be disabled here: the rule is required")
        try check("required: true", [adjust("r", .operator, isOn: false)], "off medium")
        try check(
            "confidence: low", [adjust("r", .organisation, isOn: true), adjust("r", .repository, isOn: false)], "on medium",
            problem: "'r' cannot be disabled here: the organisation layer enabled it")
        try check(
            "", [adjust("r", .repository, isOn: false), adjust("r", .operator, severity: .high)], "on high",
            problem: "'r' cannot be disabled here: the operator layer set its severity")
    }

    @Test func `a severity is only raised, but by the operator`() throws {
        try check("", [adjust("r", .repository, severity: .critical)], "on critical")
        try check(
            "", [adjust("r", .repository, severity: .low)], "on medium",
            problem: "the severity of 'r' can only be raised here: it is medium")
        try check("", [adjust("r", .operator, severity: .low), adjust("r", .repository, severity: .medium)], "on medium")
    }

    @Test func `a rule nobody has is told with the nearest`() throws {
        let selection = RuleSelection(
            [try Self.pack(["id: some-rule\npattern: x"])], adjustments: [adjust("some-rul", .repository, isOn: false)])
        #expect(selection.problems.map(\.message) == ["there is no rule 'some-rul', did you mean 'some-rule'?"])
        #expect(selection.problems[0].origin.line == 3)
    }

    @Test(arguments: UInt64(0)..<200)
    func `whatever organisation and repository say, nothing required is lost and no severity falls`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pack = try Self.pack((0..<6).map { "id: r\($0)\npattern: x\nseverity: medium\nrequired: \($0.isMultiple(of: 2))" })
        let floor = RuleSelection([pack])
        let adjustments = (0..<20).map { _ in
            adjust(
                "r\(Int.random(in: 0..<6, using: &random))", Bool.random(using: &random) ? .organisation : .repository,
                isOn: Bool.random(using: &random) ? Bool.random(using: &random) : nil,
                severity: Bool.random(using: &random) ? FindingSeverity.allCases.randomElement(using: &random) : nil)
        }
        let selection = RuleSelection([pack], adjustments: adjustments)
        for (before, after) in zip(floor.entries, selection.entries) {
            #expect(after.rule.severity >= before.rule.severity)
            if before.rule.isRequired { #expect(after.isOn) }
        }
    }
}
