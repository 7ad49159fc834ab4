// Output as it came to bytes without what moves a cursor or colours it, and lines of it. Everything here is one walk over the bytes,
// whatever they are.

import ForgeCore

enum TerminalText {
    /// Without escape sequences; a lone carriage return begins a line.
    static func plain(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x1B {
                index = end(ofSequenceAt: index, in: bytes)
                continue
            }
            index += 1
            switch byte {
            case 0x0D:
                if index < bytes.count, bytes[index] == 0x0A { continue }
                out.append(0x0A)
            case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F: continue
            default: out.append(byte)
            }
        }
        return out
    }

    private static let sequenceBytesMax = 4_096

    /// Past a sequence. One that does not end within its bound is only its first byte, so that a single one cannot hide an output.
    private static func end(ofSequenceAt start: Int, in bytes: [UInt8]) -> Int {
        guard start + 1 < bytes.count else { return start + 1 }
        let limit = min(bytes.count, start + sequenceBytesMax)
        var index = start + 2
        switch bytes[start + 1] {
        case UInt8(ascii: "["):
            while index < limit, !(0x40...0x7E).contains(bytes[index]) {
                if bytes[index] < 0x20 { return index }
                index += 1
            }
            return min(index + 1, bytes.count)
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
            while index < limit {
                if bytes[index] == 0x07 { return index + 1 }
                if bytes[index] == 0x1B { return index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\\") ? index + 2 : index }
                if bytes[index] == 0x0A { return start + 2 }
                index += 1
            }
            return start + 2
        case UInt8(ascii: "("), UInt8(ascii: ")"): return min(start + 3, bytes.count)
        default: return start + 2
        }
    }
}

/// Lines without their ends.
struct TextLines: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> TextLine? {
        guard position < bytes.count else { return nil }
        let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
        defer { position = end + 1 }
        return TextLine(bytes[position..<end])
    }
}

/// A line as bytes: comparing characters costs ten times as much, and no mark of a format is more than ASCII and a few symbols.
struct TextLine: Hashable {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }
    init(_ text: String) { bytes = Array(text.utf8)[...] }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count }

    func prefix(_ length: Int) -> TextLine { TextLine(bytes.prefix(length)) }
    func dropFirst(_ length: Int) -> TextLine { TextLine(bytes.dropFirst(length)) }
    func dropLast(_ length: Int) -> TextLine { TextLine(bytes.dropLast(length)) }
    func starts(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    func ends(_ text: String) -> Bool { bytes.count >= text.utf8.count && bytes.suffix(text.utf8.count).elementsEqual(text.utf8) }
    func isAny(_ starts: String...) -> Bool { starts.contains { self.starts($0) } }
    func hasAnySuffix(_ ends: String...) -> Bool { ends.contains { self.ends($0) } }
    func containsAny(_ texts: String...) -> Bool { texts.contains { contains($0) } }
    func contains(_ text: String) -> Bool { place(of: text) != nil }

    /// What follows `text`, when the line begins with it.
    func after(_ text: String) -> TextLine? { starts(text) ? dropFirst(text.utf8.count) : nil }
    /// What stands before `text`, when the line ends with it.
    func before(ending text: String) -> TextLine? { ends(text) ? dropLast(text.utf8.count) : nil }

    /// The two sides of the first or last `text`.
    func parted(by text: String, last: Bool = false) -> (TextLine, TextLine)? {
        guard let place = last ? lastPlace(of: text) : place(of: text) else { return nil }
        return (TextLine(bytes[bytes.startIndex..<place]), TextLine(bytes[(place + text.utf8.count)...]))
    }

    var indentation: Int { bytes.prefix { $0 == 0x20 }.count }

    var trimmed: TextLine {
        var slice = bytes
        while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        return TextLine(slice)
    }

    /// Parted by blanks.
    var words: [TextLine] { bytes.split { $0 == 0x20 || $0 == 0x09 }.map(TextLine.init) }

    /// The digits at the start as a number, and what follows; nil without any, or with too many.
    var number: (Int, TextLine)? {
        let digits = bytes.prefix { $0.isDigit }
        guard !digits.isEmpty, digits.count <= 9, let value = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        return (value, dropFirst(digits.count))
    }

    /// Short needles over bounded lines: the first byte is looked for, then the rest compared.
    func place(of text: String) -> Int? {
        let needle = Array(text.utf8)
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        var index = bytes.startIndex
        let last = bytes.endIndex - needle.count
        while index <= last {
            if bytes[index] == first, bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }

    private func lastPlace(of text: String) -> Int? {
        let needle = Array(text.utf8)
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        var index = bytes.endIndex - needle.count
        while index >= bytes.startIndex {
            if bytes[index] == first, bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
            index -= 1
        }
        return nil
    }
}

/// A name or a path without the folder that the commands ran in.
func withoutFolders(_ text: String, _ folders: [String]) -> String {
    for folder in folders where !folder.isEmpty {
        let start = folder.hasSuffix("/") ? folder : folder + "/"
        if text.hasPrefix(start) { return String(text.dropFirst(start.count)) }
    }
    return text
}
