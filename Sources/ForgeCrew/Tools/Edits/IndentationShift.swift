// How the indentation of a passage differs from what a model wrote: for each indentation it used, the one that stands there. It holds only when
// that is one rule: the same goes to the same, and what is deeper stays deeper.

struct IndentationShift: Hashable, Sendable {
    private struct Pair: Hashable {
        var written: [UInt8]
        var found: [UInt8]
    }

    /// The shortest first.
    private let pairs: [Pair]

    static let none = IndentationShift(pairs: [])
    private static let pairsMax = 64

    private init(pairs: [Pair]) { self.pairs = pairs }

    /// Nil when there is no such rule. Blank lines say nothing.
    init?(written: [ArraySlice<UInt8>], found: [ArraySlice<UInt8>]) {
        var known: [[UInt8]: [UInt8]] = [:]
        for (old, new) in zip(written, found) where !Blanks.withoutBoth(old).isEmpty {
            let (from, to) = (Array(Blanks.indentation(old)), Array(Blanks.indentation(new)))
            guard known[from] == nil || known[from] == to else { return nil }
            known[from] = to
            guard known.count <= Self.pairsMax else { return nil }
        }
        let pairs = known.map { Pair(written: $0.key, found: $0.value) }.sorted {
            ($0.written.count, $0.found.count) < ($1.written.count, $1.found.count)
        }
        for (index, outer) in pairs.enumerated() {
            for inner in pairs[(index + 1)...] where inner.written.starts(with: outer.written) {
                guard inner.found.count > outer.found.count, inner.found.starts(with: outer.found) else { return nil }
            }
        }
        self.pairs = pairs
    }

    func applied(to line: ArraySlice<UInt8>) -> [UInt8] {
        guard !pairs.isEmpty, !Blanks.withoutBoth(line).isEmpty else { return Array(line) }
        let indentation = Array(Blanks.indentation(line))
        return shifted(indentation) + line.dropFirst(indentation.count)
    }

    private func shifted(_ indentation: [UInt8]) -> [UInt8] {
        if let outer = pairs.last(where: { indentation.starts(with: $0.written) }) {
            return outer.found + converted(Array(indentation.dropFirst(outer.written.count)))
        }
        guard let inner = pairs.first(where: { $0.written.starts(with: indentation) }) else { return indentation }
        let missing = converted(Array(inner.written.dropFirst(indentation.count)))
        guard inner.found.count >= missing.count, inner.found.suffix(missing.count).elementsEqual(missing) else { return indentation }
        return Array(inner.found.dropLast(missing.count))
    }

    /// Blanks where the file has tabs, or the other way round.
    private func converted(_ rest: [UInt8]) -> [UInt8] {
        let (tab, blank): (UInt8, UInt8) = (0x09, 0x20)
        guard let deepest = pairs.last(where: { !$0.found.isEmpty && !$0.written.isEmpty }) else {
            // Written without any: four blanks a level is what models write.
            let hasTabs = pairs.contains { !$0.found.isEmpty && $0.found.allSatisfy { $0 == tab } }
            guard hasTabs, rest.allSatisfy({ $0 == blank }), rest.count.isMultiple(of: 4) else { return rest }
            return [UInt8](repeating: tab, count: rest.count / 4)
        }
        let shallowest = pairs[0]
        let written = deepest == shallowest ? deepest.written.count : deepest.written.count - shallowest.written.count
        let found = deepest == shallowest ? deepest.found.count : deepest.found.count - shallowest.found.count
        guard written > 0, found > 0 else { return rest }
        let hasTabs = deepest.found.allSatisfy { $0 == tab }
        if hasTabs, rest.allSatisfy({ $0 == blank }), written % found == 0, rest.count % (written / found) == 0 {
            return [UInt8](repeating: tab, count: rest.count / (written / found))
        }
        if deepest.found.allSatisfy({ $0 == blank }), rest.allSatisfy({ $0 == tab }), found % written == 0 {
            return [UInt8](repeating: blank, count: rest.count * (found / written))
        }
        return rest
    }
}
