// The sentences about a report that several formats say: how it ended, what was looked at, what was not. They hold no mark-up, and nothing
// from outside but paths made visible.

import ForgeCore

extension ReviewReport {
    /// How it ended, for a line of a log.
    package var sentence: String { ending + "." }

    /// How it ended, and on what.
    var summary: String { "\(ending); \(scope)." }

    private var ending: String {
        let open = self.open
        guard !open.isEmpty else { return isPartial ? "Nothing found in what was read, but not all was read" : "Nothing found" }
        let files = Set(open.compactMap(\.finding.path)).count
        let place = files == 0 ? "" : " in \(counted(files, "file"))"
        let parts = FindingSeverity.allCases.reversed().compactMap { severity in
            let count = self.count(severity)
            return count == 0 ? nil : "\(count) \(severity.rawValue)"
        }
        return "\(counted(open.count, "finding"))\(place): \(parts.joined(separator: ", "))\(isPartial ? "; not all was read" : "")"
    }

    private var scope: String {
        let rules = coverage.rulesUsed == 0 ? "" : " by \(counted(coverage.rulesUsed, "rule"))"
        return "looked at \(counted(coverage.filesChanged, "changed file")) with \(counted(coverage.linesAdded, "added line"))\(rules), "
            + "from \(visible(base)) to \(visible(head))"
    }

    /// Everything else a reader has to know, a sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        if !coverage.binaryFiles.isEmpty {
            remarks.append("\(counted(coverage.binaryFiles.count, "binary file")) looked at by name and size only.")
        }
        if coverage.filesLeftOut > 0 { remarks.append("\(counted(coverage.filesLeftOut, "file")) left out as asked.") }
        let accepted = findings.filter { !$0.state.isOpen }
        let suppressed = accepted.count { if case .suppressed = $0.state { true } else { false } }
        if suppressed > 0 { remarks.append("\(counted(suppressed, "finding")) accepted by comments in the source.") }
        if accepted.count > suppressed { remarks.append("\(counted(accepted.count - suppressed, "finding")) accepted by the baseline.") }
        if !removable.isEmpty {
            let are = removable.count == 1 ? "1 entry of the baseline is" : "\(removable.count) entries of the baseline are"
            remarks.append(
                "\(are) not needed any more: \(removable.prefix(5).map(\.id.text).joined(separator: ", "))\(removable.count > 5 ? ", …" : "")."
            )
        }
        if coverage.belowMinimum > 0 {
            remarks.append("\(counted(coverage.belowMinimum, "finding")) below \(severityMin.rawValue) not shown.")
        }
        if coverage.importedElsewhere > 0 {
            remarks.append("\(counted(coverage.importedElsewhere, "finding")) of other tools left out: not on lines of this change.")
        }
        return remarks
    }

    /// `path: why`, for each part that was not read.
    var unreadSentences: [String] {
        coverage.unread.map { part in
            let reason = visible(part.reason)
            return part.path.map { "\($0.visible): \(reason)" } ?? reason
        }
    }
}

/// `1 file`, `2 files`, `2 pushes`, `2 entries`.
func counted(_ count: Int, _ word: String) -> String {
    if count == 1 { return "1 \(word)" }
    if word.hasSuffix("sh") { return "\(count) \(word)es" }
    return word.hasSuffix("y") ? "\(count) \(word.dropLast())ies" : "\(count) \(word)s"
}

extension Finding {
    /// `12`, `12-15`; nil for the file as a whole.
    var lineText: String? {
        lines.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }

    /// Who found it, when it was not one of Forge's own rules.
    var finderName: String? {
        switch source {
        case .rules: nil
        case .tool(let name): name
        case .role(let name): "role \(name)"
        }
    }
}
