// Base64 and base64url to bytes. It must never guess: what is neither alphabet is no answer.

enum Base64 {
    /// The bytes, or nil when something else is in it. Line ends and blanks are skipped, padding at the end may be there or not.
    static func decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var decoder = Decoder()
        var isPadding = false
        for byte in text where !Byte.isSpace(byte) {
            if byte == Byte.equals {
                isPadding = true
                continue
            }
            guard !isPadding, decoder.take(byte) else { return nil }
        }
        return decoder.isWhole ? decoder.bytes : nil
    }

    private struct Decoder {
        private var bits: UInt32 = 0
        private var count: UInt32 = 0
        private(set) var bytes: [UInt8] = []

        /// Six bits left over are no byte's beginning.
        var isWhole: Bool { count != 6 }

        /// False for what is no digit.
        mutating func take(_ byte: UInt8) -> Bool {
            guard let value = Base64.value(of: byte) else { return false }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
            return true
        }
    }

    /// As much as there is before something else; what reads text gone wrong makes the best of it.
    static func beginning(of text: some Sequence<UInt8>) -> [UInt8] {
        var decoder = Decoder()
        for byte in text where !Byte.isSpace(byte) && !decoder.take(byte) { break }
        return decoder.bytes
    }

    static func encoded(_ bytes: [UInt8], isURL: Bool = false) -> [UInt8] {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
            let bits = group[0] << 16 | group[1] << 8 | group[2]
            for place in 0..<4 {
                if start + place > bytes.count {
                    if !isURL { text.append(Byte.equals) }
                } else {
                    text.append(digit(bits >> UInt32(18 - 6 * place) & 63, isURL: isURL))
                }
            }
        }
        return text
    }

    static func isDigit(_ byte: UInt8) -> Bool { value(of: byte) != nil }

    static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case Byte.plus, Byte.minus: 62
        case Byte.slash, Byte.underscore: 63
        default: nil
        }
    }

    private static func digit(_ value: UInt32, isURL: Bool) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        switch value {
        case 0..<26: return 0x41 + value
        case 26..<52: return 0x61 + value - 26
        case 52..<62: return 0x30 + value - 52
        case 62: return isURL ? Byte.minus : Byte.plus
        default: return isURL ? Byte.underscore : Byte.slash
        }
    }
}
