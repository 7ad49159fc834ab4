// Lines in bytes: where one begins and ends, how many there are, and what of a long one is shown. It must never show less than the match, as
// far as there is room.

import CSandbox

extension Span<UInt8> {
    /// The line that the place is in, without its line feed. A place on a line feed is in the line that it ends.
    func line(around place: Int, notBefore start: Int) -> Range<Int> {
        unsafe withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0..<0 }
            let behind = unsafe memchr(base + place, 0x0A, count - place)
            let first = unsafe start + forge_line_start(base + start, place - start)
            let last = unsafe behind.map { unsafe base.distance(to: $0.assumingMemoryBound(to: UInt8.self)) } ?? count
            return first..<last
        }
    }

    func lineFeeds(in range: Range<Int>) -> Int {
        unsafe withUnsafeBufferPointer { unsafe forge_count_lines($0.baseAddress?.advanced(by: range.lowerBound), range.count) }
    }

    /// Of the first bytes.
    func holdsZero(inFirst bytesMax: Int) -> Bool {
        unsafe withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            return unsafe memchr(base, 0, Swift.min(count, bytesMax)) != nil
        }
    }

    /// Behind the last line feed; nil when there is none.
    var endOfLastLine: Int? {
        let end = unsafe withUnsafeBufferPointer { unsafe forge_line_start($0.baseAddress, count) }
        return end > 0 ? end : nil
    }

    /// A line for whoever asked: without a carriage return at its end, and of a long one what is around the match.
    func shown(_ line: Range<Int>, match: Range<Int>) -> [UInt8] {
        let end = line.upperBound > line.lowerBound && self[line.upperBound - 1] == 0x0D ? line.upperBound - 1 : line.upperBound
        if end - line.lowerBound <= LineText.shownBytesMax { return bytes(line.lowerBound..<end) }
        let room = LineText.shownBytesMax
        // A third of what is left beside the match stands before it.
        let before = Swift.max(0, room - match.count) / 3
        var from = Swift.max(line.lowerBound, Swift.min(match.lowerBound - before, end - room))
        var to = Swift.min(end, from + room)
        while from < to, self[from] & 0xC0 == 0x80 { from += 1 }
        while to < end, to > from, self[to] & 0xC0 == 0x80 { to -= 1 }
        return (from > line.lowerBound ? LineText.cut : []) + bytes(from..<to) + (to < end ? LineText.cut : [])
    }

    private func bytes(_ range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }
}

enum LineText {
    static let shownBytesMax = 500
    /// Stands where something was left out.
    static let cut = Array("…".utf8)
}
