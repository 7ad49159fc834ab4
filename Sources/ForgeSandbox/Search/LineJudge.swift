// Which lines of a text match, and where in them. It must never look at more than one line at once to say that one matches: what stands on the
// next line is no part of it.

import ForgeCore
import ForgePatterns

/// Why a search ends without an answer.
enum SearchFailure: Error {
    /// The pattern goes back and tries again too often on a line.
    case tooHard
    case stopped
}

/// What one worker judges with.
final class LineJudge {
    struct Line {
        /// Without its line end.
        var range: Range<Int>
        var match: Range<Int>
    }

    private let plan: SearchPlan
    private let scratch = MatchScratch()
    private lazy var automaton: PatternScratch? = plan.database.map(PatternScratch.init)
    private var hits = PatternHits(countMax: 1)

    /// An expression that goes back takes at worst some power of the line's length.
    private static let shortBytes = 4 << 10
    /// Of a long line that no automaton can judge, so much is looked at at once, and the last quarter of it again.
    private static let windowBytes = 4 << 10

    init(_ plan: SearchPlan) {
        self.plan = plan
    }

    /// The first line that matches of those that begin at `start` or behind.
    func next(in text: Span<UInt8>, from start: Int) throws(SearchFailure) -> Line? {
        var at = start
        while at < text.count, let place = candidate(in: text, from: at) {
            let line = text.line(around: place.lowerBound, notBefore: at)
            guard plan.expression != nil else { return Line(range: line, match: place) }
            if let match = try match(text, line) { return Line(range: line, match: match) }
            at = line.upperBound + 1
        }
        return nil
    }

    /// Somewhere in a line that may match, and no line before it does.
    private func candidate(in text: Span<UInt8>, from start: Int) -> Range<Int>? {
        if let literal = plan.literal {
            return literal.first(in: text, from: start, to: text.count).map { $0..<($0 + literal.text.count) }
        }
        guard let automaton else { return start..<start }
        _ = automaton.scan(text.extracting(start..<text.count), into: &hits)
        guard let end = hits.all.first?.firstEnd else { return nil }
        let last = start + max(0, end - 1)
        return last..<last
    }

    private func match(_ text: Span<UInt8>, _ line: Range<Int>) throws(SearchFailure) -> Range<Int>? {
        let whole = text.extracting(line)
        if line.count <= Self.shortBytes {
            do throws(PatternLimitReached) {
                return try firstMatch(in: whole, 0..<whole.count)?.moved(by: line.lowerBound)
            } catch {
                guard let automaton, !automaton.database.patterns[0].isCandidateOnly else { throw .tooHard }
            }
        }
        guard let automaton else { return try windowedMatch(whole)?.moved(by: line.lowerBound) }
        _ = automaton.scan(whole, into: &hits)
        guard let end = hits.all.first?.firstEnd else { return nil }
        if automaton.database.patterns[0].isCandidateOnly { return try windowedMatch(whole)?.moved(by: line.lowerBound) }
        // Where it begins is not known; where it ends is enough to show it.
        return (max(0, end - 1)..<end).moved(by: line.lowerBound)
    }

    private func windowedMatch(_ line: Span<UInt8>) throws(SearchFailure) -> Range<Int>? {
        var start = 0
        while true {
            let end = min(start + Self.windowBytes, line.count)
            do throws(PatternLimitReached) {
                if let match = try firstMatch(in: line, start..<end) { return match }
            } catch {
                throw .tooHard
            }
            if end == line.count { return nil }
            start = end - Self.windowBytes / 4
        }
    }

    private func firstMatch(in text: Span<UInt8>, _ range: Range<Int>) throws(PatternLimitReached) -> Range<Int>? {
        try plan.expression?.firstMatch(in: text, range: range, using: scratch)?.range
    }
}

extension Range<Int> {
    fileprivate func moved(by distance: Int) -> Range<Int> { (lowerBound + distance)..<(upperBound + distance) }
}
