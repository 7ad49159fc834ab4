// One pattern matched exactly, with its groups: what confirms the few hits of a scan. It must never run without limits: this engine goes
// back and tries again, and a pattern can make it do so for years.

import CPCRE2

/// Where a pattern matches, and what its groups hold.
package struct PatternMatch: Hashable, Sendable {
    /// In bytes of the whole text.
    package var range: Range<Int>
    /// By number of the group; the first is the match as a whole, nil is a group that took no part.
    package var groups: [Range<Int>?]

    package init(range: Range<Int>, groups: [Range<Int>?]) {
        self.range = range
        self.groups = groups
    }
}

/// A compiled pattern; any number of workers may use it at once, each with its own `MatchScratch`.
package struct ExactPattern: Sendable {
    package let source: PatternSource
    package let limits: PatternLimits
    /// Groups besides the match as a whole.
    package let groupCount: Int
    private let handle: ExpressionHandle

    package init(_ source: PatternSource, limits: PatternLimits = .trusted) throws(PatternError) {
        _ = try limits.check(source, index: nil)
        handle = try ExpressionHandle.compile(source, limits)
        self.source = source
        self.limits = limits
        let size = handle.number(PCRE2_INFO_SIZE)
        guard size <= limits.compiledBytesMax else {
            let message = "\(size) bytes when compiled are more than the \(limits.compiledBytesMax) allowed"
            throw PatternError(pattern: nil, .tooExpensive, message)
        }
        groupCount = handle.groupCount
    }

    /// Whether it runs as machine code. It does not where the system forbids memory that is both written and executed; then it is slower.
    package var isMachineCode: Bool { handle.number(PCRE2_INFO_JITSIZE) > 0 }

    /// The leftmost match that begins in the range and ends in it.
    ///
    /// A look-behind, `\b` and `^` see what stands before the range; nothing sees what stands after it: its end is the end of the text.
    package func firstMatch(
        in text: [UInt8], range: Range<Int>? = nil, using scratch: MatchScratch = MatchScratch()
    ) throws(PatternLimitReached) -> PatternMatch? {
        try firstMatch(in: text.span, range: range ?? 0..<text.count, using: scratch)
    }

    /// - Parameter endsLine: false when the text goes on behind the range, so that `$` does not match there.
    package func firstMatch(
        in text: Span<UInt8>, range: Range<Int>, endsLine: Bool = true, using scratch: MatchScratch
    ) throws(PatternLimitReached) -> PatternMatch? {
        precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "the range is part of the text")
        scratch.prepare(for: limits, groupCount: groupCount)
        switch handle.match(text, range, isUnicode: source.options.contains(.unicode), endsLine: endsLine, scratch) {
        case .found(let groupCount): return scratch.match(groupCount: groupCount, of: self.groupCount)
        case .notFound: return nil
        case .gaveUp(let limit): throw limit
        }
    }

    /// All matches that do not overlap, in order. More than `countMax` is an error, not a shorter list.
    package func matches(
        in text: [UInt8], range: Range<Int>? = nil, countMax: Int = 10_000, using scratch: MatchScratch = MatchScratch()
    ) throws(PatternLimitReached) -> [PatternMatch] {
        try matches(in: text.span, range: range ?? 0..<text.count, countMax: countMax, using: scratch)
    }

    package func matches(
        in text: Span<UInt8>, range: Range<Int>, countMax: Int, using scratch: MatchScratch
    ) throws(PatternLimitReached) -> [PatternMatch] {
        var found: [PatternMatch] = []
        var start = range.lowerBound
        while start <= range.upperBound, let match = try firstMatch(in: text, range: start..<range.upperBound, using: scratch) {
            guard found.count < countMax else { throw .matches }
            found.append(match)
            start = match.range.isEmpty ? match.range.upperBound + 1 : match.range.upperBound
        }
        return found
    }
}
