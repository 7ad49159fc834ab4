// Where lines that a model wrote stand in a file, by one layer after the other: as they are, without regard to blanks at their ends, indented
// otherwise, and between two lines that hold them. The first layer that finds any decides; it must never pick one of several places.

/// How a passage was found.
package enum EditLayer: String, Hashable, Sendable, CaseIterable {
    case exact
    case trailingSpace = "trailing space"
    case indentation
    case anchor

    /// What a model is told about it.
    package var remark: String? {
        switch self {
        case .exact: nil
        case .trailingSpace: "found without regard to blanks at line ends"
        case .indentation: "found with another indentation; the new text was indented like the file"
        case .anchor: "found by its first and last line; the lines between differ a little from what was given"
        }
    }
}

/// Whole lines of a file.
struct Passage: Hashable, Sendable {
    var layer: EditLayer
    var lines: Range<Int>
    var shift: IndentationShift
}

struct PassageFinding: Hashable, Sendable {
    /// The first of them.
    var passages: [Passage]
    var count: Int
    /// There may be more: looking at all of them would have taken too long.
    var isCut = false

    static let none = PassageFinding(passages: [], count: 0)
}

struct PassageFinder {
    /// Of one file and what is looked for: line comparisons beyond what reading both once takes.
    private static let comparisonsMax = 100_000
    private static let anchorLinesMin = 3
    private static let anchorStartsMax = 64
    private static let anchorSimilarityMin = 0.6

    private let file: LineText
    private let exact: LineNumbering
    private let trailing: LineNumbering
    private let bare: LineNumbering

    init(_ file: LineText) {
        self.file = file
        exact = LineNumbering(file) { $0 }
        trailing = LineNumbering(file, Blanks.withoutTrailing)
        bare = LineNumbering(file, Blanks.withoutBoth)
    }

    /// From a line of the file on.
    func find(_ wanted: [ArraySlice<UInt8>], from start: Int = 0, layers: [EditLayer] = EditLayer.allCases) -> PassageFinding {
        // Blank lines alone stand nearly everywhere.
        let isBlank = wanted.allSatisfy { Blanks.withoutBoth($0).isEmpty }
        for layer in layers where layer == .exact || !isBlank {
            let found = find(wanted, from: start, layer)
            if found.count > 0 { return found }
        }
        return .none
    }

    private func find(_ wanted: [ArraySlice<UInt8>], from start: Int, _ layer: EditLayer) -> PassageFinding {
        switch layer {
        case .exact: plain(exact.occurrences(of: wanted, from: start), wanted.count, layer)
        case .trailingSpace: plain(trailing.occurrences(of: wanted, from: start), wanted.count, layer)
        case .indentation: shifted(wanted, from: start)
        case .anchor: anchored(wanted, from: start)
        }
    }

    private func plain(_ found: Occurrences, _ length: Int, _ layer: EditLayer) -> PassageFinding {
        PassageFinding(
            passages: found.positions.map { Passage(layer: layer, lines: $0..<($0 + length), shift: .none) }, count: found.count,
            isCut: found.positions.count < found.count)
    }

    private func shifted(_ wanted: [ArraySlice<UInt8>], from start: Int) -> PassageFinding {
        let found = bare.occurrences(of: wanted, from: start)
        let looked = found.positions.prefix(max(1, Self.comparisonsMax / max(1, wanted.count)))
        let passages = looked.compactMap { position -> Passage? in
            let lines = position..<(position + wanted.count)
            guard let shift = IndentationShift(written: wanted, found: lines.map(file.text)) else { return nil }
            return Passage(layer: .indentation, lines: lines, shift: shift)
        }
        return PassageFinding(passages: passages, count: passages.count, isCut: looked.count < found.count)
    }

    /// As many lines, the same first and last one, and what is between is alike.
    private func anchored(_ wanted: [ArraySlice<UInt8>], from start: Int) -> PassageFinding {
        guard wanted.count >= Self.anchorLinesMin, let first = wanted.first, let last = wanted.last,
            !Blanks.withoutBoth(first).isEmpty, !Blanks.withoutBoth(last).isEmpty
        else { return .none }
        let starts = bare.occurrences(of: [first], from: start).positions.filter { position in
            let end = position + wanted.count - 1
            return end < file.lines.count && Blanks.withoutBoth(file.text(end)).elementsEqual(Blanks.withoutBoth(last))
        }
        // So many are no anchor.
        guard starts.count <= Self.anchorStartsMax else { return .none }
        let passages = starts.compactMap { position -> Passage? in
            let lines = position..<(position + wanted.count)
            let middle = lines.dropFirst().dropLast().map(file.text)
            guard LineLikeness.between(wanted.dropFirst().dropLast(), middle) >= Self.anchorSimilarityMin,
                middle.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }),
                let shift = IndentationShift(written: [first, last], found: [file.text(position), file.text(lines.upperBound - 1)])
            else { return nil }
            return Passage(layer: .anchor, lines: lines, shift: shift)
        }
        return PassageFinding(passages: passages, count: passages.count)
    }
}

/// Lines as numbers, the same for lines that count as the same, so that comparing two takes one step however long they are.
struct LineNumbering: Sendable {
    private var numbers: [ArraySlice<UInt8>: Int] = [:]
    private(set) var row: [Int] = []
    private let reading: @Sendable (ArraySlice<UInt8>) -> ArraySlice<UInt8>

    init(_ file: LineText, _ reading: @escaping @Sendable (ArraySlice<UInt8>) -> ArraySlice<UInt8>) {
        self.reading = reading
        row.reserveCapacity(file.lines.count)
        for index in file.lines.indices {
            let text = reading(file.text(index))
            let number = numbers[text] ?? numbers.count
            numbers[text] = number
            row.append(number)
        }
    }

    func number(_ line: ArraySlice<UInt8>) -> Int? { numbers[reading(line)] }

    func occurrences(of wanted: [ArraySlice<UInt8>], from start: Int) -> Occurrences {
        let numbers = wanted.map { number($0) ?? -1 }
        // A line that stands nowhere: nothing to look for.
        guard !numbers.contains(-1) else { return Occurrences(of: [Int](), in: row) }
        return Occurrences(of: numbers, in: row, from: start)
    }
}

/// How alike lines are, from 0 to 1, by the pairs of letters they share (Dice 1945).
enum LineLikeness {
    private static let bytesMax = 400

    /// Line by line.
    static func between(_ first: some Collection<ArraySlice<UInt8>>, _ second: [ArraySlice<UInt8>]) -> Double {
        guard first.count == second.count, !second.isEmpty else { return 0 }
        return zip(first, second).reduce(0) { $0 + between($1.0, $1.1) } / Double(second.count)
    }

    static func between(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Double {
        let (first, second) = (Blanks.withoutBoth(first), Blanks.withoutBoth(second))
        if first.elementsEqual(second) { return 1 }
        let (left, right) = (pairs(first), pairs(second))
        guard !left.isEmpty, !right.isEmpty else { return 0 }
        var shared = 0
        for (pair, count) in left { shared += min(count, right[pair] ?? 0) }
        let total = left.values.reduce(0, +) + right.values.reduce(0, +)
        return 2 * Double(shared) / Double(total)
    }

    private static func pairs(_ line: ArraySlice<UInt8>) -> [UInt16: Int] {
        var pairs: [UInt16: Int] = [:]
        let line = line.prefix(bytesMax).filter { !Blanks.isBlank($0) }
        for (first, second) in zip(line, line.dropFirst()) { pairs[UInt16(first) << 8 | UInt16(second), default: 0] += 1 }
        return pairs
    }
}
