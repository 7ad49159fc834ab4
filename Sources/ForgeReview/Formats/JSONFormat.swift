// A report for programs; docs/formats.md describes it member by member. Members are only ever added to a schema number.

import ForgeCore
import ForgeCrypto

enum JSONFormat {
    static let schema = 1

    static func value(of report: ReviewReport) -> JSON {
        let coverage = report.coverage
        return JSON.object([
            .init("schema", JSON(schema)), .init("outcome", .string(report.outcome.rawValue)), .init("fails", .bool(report.fails)),
            .init("fail_on", .string(report.failOn.rawValue)), .init("min_severity", .string(report.severityMin.rawValue)),
            .init("base", .string(report.base)), .init("head", .string(report.head)),
            .init("files_changed", JSON(coverage.filesChanged)), .init("lines_added", JSON(coverage.linesAdded)),
            .init("rules_used", JSON(coverage.rulesUsed)), .init("files_left_out", JSON(coverage.filesLeftOut)),
            .init("binary_files", .array(coverage.binaryFiles.map { .string($0.text) })),
            .init("imported_elsewhere", JSON(coverage.importedElsewhere)), .init("below_minimum", JSON(coverage.belowMinimum)),
            .init("not_read", .array(coverage.unread.map(unread))),
            .init("counts", .object(FindingSeverity.allCases.reversed().map { .init($0.rawValue, JSON(report.count($0))) })),
            .init("findings", .array(report.findings.map(finding))),
            .init(
                "removable",
                .array(report.removable.map { ["id": .string($0.id.text), "path": .string($0.path), "rule": .string($0.rule)] })),
        ])
    }

    private static func unread(_ part: UnreadPart) -> JSON {
        JSON.object(path(part.path) + [.init("reason", .string(part.reason))])
    }

    /// As text, and as bytes where the text does not give them back.
    private static func path(_ path: RepositoryPath?) -> [JSON.Member] {
        guard let path else { return [] }
        let text = JSON.Member("path", .string(path.text))
        if String(validating: path.bytes, as: UTF8.self) != nil { return [text] }
        return [text, .init("path_base64", .string(Base64.encode(path.bytes)))]
    }

    private static func finding(_ reviewed: ReviewedFinding) -> JSON {
        let finding = reviewed.finding
        var members: [JSON.Member] = [
            .init("id", .string(reviewed.id.text)), .init("rule", .string(finding.rule)), .init("family", .string(finding.family)),
            .init("severity", .string(finding.severity.rawValue)), .init("source", source(finding.source)),
        ]
        members += path(finding.path)
        members += [
            .init("line", JSON(finding.lines?.lowerBound)), .init("end_line", JSON(finding.lines?.upperBound)),
            .init("column", JSON(reviewed.characters.map { $0.lowerBound + 1 })),
            .init("end_column", JSON(reviewed.characters.map { $0.upperBound + 1 })),
            .init("message", .string(finding.message)), .init("fix", JSON(finding.fix)),
            .init("suggestion", finding.suggestion.map(suggestion) ?? .null),
            .init("references", finding.references.isEmpty ? .null : .array(finding.references.map(JSON.string))),
            .init("snippet", finding.snippet.isEmpty ? .null : .string(cut(finding.snippet))),
            .init("also_found_by", reviewed.alsoFoundBy.isEmpty ? .null : .array(reviewed.alsoFoundBy.map(JSON.string))),
        ]
        return JSON.object(members + state(reviewed.state)).withoutNulls
    }

    /// A line may have a million characters.
    private static func cut(_ line: String) -> String { String(String.UnicodeScalarView(line.unicodeScalars.prefix(1000))) }

    private static func source(_ source: FindingSource) -> JSON {
        switch source {
        case .rules: ["kind": "rules"]
        case .tool(let name): ["kind": "tool", "name": .string(name)]
        case .role(let name): ["kind": "role", "name": .string(name)]
        }
    }

    private static func suggestion(_ suggestion: Suggestion) -> JSON {
        [
            "line": JSON(suggestion.lines.lowerBound), "end_line": JSON(suggestion.lines.upperBound), "text": .string(suggestion.text),
        ]
    }

    private static func state(_ state: ReviewedFinding.State) -> [JSON.Member] {
        switch state {
        case .open: [.init("state", "open")]
        case .baselined(let reason): [.init("state", "baselined"), .init("reason", JSON(reason))]
        case .suppressed(let reason, let line):
            [.init("state", "suppressed"), .init("reason", .string(reason)), .init("suppressed_at", JSON(line))]
        }
    }
}
