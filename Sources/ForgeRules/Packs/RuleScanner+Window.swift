// Which part of a text an exact pattern is given. It must never be more than a few thousand bytes for one hit, whatever the length of a
// line, and the parts looked at for all hits together must be in proportion to the text.

internal import ForgePatterns

/// Where a hit is confirmed.
struct Window {
    /// The size of the blocks that a long text is cut into. A match longer than this is not found.
    static let blockBytesMax = 16_384
    private static let blockBytesMin = 256

    /// Blocks no larger than the longest match of a pattern, which no time is lost on; a pattern without a longest match gets what a line,
    /// or a key over several, may need.
    static func blockBytes(_ pattern: PatternDatabase.Pattern, acrossLines: Bool) -> Int {
        // A candidate's width is that of what is left of it.
        let width = pattern.isCandidateOnly ? nil : pattern.width.max
        return min(max(width ?? (acrossLines ? 8_192 : 4_096), blockBytesMin), blockBytesMax)
    }

    /// What the pattern is given.
    let search: Range<Int>
    /// Hits that end up to here need no other window.
    let searchedTo: Int
    /// Matches that end here or before belong to the window before.
    private let after: Int

    /// The line as a whole when it is short; else the block that the hit ends in, with one before and one behind. Blocks are counted from
    /// the start of the line, so that they are the same whatever stands around it.
    ///
    /// - Parameter container: the line with its line feed: hits that end there are of this line.
    init(in line: Range<Int>, upTo end: Int, container: Range<Int>, blockBytes: Int) {
        guard line.count > 2 * blockBytes else {
            search = line
            searchedTo = container.upperBound
            after = line.lowerBound - 1
            return
        }
        let block = max(0, (end - 1 - line.lowerBound) / blockBytes)
        let start = line.lowerBound + block * blockBytes
        let blockEnd = start + blockBytes
        search = max(line.lowerBound, start - blockBytes)..<min(line.upperBound, blockEnd + blockBytes)
        searchedTo = blockEnd >= line.upperBound ? container.upperBound : blockEnd
        after = block == 0 ? line.lowerBound - 1 : start
    }

    func accepts(_ match: Range<Int>) -> Bool { match.upperBound > after && match.upperBound <= searchedTo }
}
