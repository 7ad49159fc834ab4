// A finding in words: in a comment on its line, and in a row of a table. Whatever comes from the code, a model or another tool goes through
// `MarkdownFormat.prose` or `code`: it must never name a person, link, load, or end what we began.

import ForgeCore

enum FindingText {
    private static let messageMax = 1_000
    private static let cellMax = 160

    /// How it is known, for people.
    static func evidence(_ finding: Finding) -> String {
        if finding.evidence == .reproduced { return "shown by running it" }
        switch finding.source {
        case .rules: return "found by a rule"
        case .tool(let name): return "reported by \(MarkdownFormat.code(shortened(name, charactersMax: 60)))"
        case .role(let name):
            let role = MarkdownFormat.code(shortened(name, charactersMax: 60))
            return finding.evidence == .opinion ? "an opinion of the \(role)" : "concluded by the \(role)"
        }
    }

    /// What is wrong, how to mend it, how it is known and how to answer.
    static func block(_ open: OpenFinding, place: String?, suggestion: Suggestion?) -> String {
        let finding = open.finding
        let back = open.novelty == .regressed ? ", and back again" : ""
        var text = "**\(finding.severity.title)\(back):** "
        if let place { text += "\(place): " }
        text += sentence(finding.message, charactersMax: messageMax) + "\n"
        if let fix = finding.fix, !fix.isEmpty {
            text += "\n**Fix:** \(sentence(fix, charactersMax: messageMax))\n"
        }
        if let suggestion { text += "\n" + MarkdownFormat.fenced(suggestion.replacement, language: "suggestion") }
        return text + "\n" + footer(open) + "\n"
    }

    private static func footer(_ open: OpenFinding) -> String {
        let finding = open.finding
        var parts = [MarkdownFormat.code(shortened(finding.rule, charactersMax: 100)), evidence(finding)]
        if !open.alsoFoundBy.isEmpty {
            parts.append(
                "also " + open.alsoFoundBy.prefix(3).map { MarkdownFormat.code(shortened($0, charactersMax: 60)) }.joined(separator: ", "))
        }
        if finding.source == .rules, let address = finding.references.first(where: isPlainAddress) { parts.append("[more](\(address))") }
        return "<sub>\(parts.joined(separator: " · ")) · right as it is? `/forge ignore \(open.id) reason`</sub>"
    }

    /// Rules name pages that explain them; only what is an address and nothing else becomes a link.
    static func isPlainAddress(_ text: String) -> Bool {
        text.hasPrefix("https://") && text.utf8.count <= 300
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._~:/#?=&%+".utf8.contains(byte)
                }
            }
    }

    /// One from outside. What is written out instead of invisible characters may be ten times as long: then less of it is shown.
    static func sentence(_ text: String, charactersMax: Int, inTable: Bool = false) -> String {
        var charactersMax = charactersMax
        while true {
            let shown = MarkdownFormat.prose(shortened(text, charactersMax: charactersMax), inTable: inTable)
            if shown.utf8.count <= charactersMax * 4 || charactersMax < 10 { return shown }
            charactersMax /= 2
        }
    }

    // MARK: In tables

    static let tableHead = "| | what | where | state |\n|---|---|---|---|\n"

    static func row(_ open: OpenFinding, _ link: Permalink, note: String? = nil) -> String {
        let finding = open.finding
        let what = sentence(finding.message, charactersMax: cellMax, inTable: true)
        let place = link.text(finding.path, finding.lines, inTable: true)
        let state = [open.novelty.word, note].compactMap { $0 }.joined(separator: ", ")
        return "| \(finding.severity.rawValue) | \(what) `\(open.id)` | \(place) | \(state) |\n"
    }

    /// A finding at its end, or one that a person put aside.
    static func row(_ entry: LedgerEntry, state: String) -> String {
        let what = sentence(entry.message, charactersMax: cellMax, inTable: true)
        let place = entry.path.map { MarkdownFormat.code(shortened($0.visible, charactersMax: 200), inTable: true) } ?? "the change"
        return "| \(entry.severity.rawValue) | \(what) `\(entry.id)` | \(place) | \(state) |\n"
    }
}

extension FindingSeverity {
    var title: String {
        switch self {
        case .info: "Note"
        case .low: "Low"
        case .medium: "Medium"
        case .high: "High"
        case .critical: "Critical"
        }
    }
}

extension OpenFinding.Novelty {
    var word: String {
        switch self {
        case .new: "new"
        case .known: "open"
        case .regressed: "back again"
        case .unseen: "open, not looked at again"
        }
    }
}

/// `1 critical, 2 high`.
func severityCounts(_ findings: [OpenFinding]) -> String {
    FindingSeverity.allCases.reversed().compactMap { severity in
        let count = findings.count { $0.finding.severity == severity }
        return count == 0 ? nil : "\(count) \(severity.rawValue)"
    }.joined(separator: ", ")
}
