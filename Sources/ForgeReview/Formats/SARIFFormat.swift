// A report as SARIF 2.1.0, for code scanning and other collectors. What is accepted stays in it, marked as suppressed, so that the other
// side does not take it for mended.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

import ForgeCore

enum SARIFFormat {
    private static let schemaAddress = "https://json.schemastore.org/sarif-2.1.0.json"
    private static let root = "%SRCROOT%"

    static func value(of report: ReviewReport) -> JSON {
        let numbers = Dictionary(uniqueKeysWithValues: report.rules.enumerated().map { ($1.id, $0) })
        let run = JSON.object([
            .init("tool", ["driver": driver(report)]), .init("invocations", .array([invocation(report)])),
            .init("columnKind", "unicodeCodePoints"), .init("automationDetails", ["id": "forge/review/"]),
            .init("properties", ["outcome": .string(report.outcome.rawValue), "base": .string(report.base), "head": .string(report.head)]),
            .init("results", .array(report.findings.map { result($0, numbers) })),
        ])
        return JSON.object([.init("$schema", .string(schemaAddress)), .init("version", "2.1.0"), .init("runs", .array([run]))])
    }

    private static func driver(_ report: ReviewReport) -> JSON {
        var members: [JSON.Member] = [.init("name", "forge")]
        if !report.version.isEmpty { members.append(.init("version", .string(report.version))) }
        return JSON.object(members + [.init("rules", .array(report.rules.map(rule)))])
    }

    private static func rule(_ rule: ReportedRule) -> JSON {
        let message = rule.message ?? rule.title
        let help = rule.fix.map { "\(message)\n\n\($0)" } ?? message
        return JSON.object([
            .init("id", .string(rule.id)), .init("shortDescription", ["text": .string(visible(rule.title))]),
            .init("fullDescription", ["text": .string(visible(message))]),
            .init("help", ["text": .string(help)]),
            .init("helpUri", JSON(rule.references.first(where: isAddress))),
            .init("defaultConfiguration", ["level": .string(level(rule.severity))]),
            .init(
                "properties",
                [
                    "tags": .array([.string(rule.family)]), "security-severity": .string(score(rule.severity)),
                    "severity": .string(rule.severity.rawValue),
                ]),
        ]).withoutNulls
    }

    /// A schema's checker takes only a whole address.
    private static func isAddress(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://"))
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
    }

    private static func invocation(_ report: ReviewReport) -> JSON {
        let notes = report.coverage.unread.map { part -> JSON in
            JSON.object([
                .init("level", "warning"), .init("message", ["text": .string(visible(part.reason))]),
                .init("locations", part.path.map { .array([["physicalLocation": ["artifactLocation": artifact($0)]]]) } ?? .null),
            ]).withoutNulls
        }
        return ["executionSuccessful": .bool(!report.isPartial), "toolExecutionNotifications": .array(notes)]
    }

    private static func result(_ reviewed: ReviewedFinding, _ numbers: [String: Int]) -> JSON {
        let finding = reviewed.finding
        return JSON.object([
            .init("ruleId", .string(finding.rule)), .init("ruleIndex", JSON(numbers[finding.rule])),
            .init("level", .string(level(finding.severity))), .init("message", ["text": .string(message(finding))]),
            .init("locations", location(reviewed).map { .array([$0]) } ?? .null),
            .init("relatedLocations", related(reviewed)),
            .init(
                "partialFingerprints",
                ["forgeFindingId/v1": .string(reviewed.id.text), "primaryLocationLineHash": .string("\(reviewed.id.text):1")]),
            .init("suppressions", suppressions(reviewed.state)),
            .init("fixes", fixes(finding)),
            .init("properties", properties(reviewed)),
        ]).withoutNulls
    }

    private static func message(_ finding: Finding) -> String {
        finding.fix.map { "\(finding.message)\n\($0)" } ?? finding.message
    }

    private static func location(_ reviewed: ReviewedFinding) -> JSON? {
        guard let path = reviewed.finding.path else { return nil }
        var physical: [JSON.Member] = [.init("artifactLocation", artifact(path))]
        if let lines = reviewed.finding.lines {
            var region: [JSON.Member] = [.init("startLine", JSON(lines.lowerBound)), .init("endLine", JSON(lines.upperBound))]
            if lines.count == 1, let characters = reviewed.characters {
                region += [
                    .init("startColumn", JSON(characters.lowerBound + 1)),
                    .init("endColumn", JSON(max(characters.upperBound + 1, characters.lowerBound + 2))),
                ]
            }
            if !reviewed.finding.snippet.isEmpty {
                region.append(.init("snippet", ["text": .string(visible(reviewed.finding.snippet))]))
            }
            physical.append(.init("region", .object(region)))
        }
        return ["physicalLocation": .object(physical)]
    }

    /// The comment that accepts it.
    private static func related(_ reviewed: ReviewedFinding) -> JSON {
        guard case .suppressed(_, let line) = reviewed.state, let path = reviewed.finding.path else { return .null }
        return .array([
            [
                "id": 1, "message": ["text": "accepted here"],
                "physicalLocation": ["artifactLocation": artifact(path), "region": ["startLine": JSON(line)]],
            ]
        ])
    }

    private static func suppressions(_ state: ReviewedFinding.State) -> JSON {
        switch state {
        // Present and empty: this tool knows of suppressions, and there is none.
        case .open: .array([])
        case .baselined(let reason):
            .array([JSON.object([.init("kind", "external"), .init("justification", JSON(reason))]).withoutNulls])
        case .suppressed(let reason, _): .array([["kind": "inSource", "justification": .string(reason)]])
        }
    }

    private static func fixes(_ finding: Finding) -> JSON {
        guard let suggestion = finding.suggestion, let path = finding.path else { return .null }
        let replacement: JSON = [
            // Up to the beginning of the line after the last one.
            "deletedRegion": [
                "startLine": JSON(suggestion.lines.lowerBound), "startColumn": 1, "endLine": JSON(suggestion.lines.upperBound + 1),
                "endColumn": 1,
            ],
            "insertedContent": [
                "text": .string(suggestion.text + (suggestion.text.hasSuffix("\n") || suggestion.text.isEmpty ? "" : "\n"))
            ],
        ]
        return .array([
            [
                "description": ["text": .string(finding.fix ?? "As suggested.")],
                "artifactChanges": .array([["artifactLocation": artifact(path), "replacements": .array([replacement])]]),
            ]
        ])
    }

    private static func properties(_ reviewed: ReviewedFinding) -> JSON {
        JSON.object([
            .init("severity", .string(reviewed.finding.severity.rawValue)), .init("source", JSON(reviewed.finding.finderName)),
            .init("also_found_by", reviewed.alsoFoundBy.isEmpty ? .null : .array(reviewed.alsoFoundBy.map(JSON.string))),
        ]).withoutNulls
    }

    private static func artifact(_ path: RepositoryPath) -> JSON {
        ["uri": .string(PercentEncoding.encode(path: path.bytes)), "uriBaseId": .string(root)]
    }

    private static func level(_ severity: FindingSeverity) -> String {
        switch severity {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low, .info: "note"
        }
    }

    /// GitHub sorts by this number: critical above 9.0, high from 7.0, medium from 4.0.
    private static func score(_ severity: FindingSeverity) -> String {
        switch severity {
        case .critical: "9.5"
        case .high: "8.0"
        case .medium: "5.5"
        case .low: "3.0"
        case .info: "1.0"
        }
    }
}
