// The check run of a look at a pull request: everything that was found, in words and on the lines, and how it ended. It is a success only
// when all was read and nothing is open that anybody is told of.

import ForgeCore

struct CheckText {
    /// GitHub takes 65,535 for each text.
    static let bytesMax = 65_000
    /// Hosts take fifty in a call, and each call is a write that others wait for.
    static let annotationsMax = 100
    private static let titleMax = 255
    private static let messageMax = 2_000

    private let outlook: ReviewOutlook
    private let told: [OpenFinding]

    init(_ outlook: ReviewOutlook) {
        self.outlook = outlook
        told = outlook.told
    }

    var content: CheckRunContent {
        let annotations = self.annotations
        return CheckRunContent(
            name: ForgeCheck.name, head: outlook.head, state: .completed(outlook.conclusion), title: title, summary: summary,
            text: text(annotated: annotations.count), annotations: annotations,
            actions: outlook.open.isEmpty ? [ForgeCheck.rerun] : [ForgeCheck.rerun, ForgeCheck.explain, ForgeCheck.ignore],
            externalID: ForgeCheck.externalID(pull: outlook.change.pull.number, run: outlook.change.run))
    }

    private var title: String {
        let isPartial = outlook.coverage.isPartial
        if told.isEmpty {
            if isPartial { return "Nothing found in what was read, but not all was read" }
            let less = outlook.open.count { !$0.isOpinion }
            return less == 0 ? "Nothing found" : "Nothing at or above \(outlook.settings.severityMin.rawValue); \(less) less grave"
        }
        return "\(counted(told.count, "finding")): \(severityCounts(told))\(isPartial ? "; not all was read" : "")"
    }

    private var summary: String {
        var sentences: [String] = []
        switch (outlook.conclusion, outlook.settings.failsOn) {
        case (.failure, let failsOn?):
            let count = outlook.open.count { !$0.isOpinion && $0.finding.severity >= failsOn }
            sentences.append("**\(counted(count, "finding")) at or above \(failsOn.rawValue)**, from which on this check fails.")
        case (_, let failsOn?): sentences.append("Nothing at or above \(failsOn.rawValue), from which on this check fails.")
        case (_, nil): break
        }
        sentences.append(outlook.coverage.sentence)
        if !outlook.dismissed.isEmpty {
            sentences.append("\(counted(outlook.dismissed.count, "finding")) dismissed before not told again.")
        }
        let accepted = outlook.change.report.findings.count { !$0.state.isOpen }
        if accepted > 0 { sentences.append("\(counted(accepted, "finding")) accepted in the source or by the baseline.") }
        var ending = "\nRound \(outlook.round), \(timeText(outlook.change.duration))"
        if !outlook.coverage.readers.isEmpty { ending += ", by \(outlook.coverage.readers)" }
        if let cost = costText(outlook.change.model) { ending += ", \(cost)" }
        var page = BoundedText(bytesMax: Self.bytesMax, beginning: sentences.joined(separator: " ") + "\n", ending: ending + ".\n")
        page.add(outlook.coverage.details)
        return page.text
    }

    private func text(annotated: Int) -> String? {
        guard !outlook.open.isEmpty else { return nil }
        var page = BoundedText(bytesMax: Self.bytesMax, beginning: "", ending: "")
        let shown = page.addRows(0..<outlook.open.count, opening: FindingText.tableHead) { index in
            let open = outlook.open[index]
            return FindingText.row(open, outlook.link, note: open.isOpinion ? "an opinion" : nil)
        }
        let missing = outlook.open.count - shown
        if missing > 0 { page.addRemark("\n**\(counted(missing, "more finding")) not shown here: the text would be too long.**\n") }
        if outlook.open.count > annotated {
            page.addRemark("\n\(counted(annotated, "finding")) of \(outlook.open.count) on lines, the gravest.\n")
        }
        return page.text
    }

    /// The gravest, of those that are on lines of files which are there.
    private var annotations: [CheckAnnotation] {
        let gone = Set(outlook.change.diff.files.lazy.filter { $0.new == nil }.map(\.path))
        var shown: [CheckAnnotation] = []
        for open in outlook.open where !open.isOpinion {
            guard let path = open.finding.path, let lines = open.finding.lines, !gone.contains(path),
                String(validating: path.bytes, as: UTF8.self) != nil
            else { continue }
            shown.append(annotation(open, path, lines))
            if shown.count == Self.annotationsMax { break }
        }
        return shown
    }

    /// Hosts show these as plain text.
    private func annotation(_ open: OpenFinding, _ path: RepositoryPath, _ lines: ClosedRange<Int>) -> CheckAnnotation {
        let finding = open.finding
        var message = visible(finding.message, charactersMax: Self.messageMax)
        if let fix = finding.fix { message += "\nFix: \(visible(fix, charactersMax: Self.messageMax))" }
        return CheckAnnotation(
            path: path, lines: lines, level: level(finding.severity),
            title: shortened(
                visible("\(finding.severity.rawValue): \(finding.rule)", charactersMax: Self.titleMax), charactersMax: Self.titleMax - 1),
            message: "\(message)\n[\(open.id)]")
    }

    private func level(_ severity: FindingSeverity) -> CheckAnnotation.Level {
        if let failsOn = outlook.settings.failsOn, severity >= failsOn { return .failure }
        switch severity {
        case .critical, .high: return .failure
        case .medium: return .warning
        case .low, .info: return .notice
        }
    }
}
