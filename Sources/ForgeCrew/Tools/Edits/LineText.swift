// A file as lines without losing a byte: where each begins, where its text ends, and where the next begins. A byte order mark belongs to no
// line; a carriage return belongs to the line end behind it.

struct LineText: Sendable {
    struct Line: Hashable, Sendable {
        var start: Int
        /// Of its text.
        var end: Int
        /// Behind its line end, if it has one.
        var next: Int
    }

    let bytes: [UInt8]
    let lines: [Line]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var lines: [Line] = []
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < bytes.count {
            guard let lineFeed = bytes[start...].firstIndex(of: 0x0A) else {
                lines.append(Line(start: start, end: bytes.count, next: bytes.count))
                break
            }
            let hasReturn = lineFeed > start && bytes[lineFeed - 1] == 0x0D
            lines.append(Line(start: start, end: hasReturn ? lineFeed - 1 : lineFeed, next: lineFeed + 1))
            start = lineFeed + 1
        }
        self.lines = lines
    }

    init(_ text: String) { self.init(Array(text.utf8)) }

    func text(_ index: Int) -> ArraySlice<UInt8> { bytes[lines[index].start..<lines[index].end] }
    func end(_ index: Int) -> ArraySlice<UInt8> { bytes[lines[index].end..<lines[index].next] }
    func whole(_ index: Int) -> ArraySlice<UInt8> { bytes[lines[index].start..<lines[index].next] }

    /// Where the line begins; behind the last one, where the file ends.
    func start(_ index: Int) -> Int { index < lines.count ? lines[index].start : bytes.count }

    /// The line that holds a byte, from 0; the last for what stands behind all.
    func index(ofByte byte: Int) -> Int {
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].next <= byte { low = middle + 1 } else { high = middle }
        }
        return min(low, max(0, lines.count - 1))
    }

    /// The first line end from a line on, else that of the first line, else a line feed.
    func lineEnd(near index: Int) -> [UInt8] {
        let wanted = lines.indices.contains(index) && !end(index).isEmpty ? index : 0
        let found = lines.isEmpty ? [] : Array(end(wanted))
        return found.isEmpty ? [0x0A] : found
    }
}

enum Blanks {
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0C }

    static func withoutTrailing(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.lastIndex { !isBlank($0) }.map { line[...$0] } ?? line[line.startIndex..<line.startIndex]
    }

    static func withoutBoth(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> { withoutTrailing(line).drop(while: isBlank) }
    static func indentation(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> { line.prefix { $0 == 0x20 || $0 == 0x09 } }
}
