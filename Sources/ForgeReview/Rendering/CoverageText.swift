// What was read and what was not, in every text that says how a review ended: a reader must never take "nothing found" for "all was read".

import ForgeCore

struct CoverageText: Sendable {
    private let coverage: ReviewCoverage
    private let model: ModelReading?
    /// Of the rules and of the model, what was not read or only in part, each with its reason.
    let parts: [UnreadPart]
    private let partialCount: Int
    private let unreadCount: Int
    private static let partsMax = 20
    /// A whole sentence about what is not remembered; empty when all is.
    var remark = ""

    init(_ change: PlannedChange) {
        coverage = change.report.coverage
        model = change.model
        let partial = change.model?.partial ?? []
        parts = coverage.unread + partial + (change.model?.none ?? [])
        let unread = Set((coverage.unread + (change.model?.none ?? [])).compactMap(\.path))
        unreadCount = unread.count
        partialCount = Set(partial.compactMap(\.path)).subtracting(unread).count
    }

    var isPartial: Bool { !parts.isEmpty }

    /// `Read: 12 of 14 files; 1 in part, 1 not.`
    var sentence: String {
        let files = coverage.filesChanged - coverage.filesLeftOut
        let full = max(0, files - partialCount - unreadCount)
        var text = full == files ? "Read: \(counted(files, "file")), all of it" : "Read: \(full) of \(counted(files, "file"))"
        if partialCount > 0 { text += "; \(partialCount) in part" }
        if unreadCount > 0 { text += "; \(unreadCount) not" }
        if full == files, parts.contains(where: { $0.path == nil }) { text = "Read: \(counted(files, "file")), but not by everyone" }
        if !coverage.binaryFiles.isEmpty { text += "; \(counted(coverage.binaryFiles.count, "binary file")) by name and size" }
        if coverage.filesLeftOut > 0 { text += "; \(counted(coverage.filesLeftOut, "file")) left out by the configuration" }
        text += "."
        if let dropped = model?.dropped, dropped > 0 {
            text +=
                " \(counted(dropped, "remark")) of the model fitted no line of the change, and \(dropped == 1 ? "was" : "were") left out."
        }
        return remark.isEmpty ? text : "\(text) \(remark)"
    }

    /// By whom.
    var readers: String {
        var readers: [String] = []
        if coverage.rulesUsed > 0 { readers.append(counted(coverage.rulesUsed, "rule")) }
        if let model { readers.append(MarkdownFormat.code(shortened(model.name, charactersMax: 80))) }
        return readers.joined(separator: " and ")
    }

    /// A fold with the reasons; empty when all was read.
    var details: String {
        guard isPartial else { return "" }
        var text = "\n<details><summary>What was not read, and why</summary>\n\n"
        for part in parts.prefix(Self.partsMax) {
            let reason = FindingText.sentence(part.reason, charactersMax: 200)
            text += "- " + (part.path.map { "\(MarkdownFormat.code(shortened($0.visible, charactersMax: 200))): " } ?? "") + reason + "\n"
        }
        if parts.count > Self.partsMax { text += "- and \(parts.count - Self.partsMax) more\n" }
        return text + "\n</details>\n"
    }
}

/// `850 ms`, `3.2 s`, `2 min 5 s`.
func timeText(_ duration: Duration) -> String {
    let milliseconds = max(0, duration.milliseconds)
    if milliseconds < 1_000 { return "\(milliseconds) ms" }
    if milliseconds < 100_000 { return "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s" }
    return "\(milliseconds / 60_000) min \(milliseconds % 60_000 / 1_000) s"
}

/// `12,345 tokens (9,000 from a cache), $0.04`; nil when no model was asked.
func costText(_ model: ModelReading?) -> String? {
    guard let usage = model?.usage else { return nil }
    var text = "\(grouped(usage.inputTokens + usage.outputTokens)) tokens"
    if usage.cachedTokens > 0 { text += " (\(grouped(usage.cachedTokens)) from a cache)" }
    if let price = usage.microUSD {
        let cents = (price + 5_000) / 10_000
        text += price > 0 && cents == 0 ? ", under $0.01" : ", $\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
    return text
}

/// `12,345`.
private func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var at = digits.count - 3
    while at > 0 {
        digits.insert(",", at: at)
        at -= 3
    }
    return String(digits)
}
