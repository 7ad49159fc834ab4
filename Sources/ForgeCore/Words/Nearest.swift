// The known name nearest to a mistyped one, for a suggestion.

package enum Nearest {
    /// Nil when none is near: more than a third of the letters would have to change.
    package static func name(to typed: String, in known: some Sequence<String>) -> String? {
        let nearest = known.map { (name: $0, distance: distance(Array(typed.utf8), Array($0.utf8))) }.min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(1, max(typed.utf8.count, nearest.name.utf8.count) / 3) else { return nil }
        return nearest.name
    }

    /// Insertions, deletions and replacements between the two (Levenshtein), one row at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
