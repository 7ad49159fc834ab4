// The shapes in which a known secret leaves by accident: as it is, backwards, in base64 at each of the three places a byte can have in a group,
// in hex. What percent signs, escapes, line wraps and invisible characters do to a text is undone by UnmaskedText, and so needs no form here.
// It must never be asked for a description: every value in it is the secret.

enum SecretForms {
    /// The parts of a credential that are secret. A PEM file's frame is in every key, a URL's host is no secret.
    static func secretParts(of bytes: [UInt8]) -> [[UInt8]] {
        if let body = pemBody(of: bytes) { return [body] }
        if let password = urlPassword(of: bytes) { return password }
        return [bytes]
    }

    /// Every form of one part, without repetition of the part itself.
    static func all(of part: [UInt8]) -> [[UInt8]] {
        let unmasked = UnmaskedText(part).bytes
        let unwrapped = UnmaskedText(part, undoing: .gaps).bytes
        var forms = [part]
        for form in [unmasked, unwrapped] where !forms.contains(form) { forms.append(form) }
        forms += forms.map { $0.reversed() }
        forms += [hex(part, "0123456789abcdef"), hex(part, "0123456789ABCDEF")]
        for alphabet in [base64Alphabet, base64URLAlphabet] {
            for place in 0..<3 { forms.append(base64(part, at: place, alphabet)) }
        }
        return forms.filter { !$0.isEmpty }
    }

    // MARK: Encodings

    private static func hex(_ bytes: [UInt8], _ digits: StaticString) -> [UInt8] {
        let digits = Array(digits.description.utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    private static let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let base64URLAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The characters that the secret alone decides when `place` bytes stand before it in its group of three.
    private static func base64(_ bytes: [UInt8], at place: Int, _ alphabet: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        let firstBit = place * 8
        let bitsCount = firstBit + bytes.count * 8
        var bit = (firstBit + 5) / 6 * 6
        while bit + 6 <= bitsCount {
            var value = 0
            for offset in 0..<6 {
                let position = bit + offset - firstBit
                value = value << 1 | Int(bytes[position >> 3] >> UInt8(7 - position & 7)) & 1
            }
            out.append(alphabet[value])
            bit += 6
        }
        return out
    }

    // MARK: Parts

    private static func pemBody(of bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: Array("-----BEGIN ".utf8)) else { return nil }
        let lines = bytes.split(separator: 0x0A).filter { !$0.starts(with: Array("-----".utf8)) }
        return lines.isEmpty ? nil : Array(lines.joined(separator: [0x0A]))
    }

    /// The password of `scheme://user:password@host`, as written and decoded; empty when there is none; nil when it is no such URL.
    private static func urlPassword(of bytes: [UInt8]) -> [[UInt8]]? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let scheme = text.firstRange(of: "://"), scheme.lowerBound != text.startIndex else { return nil }
        guard text[..<scheme.lowerBound].utf8.allSatisfy({ isSchemeByte($0) }) else { return nil }
        let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return [bytes] }
        guard let colon = authority[..<at].firstIndex(of: ":") else { return [] }
        let password = Array(authority[authority.index(after: colon)..<at].utf8)
        let decoded = UnmaskedText(password).bytes
        return decoded == password ? [password] : [password, decoded]
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E
    }
}
