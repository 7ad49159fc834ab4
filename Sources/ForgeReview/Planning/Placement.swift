// Where on a change a comment can hang: on a range or a line that the diff shows, on the file, or nowhere. It is decided from the hunks
// alone; a host is never asked whether it would take a place.

import ForgeCore

struct Placement: Sendable {
    /// A comment on more lines than this hangs on one of them: nobody sees where it begins.
    static let rangeLinesMax = 60

    private struct Span: Sendable {
        /// Empty where the hunk has no such lines.
        var old: Range<Int>
        var new: Range<Int>
        var hunk: Int
    }

    private let diff: Diff
    private let files: [RepositoryPath: Int]
    /// Of files that were asked about, by the first line of the new side.
    private var spans: [Int: [Span]] = [:]

    init(_ diff: Diff) {
        self.diff = diff
        files = Dictionary(diff.files.enumerated().map { ($1.path, $0) }) { first, _ in first }
    }

    /// The best place for a finding; nil when it is about no file of the change, or about one whose name no host can be told.
    mutating func anchor(of finding: Finding) -> ReviewAnchor? {
        guard let path = finding.path, let index = files[path], String(validating: path.bytes, as: UTF8.self) != nil else { return nil }
        guard let lines = finding.lines else { return .file }
        let side: DiffSide = diff.files[index].new == nil ? .left : .right
        guard let span = span(touching: lines, side, of: index) else { return .file }
        let shown = side == .right ? span.new : span.old
        if lines.count <= Self.rangeLinesMax, shown.contains(lines.lowerBound), shown.contains(lines.upperBound) {
            return lines.count == 1 ? .line(side, lines.lowerBound) : .range(side, lines)
        }
        let first = max(lines.lowerBound, shown.lowerBound)
        guard side == .right else { return .line(side, first) }
        let last = min(lines.upperBound, shown.upperBound - 1)
        let added = diff.files[index].hunks[span.hunk].lines.first { $0.kind == .added && (first...last).contains($0.newNumber ?? 0) }
        return .line(side, added?.newNumber ?? first)
    }

    /// The lines that a suggestion replaces, as they are now, when it can be offered: all of them are shown in one hunk, it says something
    /// else, and what a person would accept with a click holds nothing that he does not see.
    mutating func isExact(_ suggestion: Suggestion, path: RepositoryPath) -> Bool {
        guard let index = files[path], diff.files[index].new != nil, suggestion.lines.count <= Self.rangeLinesMax,
            suggestion.text.utf8.count <= 10_000,
            suggestion.text.unicodeScalars.allSatisfy({ !$0.isInvisible || $0 == "\n" || $0 == "\t" }),
            let span = span(touching: suggestion.lines, .right, of: index), span.new.contains(suggestion.lines.lowerBound),
            span.new.contains(suggestion.lines.upperBound)
        else { return false }
        var present: [String] = []
        for line in diff.files[index].hunks[span.hunk].lines where suggestion.lines.contains(line.newNumber ?? 0) {
            // A host would write other line ends than the file has.
            guard line.text.last != 0x0D, let text = String(validating: line.text, as: UTF8.self) else { return false }
            present.append(text)
        }
        return present.joined(separator: "\n") != suggestion.replacement
    }

    private mutating func span(touching lines: ClosedRange<Int>, _ side: DiffSide, of index: Int) -> Span? {
        let all = spans(of: index, side)
        // The first that ends behind the first line.
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if (side == .right ? all[middle].new : all[middle].old).upperBound <= lines.lowerBound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < all.count else { return nil }
        let range = side == .right ? all[low].new : all[low].old
        return range.overlaps(lines.lowerBound..<lines.upperBound + 1) ? all[low] : nil
    }

    private mutating func spans(of index: Int, _ side: DiffSide) -> [Span] {
        if let known = spans[index] { return known }
        let made = diff.files[index].hunks.enumerated().map { number, hunk in
            let (old, new) = (hunk.lines.count { $0.oldNumber != nil }, hunk.lines.count { $0.newNumber != nil })
            return Span(old: hunk.oldStart..<hunk.oldStart + old, new: hunk.newStart..<hunk.newStart + new, hunk: number)
        }
        // A deleted file has no new side; a patch may bring its hunks in any order.
        let sorted = made.filter { side == .right ? !$0.new.isEmpty : !$0.old.isEmpty }
            .sorted { side == .right ? $0.new.lowerBound < $1.new.lowerBound : $0.old.lowerBound < $1.old.lowerBound }
        spans[index] = sorted
        return sorted
    }
}

extension Suggestion {
    /// Without the line end that some tools put behind the last line.
    var replacement: String { text.last == "\n" ? String(text.dropLast()) : text }
}
