// A report as workflow commands, which GitHub shows beside the lines of a pull request. A command is one line of the log; what comes from
// outside must never begin another one.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions

import ForgeCore

enum GitHubFormat {
    /// GitHub shows so many of each kind in a step and drops the rest, so the gravest come first.
    private static let shownMax = 10
    private static let titleMax = 255
    private static let messageMax = 4000

    static func render(_ report: ReviewReport) -> String {
        let open = report.open.sorted(by: isGraver)
        var lines = open.map(annotation)
        for sentence in report.unreadSentences.prefix(shownMax) {
            lines.append(command("warning", [("title", "Not read by forge")], sentence))
        }
        // The log keeps all of them; a reader of the page has to know.
        let kinds = Dictionary(grouping: open) { kind(of: $0.finding.severity) }
        if kinds.values.contains(where: { $0.count > shownMax }) {
            lines.append("forge: GitHub shows \(shownMax) annotations of a kind for each step; this log has all \(open.count).")
        }
        return (lines + ["forge: \(report.summary)"] + report.remarks.map { "forge: \($0)" }).joined(separator: "\n") + "\n"
    }

    private static func annotation(_ reviewed: ReviewedFinding) -> String {
        let finding = reviewed.finding
        var properties: [(String, String)] = []
        if let path = finding.path { properties.append(("file", path.visible)) }
        if let lines = finding.lines {
            properties += [("line", "\(lines.lowerBound)"), ("endLine", "\(lines.upperBound)")]
            if lines.count == 1, let characters = reviewed.characters {
                properties += [
                    ("col", "\(characters.lowerBound + 1)"), ("endColumn", "\(max(characters.upperBound, characters.lowerBound + 1))"),
                ]
            }
        }
        properties.append(("title", visible("\(finding.severity.rawValue): \(finding.rule)", charactersMax: titleMax)))
        var message = visible(finding.message, charactersMax: messageMax)
        if let fix = finding.fix { message += "\nFix: \(visible(fix, charactersMax: messageMax))" }
        return command(kind(of: finding.severity), properties, message + "\n[\(reviewed.id.text)]")
    }

    private static func kind(of severity: FindingSeverity) -> String {
        switch severity {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low, .info: "notice"
        }
    }

    private static func command(_ name: String, _ properties: [(String, String)], _ message: String) -> String {
        let list = properties.map { "\($0)=\(escaped($1, inProperty: true))" }.joined(separator: ",")
        return "::\(name) \(list)::\(escaped(message, inProperty: false))"
    }

    private static func escaped(_ text: String, inProperty: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": out += "%25"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            case ":" where inProperty: out += "%3A"
            case "," where inProperty: out += "%2C"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
