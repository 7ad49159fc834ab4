// What of a ledger stays when there is more than it holds: endings that were told go first, the least grave before the others; then what is
// new and nobody was told of on its line. What a person dismissed never goes, or it would come back. It must never be silent: the sentence
// stands where a reader learns what was looked at.

import ForgeCore

struct LedgerRoom: Sendable {
    /// Entries to forget.
    private(set) var forgotten: Set<String> = []
    /// Findings there is no room for.
    private(set) var unkept: Set<String> = []
    private let max: Int

    init(_ ledger: [String: LedgerEntry], _ open: [OpenFinding], commented: Set<String>, max: Int) {
        self.max = max
        let new = open.filter { ledger[$0.id] == nil }
        var missing = ledger.count + new.count - max
        guard missing > 0 else { return }
        let found = Set(open.map(\.id))
        let ended = ledger.values.filter { $0.isForgettable && !found.contains($0.id) }
            .sorted { ($0.severity, $0.id) < ($1.severity, $1.id) }
        forgotten = Set(ended.prefix(missing).map(\.id))
        missing -= forgotten.count
        // They come with the gravest first.
        unkept = Set(new.lazy.map(\.id).filter { !commented.contains($0) }.suffix(Swift.max(0, missing)))
    }

    /// Empty when there is room for all.
    var sentence: String {
        var parts: [String] = []
        if !unkept.isEmpty {
            parts.append("\(counted(unkept.count, "finding")) \(unkept.count == 1 ? "is" : "are") told and not followed")
        }
        if !forgotten.isEmpty { parts.append("\(counted(forgotten.count, "ending")) \(forgotten.count == 1 ? "is" : "are") forgotten") }
        return parts.isEmpty ? "" : "Of one pull request \(max) findings are remembered: \(parts.joined(separator: ", "))."
    }
}

extension LedgerEntry {
    /// It is over, and whoever was told of it knows.
    fileprivate var isForgettable: Bool { (isFixed || isOutdated) && (isAnswered || place == .summary) }
}
