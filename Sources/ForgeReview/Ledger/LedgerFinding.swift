// A finding as it stands between the ledger and what was found now: open, or at its end.

import ForgeCore

/// Something that is open at this head. A class, since twenty thousand of them go through many hands and each has a dozen parts to count.
final class OpenFinding: Sendable {
    enum Novelty: Sendable {
        case new, known
        /// It was fixed or gone, and is there again.
        case regressed
        /// It is in the ledger and nobody could look again.
        case unseen
    }

    let id: String
    let finding: Finding
    let alsoFoundBy: [String]
    let novelty: Novelty
    /// As the ledger had it.
    let entry: LedgerEntry?
    /// It is about something that was not looked at before.
    let isOnNewLines: Bool

    init(id: String, finding: Finding, alsoFoundBy: [String] = [], novelty: Novelty, entry: LedgerEntry?, isOnNewLines: Bool) {
        self.id = id
        self.finding = finding
        self.alsoFoundBy = alsoFoundBy
        self.novelty = novelty
        self.entry = entry
        self.isOnNewLines = isOnNewLines
    }

    /// An opinion decides nothing.
    var isOpinion: Bool { finding.evidence == .opinion }
}

/// Something that was open and is not any more.
struct EndedFinding: Sendable {
    enum Ending: Hashable, Sendable {
        case fixed
        /// The line came with the base branch, or the file is not part of the change any more.
        case leftChange
        /// The code is another one, and nobody looked at it again.
        case rewritten
        case ruleOff
        case accepted(reason: String?)
    }

    var entry: LedgerEntry
    var ending: Ending

    func state(at head: CommitSHA) -> LedgerState { ending == .fixed ? .fixed(in: head) : .outdated(at: head) }
}

extension FindingSource {
    /// `rules`, `tool NAME` or `role NAME`.
    var ledgerText: String {
        switch self {
        case .rules: "rules"
        case .tool(let name): "tool \(name)"
        case .role(let name): "role \(name)"
        }
    }

    init(ledgerText: String) {
        if ledgerText.hasPrefix("tool ") {
            self = .tool(String(ledgerText.dropFirst(5)))
        } else if ledgerText.hasPrefix("role ") {
            self = .role(String(ledgerText.dropFirst(5)))
        } else {
            self = .rules
        }
    }
}

extension LedgerEntry {
    /// Of what is found now.
    init(_ open: OpenFinding, place: LedgerPlace, head: CommitSHA) {
        let finding = open.finding
        self.init(
            id: open.id, rule: finding.rule, family: finding.family, severity: finding.severity, source: finding.source.ledgerText,
            path: finding.path, line: finding.lines?.lowerBound, message: Self.cut(finding.message, 2_000),
            snippet: Self.cut(finding.snippet, 1_000), place: place, firstSeen: head, lastSeen: head)
    }

    /// What the ledger still knows of it.
    var finding: Finding {
        Finding(
            rule: rule, family: family, severity: severity, source: FindingSource(ledgerText: source), path: path,
            lines: line.map { $0...$0 }, message: message, snippet: snippet)
    }

    /// A line may have a million characters.
    private static func cut(_ text: String, _ max: Int) -> String {
        text.utf8.count <= max ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(max)))
    }

    var thread: Int64? { if case .thread(let comment) = place { comment } else { nil } }

    var isFixed: Bool { if case .fixed = state { true } else { false } }
    var isOutdated: Bool { if case .outdated = state { true } else { false } }
    var isDismissed: Bool { if case .dismissed = state { true } else { false } }
}
