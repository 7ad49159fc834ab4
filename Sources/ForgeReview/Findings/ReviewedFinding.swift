// A finding as a review reports it: with its id, and with what became of it. Nothing that was found is dropped without a trace: what is
// accepted says by whom, and what another finding stands for is named there.

package import ForgeCore

package struct ReviewedFinding: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case open
        /// It is in the baseline, with the reason given there, if any.
        case baselined(reason: String?)
        /// A comment in the source accepts it.
        case suppressed(reason: String, line: Int)

        package var isOpen: Bool { self == .open }
    }

    package var id: FindingID
    package var finding: Finding
    package var state: State
    /// Characters within the first line, the first is 0: what people and editors count, where rules count bytes.
    package var characters: Range<Int>?
    /// The same place in the snippet, which is the line trimmed and masked; nil when it is not in there.
    package var mark: Range<Int>?
    /// Rules that found the same line for the same reason, and were less grave.
    package var alsoFoundBy: [String]

    package init(
        id: FindingID, finding: Finding, state: State = .open, characters: Range<Int>? = nil, alsoFoundBy: [String] = []
    ) {
        self.id = id
        self.finding = finding
        self.state = state
        self.characters = characters
        mark = characters
        self.alsoFoundBy = alsoFoundBy
    }
}

/// The order of a report: what is about the whole change, then file by file from the top; on one line the gravest first.
func standsBefore(_ left: Finding, _ right: Finding) -> Bool {
    if left.path != right.path {
        guard let first = left.path, let second = right.path else { return left.path == nil }
        return first < second
    }
    let lines = (left.lines?.lowerBound ?? 0, right.lines?.lowerBound ?? 0)
    if lines.0 != lines.1 { return lines.0 < lines.1 }
    if left.severity != right.severity { return left.severity > right.severity }
    let columns = (left.columns?.lowerBound ?? -1, right.columns?.lowerBound ?? -1)
    if columns.0 != columns.1 { return columns.0 < columns.1 }
    if left.rule != right.rule { return left.rule < right.rule }
    return left.message < right.message
}

/// The gravest first, for formats that show only so many.
func isGraver(_ left: ReviewedFinding, _ right: ReviewedFinding) -> Bool {
    if left.finding.severity != right.finding.severity { return left.finding.severity > right.finding.severity }
    return standsBefore(left.finding, right.finding)
}

/// Of findings on one line, of one family, the gravest stays and names the others. The order is kept. What is accepted stands for nothing:
/// it must never hide what is open.
package func deduplicated(_ findings: [ReviewedFinding]) -> [ReviewedFinding] {
    struct Place: Hashable {
        var path: RepositoryPath?
        var line: Int
        var family: String
        var isOpen: Bool
    }
    var kept: [ReviewedFinding] = []
    var indices: [Place: Int] = [:]
    for next in findings {
        let finding = next.finding
        guard let line = finding.lines?.lowerBound else {
            kept.append(next)
            continue
        }
        let place = Place(path: finding.path, line: line, family: finding.family, isOpen: next.state.isOpen)
        guard let index = indices[place] else {
            indices[place] = kept.count
            kept.append(next)
            continue
        }
        let isGraver = finding.severity > kept[index].finding.severity
        let (winner, other) = isGraver ? (next, kept[index]) : (kept[index], next)
        kept[index] = winner
        kept[index].alsoFoundBy = named(other, besides: winner)
    }
    return kept
}

private func named(_ other: ReviewedFinding, besides winner: ReviewedFinding) -> [String] {
    let rules = Set(winner.alsoFoundBy + other.alsoFoundBy + [other.finding.rule])
    return rules.subtracting([winner.finding.rule]).sorted()
}
