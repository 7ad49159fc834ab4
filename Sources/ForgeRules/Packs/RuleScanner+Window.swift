// Which part of a text an exact pattern is given. It must never be more than a few thousand bytes for one hit, whatever the length of a
// line, and the parts looked at for all hits together must be in proportion to the text.

internal import ForgePatterns

/// Where a hit is confirmed.
struct Window {
    /// The size of the blocks that a long text is cut into. Of a match longer than this, that part is found which one window holds.
    static let blockBytesMax = 16_384
    private static let blockBytesMin = 256

    /// Blocks no larger than the longest match of a pattern, which no time is lost on; a pattern without a longest match gets what a line,
    /// or a key over several, may need.
    static func blockBytes(_ pattern: PatternDatabase.Pattern, acrossLines: Bool) -> Int {
        // A candidate's width is that of what is left of it.
        let width = pattern.isCandidateOnly ? nil : pattern.width.max
        return min(max(width ?? (acrossLines ? 8_192 : 4_096), blockBytesMin), blockBytesMax)
    }

    /// Whether the automaton alone says that there is a match, and it may be longer than what is searched before its end.
    static func mayReachFar(_ pattern: PatternDatabase.Pattern, blockBytes: Int) -> Bool {
        !pattern.isCandidateOnly && pattern.width.max ?? .max > blockBytes
    }

    /// What the pattern is given.
    let search: Range<Int>
    /// Hits that end up to here need no other window.
    let searchedTo: Int
    /// Matches that end here or before belong to the window before.
    private let after: Int
    /// Where the hit ends; behind it what is searched is a neighbour's.
    private let block: Range<Int>
    /// All that a match may be in; of a short one, all is searched.
    let line: Range<Int>

    /// The line as a whole when it is short; else the block that the hit ends in, with one before and one behind. Blocks are counted from
    /// the start of the line, so that they are the same whatever stands around it.
    ///
    /// - Parameter container: the line with its line feed: hits that end there are of this line.
    init(in line: Range<Int>, upTo end: Int, container: Range<Int>, blockBytes: Int) {
        self.line = line
        guard line.count > 2 * blockBytes else {
            search = line
            searchedTo = container.upperBound
            after = line.lowerBound - 1
            block = line
            return
        }
        let number = max(0, (end - 1 - line.lowerBound) / blockBytes)
        let start = line.lowerBound + number * blockBytes
        let blockEnd = start + blockBytes
        search = max(line.lowerBound, start - blockBytes)..<min(line.upperBound, blockEnd + blockBytes)
        searchedTo = blockEnd >= line.upperBound ? container.upperBound : blockEnd
        after = number == 0 ? line.lowerBound - 1 : start
        block = start..<blockEnd
    }

    /// Whether the line goes on before what is searched.
    var isCutBefore: Bool { search.lowerBound > line.lowerBound }

    /// Whether a match may be one only because the line is cut behind it.
    func isCut(_ match: Range<Int>) -> Bool { match.upperBound == search.upperBound && search.upperBound < line.upperBound }

    /// A block more than is searched, to see whether a match goes on.
    var widerEnd: Int { min(line.upperBound, search.upperBound + block.count) }

    /// A match that runs into the window's end would go on behind it. It belongs to the first window that sees it begin, unless it begins
    /// in the last block, which is the middle of another window.
    func accepts(_ match: Range<Int>) -> Bool {
        if isCut(match) { return match.lowerBound < block.upperBound }
        return match.upperBound > after && match.upperBound <= searchedTo
    }
}
