// Where a scan found what. It must never grow without bound: a hostile text can match at every byte.

/// A pattern matches, and the match ends here.
package struct PatternHit: Hashable, Sendable {
    /// Its place in the list that the database was compiled from.
    package var pattern: Int
    /// A pattern without a fixed length, such as `[a-z]{8,}`, ends at every further letter: neighbouring ends are one hit, from this one …
    package var firstEnd: Int
    /// … to this one, with a match at every byte between. Both count bytes from the start of the text, and are the byte after the match.
    package var end: Int

    package init(pattern: Int, firstEnd: Int, end: Int) {
        self.pattern = pattern
        self.firstEnd = firstEnd
        self.end = end
    }

    package init(pattern: Int, end: Int) {
        self.init(pattern: pattern, firstEnd: end, end: end)
    }
}

/// Room for the hits of one scan after the other, so that scanning a file takes no new memory.
package struct PatternHits: Sendable {
    /// In the order of their first ends.
    package private(set) var all: [PatternHit] = []
    package let countMax: Int
    /// For each pattern where in `all` its latest hit is; what is there belongs to it only if it says so, so this is never cleared.
    private var latest: [Int] = []

    package init(countMax: Int = 100_000) {
        self.countMax = countMax
    }

    package mutating func removeAll() { all.removeAll(keepingCapacity: true) }

    /// False when there is no more room.
    mutating func add(pattern: Int, end: Int) -> Bool {
        if pattern >= latest.count { latest += [Int](repeating: 0, count: pattern + 1 - latest.count) }
        let index = latest[pattern]
        if index < all.count, all[index].pattern == pattern, all[index].end == end || all[index].end + 1 == end {
            all[index].end = end
            return true
        }
        guard all.count < countMax else { return false }
        latest[pattern] = all.count
        all.append(PatternHit(pattern: pattern, end: end))
        return true
    }
}

/// Whether a scan saw all of the text.
package enum ScanOutcome: Hashable, Sendable {
    case complete
    /// It stopped where the hits had no more room: those it has are right, and there are more.
    case tooManyHits
}
