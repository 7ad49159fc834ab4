// The one comment that says how a pull request stands: what is open and where, what is done, what was read and what it took, and how to
// answer. It carries its marker at its end, and what does not fit is counted, never cut.

import ForgeCore

struct SummaryText {
    /// GitHub takes 65,536 characters.
    static let bytesMax = 64_000
    /// Before the fold.
    private static let rowsMax = 20

    private let outlook: ReviewOutlook
    private let unplaced: Set<String>

    init(_ outlook: ReviewOutlook, unplaced: Set<String>) {
        self.outlook = outlook
        self.unplaced = unplaced
    }

    var text: String {
        let told = outlook.told
        var page = BoundedText(bytesMax: Self.bytesMax, beginning: beginning(told), ending: ending)
        addOpen(told, to: &page)
        let opinions = outlook.open.filter(\.isOpinion)
        fold("\(counted(opinions.count, "opinion")), for what \(opinions.count == 1 ? "it is" : "they are") worth", opinions, &page)
        addLess(to: &page)
        addDone(to: &page)
        if outlook.before.isDescribed { page.add("\n" + ChangeDescription(ChangeProfile(outlook.change.diff)).summary) }
        page.add(outlook.coverage.details)
        page.add(RuleProposal(outlook).text)
        return page.text
    }

    private func beginning(_ told: [OpenFinding]) -> String {
        let isPartial = outlook.coverage.isPartial
        let heading: String
        switch (told.isEmpty, isPartial) {
        case (false, _): heading = "Forge: \(counted(told.count, "open finding"))\(isPartial ? ", and not everything was read" : "")"
        case (true, true): heading = "Forge did not read everything"
        case (true, false): heading = outlook.before.ledger.isEmpty ? "Forge found nothing" : "Forge: nothing is open any more"
        }
        return "### \(heading)\n\n\(sentences(told)) \(outlook.coverage.sentence)\n"
    }

    private func sentences(_ told: [OpenFinding]) -> String {
        var parts: [String] = []
        if told.isEmpty {
            parts.append(outlook.coverage.isPartial ? "Nothing is open in what was read." : "Nothing is open.")
        } else {
            let new = told.count { $0.novelty == .new }
            let back = told.count { $0.novelty == .regressed }
            var text = severityCounts(told)
            if outlook.before.reviewed != nil, new > 0 { text += "; \(new) new" }
            if back > 0 { text += "; \(back) back again" }
            parts.append(text + ".")
        }
        let fixed = outlook.ended.count { $0.ending == .fixed }
        if fixed > 0 { parts.append("\(fixed) fixed since the last look.") }
        if outlook.conclusion == .failure, let failsOn = outlook.settings.failsOn {
            parts.append("The check fails from \(failsOn.rawValue) on.")
        }
        return parts.joined(separator: " ")
    }

    private func addOpen(_ told: [OpenFinding], to page: inout BoundedText) {
        guard !told.isEmpty else { return }
        let head = "\n" + FindingText.tableHead
        let shown = page.addRows(0..<min(told.count, Self.rowsMax), opening: head) { row(told[$0]) }
        guard shown < told.count else { return }
        let fold = "\n<details><summary>\(counted(told.count - shown, "more finding"))</summary>\n\n"
        let folded = page.addRows(shown..<told.count, opening: fold + FindingText.tableHead, closing: "\n</details>\n") { row(told[$0]) }
        addMissing(told.count - shown - folded, to: &page)
    }

    private func row(_ open: OpenFinding) -> String {
        let unplacedNote = unplaced.contains(open.id) ? "could not be put on its line" : nil
        let dispute = outlook.before.ledger[open.id]?.disputedBy.map {
            "disputed by \(MarkdownFormat.code(shortened($0, charactersMax: 60), inTable: true))"
        }
        let notes = [dispute, unplacedNote].compactMap { $0 }
        return FindingText.row(open, outlook.link, note: notes.isEmpty ? nil : notes.joined(separator: ", "))
    }

    private func fold(_ title: String, _ findings: [OpenFinding], _ page: inout BoundedText) {
        guard !findings.isEmpty else { return }
        let opening = "\n<details><summary>\(title)</summary>\n\n\(FindingText.tableHead)"
        let shown = page.addRows(0..<findings.count, opening: opening, closing: "\n</details>\n") { row(findings[$0]) }
        addMissing(findings.count - shown, to: &page)
    }

    private func addMissing(_ count: Int, to page: inout BoundedText) {
        guard count > 0 else { return }
        page.addRemark("\n**\(counted(count, "more finding")) not shown here: the text would be too long.**\n")
    }

    /// What is less grave than was asked for is in the check run, or here when there is none.
    private func addLess(to page: inout BoundedText) {
        let less = outlook.open.filter { !$0.isOpinion && $0.finding.severity < outlook.settings.severityMin }
        guard !less.isEmpty else { return }
        let title = "\(counted(less.count, "finding")) below \(outlook.settings.severityMin.rawValue)"
        guard outlook.settings.makesCheckRun else { return fold(title, less, &page) }
        page.add("\n\(title) \(less.count == 1 ? "is" : "are") in the check run only.\n")
    }

    private func addDone(to page: inout BoundedText) {
        let rows = doneRows()
        guard !rows.isEmpty else { return }
        let opening = "\n<details><summary>\(counted(rows.count, "finding")) dealt with</summary>\n\n\(FindingText.tableHead)"
        let shown = page.addRows(0..<rows.count, opening: opening, closing: "\n</details>\n") {
            FindingText.row(rows[$0].0, state: rows[$0].1)
        }
        addMissing(rows.count - shown, to: &page)
    }

    private func doneRows() -> [(LedgerEntry, String)] {
        let open = Set(outlook.open.map(\.id))
        let now = Dictionary(outlook.ended.map { ($0.entry.id, $0) }) { first, _ in first }
        var rows: [(LedgerEntry, String)] = []
        for entry in outlook.before.ledger.values where !open.contains(entry.id) {
            if let state = now[entry.id].map({ word($0.ending) }) ?? word(entry.state) { rows.append((entry, state)) }
        }
        return rows.sorted { ($1.0.severity, $0.0.id) < ($0.0.severity, $1.0.id) }
    }

    private func word(_ ending: EndedFinding.Ending) -> String {
        switch ending {
        case .fixed: "fixed in `\(outlook.head.short)`"
        case .leftChange: "not part of the change any more"
        case .rewritten: "its line is gone"
        case .ruleOff: "not looked for any more"
        case .accepted: "accepted in the source"
        }
    }

    /// Nil while it is open: then nobody looked again, and it is told of above.
    private func word(_ state: LedgerState) -> String? {
        switch state {
        case .open: return nil
        case .fixed(let head): return "fixed in `\(head.short)`"
        case .outdated: return "its line is gone"
        case .dismissed(let person, let why, _):
            let name = MarkdownFormat.code(shortened(person, charactersMax: 60), inTable: true)
            let reason = FindingText.sentence(why, charactersMax: 100, inTable: true)
            return "dismissed by \(name)" + (reason.isEmpty ? "" : ": \(reason)")
        }
    }

    private var ending: String {
        var parts = ["Round \(outlook.round) at `\(outlook.head.short)`"]
        if !outlook.coverage.readers.isEmpty { parts.append(outlook.coverage.readers) }
        parts.append(timeText(outlook.change.duration))
        if let cost = costText(outlook.change.model) { parts.append(cost) }
        parts.append("`/forge explain ID`, `/forge ignore ID reason`, `/forge review`, `/forge help`")
        let marker = HiddenMarker(.summary, ["head": outlook.head.description, "run": outlook.change.run])
        return "\n<sub>\(parts.joined(separator: " · "))</sub>\n\n\(marker.text)"
    }
}

/// Rules that people dismissed twice, and what to write to be rid of them.
struct RuleProposal {
    private static let dismissalsMin = 2
    private static let rulesMax = 5
    private let rules: [String]
    private let branch: String

    init(_ outlook: ReviewOutlook) {
        branch = outlook.change.pull.defaultBranch ?? outlook.change.pull.baseBranch
        var here: Set<String> = []
        for entry in outlook.before.ledger.values where entry.isDismissed && entry.source == "rules" { here.insert(entry.rule) }
        for open in outlook.open where open.finding.source == .rules { here.insert(open.finding.rule) }
        let run = outlook.change.rulesRun
        rules = outlook.change.dismissals.filter { rule, count in
            count >= Self.dismissalsMin && here.contains(rule) && (run?.contains(rule) ?? true) && rule.utf8.allSatisfy(Self.isPlain)
        }.keys.sorted()
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte.isDigit || (0x61...0x7A).contains(byte) }

    var text: String {
        guard !rules.isEmpty else { return "" }
        let names = rules.prefix(Self.rulesMax).map { "`\($0)`" }.joined(separator: ", ")
        let one = rules.count == 1
        return """

            \(names) \(one ? "was" : "were each") dismissed here more than once. If \(one ? "it is" : "they are") of no use in this repository, \
            this in `.forge.yml` on \(MarkdownFormat.code(shortened(branch, charactersMax: 100))) switches \(one ? "it" : "them") off:

            ```yaml
            rules:
              disable: [\(rules.prefix(Self.rulesMax).joined(separator: ", "))]
            ```

            """
    }
}
