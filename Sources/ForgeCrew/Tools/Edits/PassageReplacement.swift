// New lines in the place of found ones. Lines that the model left as they were keep their bytes, blanks at their ends and all; the last line
// keeps its line end, or that it has none. It must never touch a byte outside of the passage.

struct ByteReplacement: Hashable, Sendable {
    var range: Range<Int>
    var bytes: [UInt8]
}

enum PassageReplacement {
    /// Up to here the lines that stayed are found one by one; beyond, only those at the beginning and the end.
    private static let linesCompared = 500

    /// `old` and `new` as the model wrote them, without line ends.
    static func make(_ passage: Passage, old: [ArraySlice<UInt8>], new: [ArraySlice<UInt8>], in file: LineText) -> ByteReplacement {
        let lines = passage.lines
        let range = file.start(lines.lowerBound)..<(lines.isEmpty ? file.start(lines.lowerBound) : file.lines[lines.upperBound - 1].next)
        let kept = unchanged(old, new)
        let lineEnd = file.lineEnd(near: lines.lowerBound)
        let lastEnd = lines.isEmpty ? lineEnd[...] : file.end(lines.upperBound - 1)
        var bytes: [UInt8] = []
        for (index, line) in new.enumerated() {
            let isLast = index == new.count - 1
            if let source = kept[index] {
                bytes += file.text(lines.lowerBound + source)
                let end = file.end(lines.lowerBound + source)
                bytes += isLast ? lastEnd : end.isEmpty ? lineEnd[...] : end
            } else {
                bytes += passage.shift.applied(to: line)
                bytes += isLast ? lastEnd : lineEnd[...]
            }
        }
        return ByteReplacement(range: range, bytes: bytes)
    }

    /// For lines of the new text, the line of the old one that they are.
    private static func unchanged(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Int: Int] {
        let head = zip(old, new).prefix { $0.elementsEqual($1) }.count
        let rest = min(old.count, new.count) - head
        let tail = zip(old.reversed(), new.reversed()).prefix(rest).prefix { $0.elementsEqual($1) }.count
        var same: [Int: Int] = [:]
        for index in 0..<head { same[index] = index }
        for index in 0..<tail { same[new.count - 1 - index] = old.count - 1 - index }
        let (oldMiddle, newMiddle) = (Array(old[head..<(old.count - tail)]), Array(new[head..<(new.count - tail)]))
        guard oldMiddle.count + newMiddle.count <= linesCompared else { return same }
        let difference = newMiddle.difference(from: oldMiddle) { $0.elementsEqual($1) }
        let removed = Set(difference.removals.map(\.offset))
        let inserted = Set(difference.insertions.map(\.offset))
        let stayed = zip(newMiddle.indices.filter { !inserted.contains($0) }, oldMiddle.indices.filter { !removed.contains($0) })
        for (newIndex, oldIndex) in stayed { same[head + newIndex] = head + oldIndex }
        return same
    }

    /// All of them in a text; they are in order and apart.
    static func apply(_ replacements: [ByteReplacement], to bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var at = 0
        for replacement in replacements {
            precondition(replacement.range.lowerBound >= at, "replacements are in order and apart")
            out += bytes[at..<replacement.range.lowerBound]
            out += replacement.bytes
            at = replacement.range.upperBound
        }
        return out + bytes[at...]
    }
}

extension CollectionDifference.Change {
    fileprivate var offset: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}
