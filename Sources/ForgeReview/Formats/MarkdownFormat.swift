// A report as Markdown for a job summary or a comment. Nothing from outside may name a person, link, load an image, close a fence or begin
// a heading. The gravest come first, and what does not fit is counted, so that a cut report never reads like a whole one.

import ForgeCore

enum MarkdownFormat {
    /// GitHub takes 65,536 for a comment; what a caller adds around it has to fit, too.
    static let charactersMax = 64_000
    private static let messageMax = 1000
    private static let snippetMax = 300
    private static let unreadMax = 20

    static func render(_ report: ReviewReport) -> String {
        var text = "### \(heading(report))\n\n\(prose(report.summary))\n"
        for remark in report.remarks { text += "\(prose(remark))\n" }
        text += unread(report)
        let open = report.open.sorted(by: isGraver)
        // For the last sentence about what does not fit.
        let room = charactersMax - 200
        var count = text.unicodeScalars.count
        for (index, finding) in open.enumerated() {
            let block = "\n" + self.block(finding)
            count += block.unicodeScalars.count
            guard count <= room else {
                return text + "\n**\(counted(open.count - index, "more finding")) not shown here: the text would be too long.**\n"
            }
            text += block
        }
        return text
    }

    private static func heading(_ report: ReviewReport) -> String {
        let open = report.open.count
        switch report.outcome {
        case .clean: return "Forge found nothing"
        case .findings: return "Forge: \(counted(open, "finding"))"
        case .partial:
            return open == 0 ? "Forge did not read everything" : "Forge: \(counted(open, "finding")), and not everything was read"
        }
    }

    private static func unread(_ report: ReviewReport) -> String {
        guard report.isPartial else { return "" }
        let sentences = report.unreadSentences
        var text = "\n**Not read:**\n\n"
        for sentence in sentences.prefix(unreadMax) { text += "- \(prose(String(sentence.prefix(snippetMax))))\n" }
        if sentences.count > unreadMax { text += "- and \(sentences.count - unreadMax) more\n" }
        return text
    }

    private static func block(_ reviewed: ReviewedFinding) -> String {
        let finding = reviewed.finding
        var place = finding.path.map { code(String($0.visible.prefix(snippetMax))) } ?? "the change as a whole"
        if let line = finding.lineText { place += finding.lines?.count == 1 ? " line \(line)" : " lines \(line)" }
        var text = "#### \(finding.severity.rawValue): \(place)\n\n"
        text += "\(prose(visible(finding.message, charactersMax: messageMax)))\n"
        if finding.lines != nil, !finding.snippet.isEmpty {
            let excerpt = SourceExcerpt(finding.snippet, characters: reviewed.mark)
            text += "\n" + fenced([excerpt.text, excerpt.marks].compactMap { $0 }.joined(separator: "\n"))
        }
        if let fix = finding.fix { text += "\nFix: \(prose(visible(fix, charactersMax: messageMax)))\n" }
        let finder = finding.finderName.map { " by \(code(visible($0, charactersMax: 100)))" } ?? ""
        return text + "\nRule \(code(visible(finding.rule, charactersMax: 200)))\(finder), finding \(code(reviewed.id.text))\n"
    }

    /// A fence longer than any run of its marks inside.
    static func fenced(_ text: String, language: String = "") -> String {
        let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: text) + 1))
        return "\(fence)\(language)\n\(text)\n\(fence)\n"
    }

    /// Shown as it is: in a code span nothing is a name, a link or mark-up.
    static func code(_ text: String, inTable: Bool = false) -> String {
        var flat = visible(text)
        // In a table a bar ends the cell, in a code span, too, and nothing there can take its meaning away.
        if inTable, flat.contains("|") { flat = flat.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\u{7c}") }
        guard flat.contains("`") else { return flat.isEmpty ? "` `" : "`\(flat)`" }
        let marks = String(repeating: "`", count: longestRun(of: "`", in: flat) + 1)
        return "\(marks) \(flat) \(marks)"
    }

    private static func longestRun(of character: Unicode.Scalar, in text: String) -> Int {
        var longest = 0
        var run = 0
        for scalar in text.unicodeScalars {
            run = scalar == character ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// Sentences: mark-up is escaped, and a word that a code host would make more of (a person, an issue, an address) is shown as code.
    static func prose(_ text: String, charactersMax: Int = 4000, inTable: Bool = false) -> String {
        let shown = visible(text, charactersMax: charactersMax)
        return withSpans(shown, inTable: inTable) ?? words(shown[...], inTable: inTable)
    }

    /// With `code` between single marks kept as such; nil when the marks are no pairs, or a word that is shown as code stands right beside.
    private static func withSpans(_ text: String, inTable: Bool) -> String? {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count > 1, parts.count.isMultiple(of: 2) == false else { return nil }
        var out = ""
        for (index, part) in parts.enumerated() {
            if index.isMultiple(of: 2) {
                let words = part.split(separator: " ")
                if index > 0, part.first != " ", words.first.map(means) ?? (index < parts.count - 1) { return nil }
                if index < parts.count - 1, part.last != " ", words.last.map(means) ?? (index > 0) { return nil }
                let middle = Self.words(part, inTable: inTable)
                out += (index > 0 && part.first == " " ? " " : "") + middle
                if part.last == " ", index < parts.count - 1, !middle.isEmpty { out += " " }
            } else {
                guard part.contains(where: { $0 != " " }) else { return nil }
                out += code(String(part), inTable: inTable)
            }
        }
        return out
    }

    private static func words(_ text: Substring, inTable: Bool) -> String {
        text.split(separator: " ", omittingEmptySubsequences: true).map { word in
            means(word) ? code(String(word), inTable: inTable) : escaped(word)
        }.joined(separator: " ")
    }

    private static func means(_ word: Substring) -> Bool {
        if word.contains(where: { $0 == "@" || $0 == "#" || $0 == "`" }) || word.contains("://") { return true }
        // `:tada:` is a picture, `!12` a merge request.
        if word.count(where: { $0 == ":" }) > 1 || word.drop(while: { $0 == "(" }).first == "!" { return true }
        let lower = word.lowercased()
        return lower.contains("www.") || lower.contains("gh-")
    }

    /// What means something anywhere, and what does at the beginning of a line: a word may come to stand there.
    private static func escaped(_ word: Substring) -> String {
        var out = ""
        for (index, scalar) in word.unicodeScalars.enumerated() {
            let opensBlock = index == 0 && "+-=".unicodeScalars.contains(scalar)
            let numbersList = (scalar == "." || scalar == ")") && word.unicodeScalars.prefix(index).allSatisfy(\.isDigit) && index > 0
            if "\\*_[]<>|~&$".unicodeScalars.contains(scalar) || opensBlock || numbersList { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
