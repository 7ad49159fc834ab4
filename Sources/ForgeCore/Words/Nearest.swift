// Which known word somebody probably meant. It must never guess wildly: no suggestion is better than a silly one.

package enum Nearest {
    /// The candidate with the fewest changes to `word`, if a third of its letters or fewer are wrong; the first in the alphabet when several
    /// are as near.
    package static func name(to word: String, in known: some Sequence<String>) -> String? {
        let changesMax = max(1, word.count / 3)
        let ranked = known.map { (changes: changes(word, $0), word: $0) }.filter { $0.changes <= changesMax }
        return ranked.min { ($0.changes, $0.word) < ($1.changes, $1.word) }?.word
    }

    /// How many letters must be added, dropped, replaced or swapped with their neighbour to make one word of the other.
    private static func changes(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first.lowercased().prefix(64)), Array(second.lowercased().prefix(64)))
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                let replaced = last[column] + (first[row] == second[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
