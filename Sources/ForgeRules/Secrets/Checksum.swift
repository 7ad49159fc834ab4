// The checksum that GitHub and npm put at the end of their tokens: CRC-32 of the random part, in base 62. It must never be taken for a
// proof that a token works; it proves that one was made, and that a mistyped or invented one was not.

enum Checksum {
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Six digits of base 62, with zeros in front.
    static func base62(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var rest = crc32(bytes)
        var text = [UInt8](repeating: digits[0], count: 6)
        for index in text.indices.reversed() {
            text[index] = digits[Int(rest % 62)]
            rest /= 62
        }
        return text
    }

    /// Whether what stands behind the prefix ends in the checksum of what is before.
    static func isRight(_ token: ArraySlice<UInt8>, prefixCount: Int) -> Bool {
        let body = token.dropFirst(prefixCount)
        guard body.count > 6 else { return false }
        return base62(of: body.dropLast(6)).elementsEqual(body.suffix(6))
    }

    /// As in zip and PNG: polynomial 0xEDB88320.
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
