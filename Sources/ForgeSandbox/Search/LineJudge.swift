// Which lines of a text match, and where in them. It must never look at more than one line at once to say that one matches: what stands on the
// next line is no part of it.
//
// An expression that goes back and tries again takes some power of the length it is given: so many lines are looked at in pieces of a few
// KiB, and a line longer than that in windows. A match that no small window holds is looked for in larger ones, as long as the smaller ones took
// no time to speak of; what is longer than the largest window that could be afforded is not found. Where the usual window is too much, smaller
// ones are tried before it is an error.

import ForgeCore
import ForgePatterns

/// Why a search ends without an answer.
enum SearchFailure: Error {
    /// The pattern goes back and tries again too often on a line.
    case tooHard
    case stopped
}

private let nowhere = Int.max

/// What one worker judges with. Each text begins with `begin`, and is asked for its lines from the first on.
final class LineJudge {
    struct Line {
        /// Without its line end.
        var range: Range<Int>
        var match: Range<Int>
    }

    private let plan: SearchPlan
    private let watch: SearchWatch
    private let scratch = MatchScratch()
    /// Where each of the plan's texts comes next; below the place of the search when that is not known.
    private var upcoming: [Int]

    private static let shortBytes = 4 << 10
    /// What goes beyond the limits even here is too hard.
    private static let narrowBytes = 256
    private static let pieceBytes = 8 << 10
    /// For all windows of one size over one line, if the next size is to be tried.
    private static let windowNanosecondsMax: UInt64 = 20_000_000

    init(_ plan: SearchPlan, _ watch: SearchWatch) {
        self.plan = plan
        self.watch = watch
        upcoming = plan.literals.map { _ in -1 }
    }

    /// Forgets the text before.
    func begin() {
        for index in upcoming.indices { upcoming[index] = -1 }
    }

    /// The first line that matches of those that begin at `start` or behind.
    func next(in text: Span<UInt8>, from start: Int) throws(SearchFailure) -> Line? {
        var at = start
        while at < text.count, let place = try candidate(in: text, from: at) {
            let line = text.line(around: place.lowerBound, notBefore: at)
            guard plan.expression != nil else { return Line(range: line, match: place) }
            if let match = try match(text.extracting(line)) {
                return Line(range: line, match: (match.lowerBound + line.lowerBound)..<(match.upperBound + line.lowerBound))
            }
            at = line.upperBound + 1
        }
        return nil
    }

    /// Somewhere in a line that may match, and no line before it does.
    private func candidate(in text: Span<UInt8>, from start: Int) throws(SearchFailure) -> Range<Int>? {
        if !plan.literals.isEmpty { return literal(in: text, from: start) }
        guard let expression = plan.expressionOverLines else {
            try watch.check()
            return start..<start
        }
        var at = start
        while at < text.count {
            try watch.check()
            guard let end = text.endOfLines(from: at, bytesMax: Self.pieceBytes) else { return at..<at }
            do throws(PatternLimitReached) {
                let found = try expression.firstMatch(in: text.extracting(at..<end), range: 0..<(end - at), using: scratch)
                // What stands behind the last line end is no line.
                if let place = found.map({ $0.range.lowerBound + at }), place < end || text[end - 1] != 0x0A { return place..<place }
            } catch {
                // One line after the other may be within the limits.
                return at..<at
            }
            at = end
        }
        return nil
    }

    /// Whichever of the texts comes first. Where each of them comes next is looked for once, not again for every line of the others.
    private func literal(in text: Span<UInt8>, from start: Int) -> Range<Int>? {
        var first = nowhere
        var count = 0
        for (index, literal) in plan.literals.enumerated() {
            if upcoming[index] < start { upcoming[index] = literal.first(in: text, from: start, to: text.count) ?? nowhere }
            if upcoming[index] < first { (first, count) = (upcoming[index], literal.text.count) }
        }
        return first == nowhere ? nil : first..<(first + count)
    }

    private func match(_ line: Span<UInt8>) throws(SearchFailure) -> Range<Int>? {
        var size = Self.shortBytes
        while true {
            let start = watch.nanoseconds
            do throws(PatternLimitReached) {
                if let match = try match(line, 0..<line.count, inWindowsOf: size) { return match }
            } catch {
                guard size == Self.shortBytes else { return nil }
                return try narrowMatch(line)
            }
            try watch.check()
            guard size < line.count, watch.nanoseconds - start < Self.windowNanosecondsMax else { return nil }
            size *= 8
        }
    }

    /// Of a line that is too much for an expression at the usual size.
    private func narrowMatch(_ line: Span<UInt8>) throws(SearchFailure) -> Range<Int>? {
        var at = 0
        while at < line.count {
            let range = at..<min(at + Self.shortBytes, line.count)
            if let match = try narrowMatch(line, range, inWindowsOf: Self.shortBytes / 4) { return match }
            try watch.check()
            at += Self.shortBytes * 3 / 4
        }
        return nil
    }

    private func narrowMatch(_ line: Span<UInt8>, _ range: Range<Int>, inWindowsOf size: Int) throws(SearchFailure) -> Range<Int>? {
        do throws(PatternLimitReached) {
            return try match(line, range, inWindowsOf: size)
        } catch {
            guard size > Self.narrowBytes else { throw .tooHard }
            return try narrowMatch(line, range, inWindowsOf: size / 4)
        }
    }

    /// Each window begins with the last quarter of the one before.
    private func match(
        _ line: Span<UInt8>, _ range: Range<Int>, inWindowsOf size: Int
    ) throws(PatternLimitReached) -> Range<Int>? {
        var start = range.lowerBound
        while true {
            let end = min(start + size, range.upperBound)
            let found = try plan.expression?.firstMatch(in: line, range: start..<end, endsLine: end == line.count, using: scratch)
            if let found { return found.range }
            if end == range.upperBound { return nil }
            start = end - size / 4
        }
    }
}
