// What may have happened to a body between its signing and its arrival, for an operator who wonders why a signature does not hold. Never a
// way in: a body that was changed on the way is not the body that was signed, and stays refused.
//
// It undoes, one at a time, what proxies and scripts are known to do to a body, and looks whether a signature holds then. The number of
// tries is fixed and the body's size bounded, since anybody can make this run. JSON that was parsed and written anew cannot be found this
// way but by its escapes: the sender's own spacing is gone.

enum BodyChange: CaseIterable {
    case newlineAdded, newlineRemoved, spaceAdded, linesToLF, linesToCRLF, markAdded, markRemoved, encodedTwice, escapesRaised,
        escapesLowered, formDecoded, formEncoded

    /// Larger bodies are not looked into.
    static let bytesMax = 1 << 20

    /// What happens to any JSON. Only GitHub sends forms.
    static let usual = allCases.filter { $0 != .formDecoded && $0 != .formEncoded }

    /// A sentence about the change that makes `holds` true, or nil when none of these does.
    static func sentence(of body: [UInt8], among changes: [BodyChange], holds: ([UInt8]) -> Bool) -> String? {
        guard body.count <= bytesMax else { return nil }
        for change in changes {
            for original in change.originals(of: body) where original != body && holds(original) {
                let difference = "signed were \(original.count) bytes, \(body.count) came"
                return "The body was changed on the way (\(difference)): \(change.words). Let the proxy pass the raw bytes on."
            }
        }
        return nil
    }

    private var words: String {
        switch self {
        case .newlineAdded: "a line end was added after it"
        case .newlineRemoved: "the line end after it was removed"
        case .spaceAdded: "white space was added around it"
        case .linesToLF: "its line ends were changed from CRLF to LF"
        case .linesToCRLF: "its line ends were changed from LF to CRLF"
        case .markAdded: "a byte order mark was put before it"
        case .markRemoved: "its byte order mark was removed"
        case .encodedTwice: "it was taken for Latin-1 and encoded as UTF-8 a second time"
        case .escapesRaised: "its \\u escapes were rewritten with capitals, as by a parser that wrote the JSON anew"
        case .escapesLowered: "its \\u escapes were rewritten in lower case, as by a parser that wrote the JSON anew"
        case .formDecoded: "its form encoding was taken off (or set the webhook's content type to application/json)"
        case .formEncoded: "it was form-encoded"
        }
    }

    /// What the body may have been before; empty where this change cannot have made it.
    private func originals(of body: [UInt8]) -> [[UInt8]] {
        switch self {
        case .newlineAdded: Self.lineEnds.filter { body.suffix($0.count).elementsEqual($0) }.map { Array(body.dropLast($0.count)) }
        case .newlineRemoved: Self.lineEnds.map { body + $0 }
        case .spaceAdded: [Array(body.trimmingPrefix(while: Self.isSpace).reversed().trimmingPrefix(while: Self.isSpace).reversed())]
        case .linesToLF: [Self.withCRLF(body)]
        case .linesToCRLF: [Self.withLF(body)]
        case .markAdded: body.starts(with: Self.mark) ? [Array(body.dropFirst(Self.mark.count))] : []
        case .markRemoved: body.starts(with: Self.mark) ? [] : [Self.mark + body]
        case .encodedTwice: Self.decodedOnce(body).map { [$0] } ?? []
        case .escapesRaised: [Self.withEscapes(of: body) { $0 | 0x20 }]
        case .escapesLowered: [Self.withEscapes(of: body) { $0 & ~0x20 }]
        case .formDecoded: [GitHubForm.form(of: body)]
        case .formEncoded: GitHubForm.payload(of: body).map { [$0] } ?? []
        }
    }
}

// MARK: - Undoing

extension BodyChange {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let lineEnds: [[UInt8]] = [[0x0A], [0x0D, 0x0A]]

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static func withLF(_ body: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.count)
        for (index, byte) in body.enumerated() {
            let isLineEnd = byte == 0x0D && index + 1 < body.count && body[index + 1] == 0x0A
            if !isLineEnd { out.append(byte) }
        }
        return out
    }

    private static func withCRLF(_ body: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.count + body.count / 32)
        for byte in body {
            if byte == 0x0A, out.last != 0x0D { out.append(0x0D) }
            out.append(byte)
        }
        return out
    }

    /// Undoes one UTF-8 encoding whose every scalar was a byte.
    private static func decodedOnce(_ body: [UInt8]) -> [UInt8]? {
        guard body.contains(where: { $0 >= 0x80 }), let text = String(validating: body, as: UTF8.self) else { return nil }
        var original: [UInt8] = []
        original.reserveCapacity(body.count)
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            original.append(byte)
        }
        return original
    }

    /// The body with the letters among the four digits of every `\uXXXX` in the other case.
    private static func withEscapes(of body: [UInt8], letter: (UInt8) -> UInt8) -> [UInt8] {
        var out = body
        var at = 0
        while at + 5 < out.count {
            guard out[at] == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            guard out[at + 1] == UInt8(ascii: "u") else {
                at += 2
                continue
            }
            for index in at + 2..<at + 6 where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(out[index] | 0x20) {
                out[index] = letter(out[index])
            }
            at += 6
        }
        return out
    }
}
