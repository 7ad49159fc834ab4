// The body of a private key behind its `-----BEGIN … PRIVATE KEY-----`: in a file, in a string with `\n` in it, behind the `+` of a diff,
// quoted and joined line by line. It must never take a sentence about keys for one: the body must decode to what such keys begin with.

struct PrivateKeyText {
    /// A key of 16,384 bits takes 13 KB.
    private static let bodyBytesMax = 16_384
    /// Less than any key has.
    private static let digitsMin = 40

    /// Where the body is: from its first byte to its last.
    let body: Range<Int>

    /// - Parameter header: where `-----BEGIN … PRIVATE KEY-----` stands.
    init?(in text: [UInt8], behind header: Range<Int>) {
        let from = header.upperBound
        let limit = min(text.count, from + Self.bodyBytesMax)
        var end = from
        while end < limit, !Self.isBoundary(text, end, limit) { end += 1 }
        var lines = Self.content(text[from..<end])
        let isArmoured = text[header].contains(sequence: Array("PGP".utf8))
        let isEncrypted = lines.removeHeaders()
        guard lines.digits.count >= Self.digitsMin, let first = lines.first, let last = lines.last else { return nil }
        guard !Placeholder.isRepetitive(lines.digits[...]) else { return nil }
        guard isArmoured || isEncrypted || Self.beginsAsKey(lines.digits) else { return nil }
        body = first..<(last + 1)
    }

    private static func isBoundary(_ text: [UInt8], _ at: Int, _ limit: Int) -> Bool {
        text[at] == Byte.minus && at + 4 < limit && text[at..<(at + 5)].allSatisfy { $0 == Byte.minus }
    }

    /// A DER sequence, or what `ssh-keygen` begins with, in its first bytes. The length need not fit: what is cut off is leaked all the same.
    private static func beginsAsKey(_ digits: [UInt8]) -> Bool {
        guard let bytes = Base64.decoded(digits.prefix(digits.count / 4 * 4).prefix(64)) else { return false }
        if bytes.starts(with: Array("openssh-key-v1".utf8)) { return true }
        guard bytes.count >= 8, bytes[0] == 0x30 else { return false }
        let content: Int
        switch bytes[1] {
        case 0x20..<0x80: content = 2
        case 0x81: content = 3
        case 0x82: content = 4
        case 0x83: content = 5
        default: return false
        }
        // The version of a key, or the algorithm of an encrypted one.
        return bytes[content] == 0x02 || bytes[content] == 0x30
    }

    private struct Content {
        var digits: [UInt8] = []
        var places: [Int] = []
        var lines: [(text: [UInt8], places: [Int])] = []
        var first: Int? { places.first }
        var last: Int? { places.last }

        /// Takes out `Proc-Type: …` and the like; true when they say that the key is encrypted.
        mutating func removeHeaders() -> Bool {
            removeMarks()
            let headers = lines.prefix { $0.text.isEmpty || $0.text.contains(Byte.colon) }
            for line in lines.dropFirst(headers.count) {
                // The checksum of an armoured key begins with `=`.
                guard line.text.allSatisfy({ Base64.isDigit($0) || $0 == Byte.equals }) else { break }
                // Only joins the string before with the one behind.
                if line.text == [Byte.plus] { continue }
                digits += line.text
                places += line.places
            }
            return headers.contains { $0.text.contains(sequence: Array("ENCRYPTED".utf8)) }
        }

        /// The marks of a diff or of a quotation, which all lines begin with, and the signs that join strings.
        private mutating func removeMarks() {
            let marks = Set(lines.dropFirst().compactMap(\.text.first))
            guard lines.count > 2, marks.count == 1, let mark = marks.first,
                [Byte.plus, Byte.minus, Byte.pipe, Byte.greater].contains(mark)
            else { return }
            for index in lines.indices where lines[index].text.first == mark {
                lines[index].text.removeFirst()
                lines[index].places.removeFirst()
            }
        }
    }

    /// The text in lines, at line ends and at `\n` written out, without blanks, quotes and what joins strings.
    private static func content(_ text: ArraySlice<UInt8>) -> Content {
        var content = Content()
        var line: (text: [UInt8], places: [Int]) = ([], [])
        var at = text.startIndex
        while at < text.endIndex {
            let byte = text[at]
            let next = at + 1 < text.endIndex ? text[at + 1] : 0
            if byte == Byte.newline || byte == Byte.backslash && (next == UInt8(ascii: "n") || next == UInt8(ascii: "r")) {
                if byte == Byte.backslash { at += 1 }
                content.lines.append(line)
                line = ([], [])
            } else if ![Byte.space, Byte.tab, Byte.carriageReturn, Byte.doubleQuote, Byte.singleQuote, Byte.backslash, UInt8(ascii: ",")]
                .contains(byte)
            {
                line.text.append(byte)
                line.places.append(at)
            }
            at += 1
        }
        content.lines.append(line)
        return content
    }
}

extension Collection<UInt8> {
    /// Whether these bytes stand in it somewhere.
    func contains(sequence: [UInt8]) -> Bool {
        guard let first = sequence.first else { return true }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            if self[start...].starts(with: sequence) { return true }
            rest = rest[index(after: start)...]
        }
        return false
    }
}
