// Every place where one row of things stands in another (Knuth, Morris, Pratt 1977): in time that grows with both lengths alone, whatever
// repeats in them.

struct Occurrences: Hashable, Sendable {
    /// The first of them, in order; they may overlap.
    var positions: [Int]
    /// Of all.
    var count: Int

    static let positionsMax = 10_000

    init<Item: Equatable>(of wanted: [Item], in row: [Item], from start: Int = 0) {
        positions = []
        count = 0
        guard !wanted.isEmpty, row.count - start >= wanted.count else { return }
        let fallback = Self.fallback(wanted)
        var matched = 0
        for index in start..<row.count {
            while matched > 0, row[index] != wanted[matched] { matched = fallback[matched - 1] }
            if row[index] == wanted[matched] { matched += 1 }
            guard matched == wanted.count else { continue }
            count += 1
            if positions.count < Self.positionsMax { positions.append(index + 1 - wanted.count) }
            matched = fallback[matched - 1]
        }
    }

    /// For every prefix, how much of it is its own end, too.
    private static func fallback<Item: Equatable>(_ wanted: [Item]) -> [Int] {
        var fallback = [Int](repeating: 0, count: wanted.count)
        var matched = 0
        for index in wanted.indices.dropFirst() {
            while matched > 0, wanted[index] != wanted[matched] { matched = fallback[matched - 1] }
            if wanted[index] == wanted[matched] { matched += 1 }
            fallback[index] = matched
        }
        return fallback
    }

    /// Without those that overlap the one before.
    func apart(by length: Int) -> [Int] {
        var kept: [Int] = []
        for position in positions where kept.last.map({ position >= $0 + length }) ?? true { kept.append(position) }
        return kept
    }
}
