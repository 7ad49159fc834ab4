// What of a ledger stays when there is more than it holds: endings that were told go first, the least grave before the others; then what is
// new and nobody was told of on its line. What a person dismissed never goes, or it would come back. It must never be silent: the sentence
// stands where a reader learns what was looked at.

import ForgeCore

struct LedgerRoom: Sendable {
    /// Entries to forget.
    private(set) var forgotten: Set<String> = []
    /// Of the new findings those there is room for; nil when there is room for all.
    private var kept: Set<String>?
    private var unkeptCount = 0
    private let max: Int

    init(_ ledger: [String: LedgerEntry], _ open: [OpenFinding], commented: Set<String>, max: Int) {
        self.max = max
        let newCount = open.count { $0.entry == nil }
        var missing = ledger.count + newCount - max
        guard missing > 0 else { return }
        let found = Set(open.lazy.filter { $0.entry != nil }.map(\.id))
        let ended = ledger.values.filter { $0.isForgettable && !found.contains($0.id) }
            .sorted { ($0.severity, $0.id) < ($1.severity, $1.id) }
        forgotten = Set(ended.prefix(missing).map(\.id))
        missing -= forgotten.count
        guard missing > 0 else { return }
        // They come with the gravest first.
        let toldCount = open.count { $0.entry == nil && commented.contains($0.id) }
        var left = Swift.max(0, newCount - missing - toldCount)
        var kept = commented
        for finding in open where finding.entry == nil && left > 0 && kept.insert(finding.id).inserted { left -= 1 }
        unkeptCount = open.count { $0.entry == nil && !kept.contains($0.id) }
        self.kept = kept
    }

    func keeps(_ finding: OpenFinding) -> Bool { finding.entry != nil || kept?.contains(finding.id) ?? true }

    /// Empty when there is room for all.
    var sentence: String {
        var parts: [String] = []
        if unkeptCount > 0 {
            parts.append("\(counted(unkeptCount, "finding")) \(unkeptCount == 1 ? "is" : "are") told and not followed")
        }
        if !forgotten.isEmpty { parts.append("\(counted(forgotten.count, "ending")) \(forgotten.count == 1 ? "is" : "are") forgotten") }
        return parts.isEmpty ? "" : "Of one pull request \(max) findings are remembered: \(parts.joined(separator: ", "))."
    }
}

extension LedgerEntry {
    /// It is over, and whoever was told of it knows.
    fileprivate var isForgettable: Bool { (isFixed || isOutdated) && (isAnswered || place == .summary) }
}
