// A report for a person at a terminal: file by file, each finding with its line and a caret. Text from outside is made visible first, so
// that a hostile diff neither moves the cursor nor hides what it does.

import ForgeCore

struct TextFormat {
    private enum Colour: String {
        case bold = "1"
        case faint = "2"
        case red = "31"
        case yellow = "33"
        case blue = "34"
        case green = "32"
    }

    private let colours: Bool
    private static let unreadMax = 20

    init(colours: Bool) {
        self.colours = colours
    }

    func render(_ report: ReviewReport) -> String {
        var text = ""
        var path: RepositoryPath??
        for finding in report.open {
            if path != .some(finding.finding.path) {
                path = .some(finding.finding.path)
                text += (text.isEmpty ? "" : "\n") + painted(finding.finding.path?.visible ?? "The change as a whole", .bold) + "\n"
            }
            text += block(finding)
        }
        if !text.isEmpty { text += "\n" }
        return text + unread(report) + ending(report)
    }

    private func block(_ reviewed: ReviewedFinding) -> String {
        let finding = reviewed.finding
        let place = [finding.lineText, reviewed.characters.map { "\($0.lowerBound + 1)" }].compactMap { $0 }.joined(separator: ":")
        var text = "  " + (place.isEmpty ? "" : place + "  ") + painted(finding.severity.rawValue, colour(of: finding.severity))
        text += "  \(painted(visible(finding.rule), .bold))  \(painted(reviewed.id.text, .faint))"
        if let name = finding.finderName { text += "  " + painted("by \(visible(name))", .faint) }
        text += "\n    \(visible(finding.message))\n" + source(reviewed)
        if let fix = finding.fix { text += "    \(painted("fix:", .green)) \(visible(fix))\n" }
        if !reviewed.alsoFoundBy.isEmpty { text += "    also: \(visible(reviewed.alsoFoundBy.joined(separator: ", ")))\n" }
        return text
    }

    private func source(_ reviewed: ReviewedFinding) -> String {
        guard let line = reviewed.finding.lines?.lowerBound, !reviewed.finding.snippet.isEmpty else { return "" }
        let excerpt = SourceExcerpt(reviewed.finding.snippet, characters: reviewed.mark)
        let number = "\(line)"
        let space = String(repeating: " ", count: number.count)
        let bar = painted("|", .faint)
        var text = "    \(painted(number, .faint)) \(bar) \(excerpt.text)\n"
        if let marks = excerpt.marks {
            let spaces = marks.prefix { $0 == " " }
            text +=
                "    \(space) \(bar) \(spaces)\(painted(String(marks.dropFirst(spaces.count)), colour(of: reviewed.finding.severity)))\n"
        }
        return text
    }

    private func unread(_ report: ReviewReport) -> String {
        guard report.isPartial else { return "" }
        let sentences = report.unreadSentences
        var text = painted("Not read:", .yellow) + "\n"
        for sentence in sentences.prefix(Self.unreadMax) { text += "  \(sentence)\n" }
        if sentences.count > Self.unreadMax { text += "  and \(sentences.count - Self.unreadMax) more\n" }
        return text
    }

    private func ending(_ report: ReviewReport) -> String {
        let colour: Colour = report.outcome == .clean ? .green : report.fails ? .red : .yellow
        return painted(report.summary, colour) + "\n" + report.remarks.map { painted($0, .faint) + "\n" }.joined()
    }

    private func colour(of severity: FindingSeverity) -> Colour {
        switch severity {
        case .critical, .high: .red
        case .medium: .yellow
        case .low, .info: .blue
        }
    }

    private func painted(_ text: String, _ colour: Colour) -> String {
        colours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
