// Which line a byte of a text is on. It must never read a part of the text twice, nor further than it was asked about.

/// The starts of lines, found as far as somebody asked.
struct LineIndex {
    /// The first line begins with the text.
    private var starts: [Int]
    /// Up to here lines have been looked for.
    private var readTo: Int
    private let end: Int
    private let firstLine: Int

    init(_ range: Range<Int>, firstLine: Int = 1) {
        starts = [range.lowerBound]
        readTo = range.lowerBound
        end = range.upperBound
        self.firstLine = firstLine
    }

    /// The number of the line that a byte is on; a line feed is on the line it ends.
    mutating func number(of offset: Int, in text: [UInt8]) -> Int {
        read(to: offset, text)
        return index(of: offset) + firstLine
    }

    /// From the line's first byte to its line feed or the end of the text.
    mutating func line(of offset: Int, in text: [UInt8]) -> Range<Int> {
        read(to: offset, text)
        let text = text.span
        let found = index(of: offset)
        let start = starts[found]
        if found + 1 < starts.count { return start..<(starts[found + 1] - 1) }
        while readTo < end {
            readTo += 1
            if text[readTo - 1] == Byte.newline {
                starts.append(readTo)
                return start..<(readTo - 1)
            }
        }
        return start..<end
    }

    private mutating func read(to offset: Int, _ text: [UInt8]) {
        let text = text.span
        while readTo < min(offset, end) {
            if text[readTo] == Byte.newline { starts.append(readTo + 1) }
            readTo += 1
        }
    }

    /// The last start that is not behind the offset.
    private func index(of offset: Int) -> Int {
        if let last = starts.last, last <= offset { return starts.count - 1 }
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}
