// Base64 of RFC 4648, both alphabets. It must never accept two texts for the same bytes, or a caller could pass a check
// on the text with one and act on the other: no line breaks, no stray bits, no padding in the wrong place.

package enum Base64 {
    package enum Alphabet: Sendable {
        /// `+` and `/`, padded with `=`, as mail and JSON use it. Reading demands the padding.
        case standard
        /// `-` and `_`, as tokens and URLs use it. Written without padding; read with it or without.
        case url

        fileprivate var characters: [UInt8] { self == .standard ? standardCharacters : urlCharacters }
        fileprivate var values: [UInt8] { self == .standard ? standardValues : urlValues }
    }

    package static func encode(_ bytes: [UInt8], as alphabet: Alphabet = .standard) -> String {
        let characters = alphabet.characters
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var pending: UInt32 = 0
        var pendingBits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBits += 8
            while pendingBits >= 6 {
                pendingBits -= 6
                text.append(characters[Int(pending >> UInt32(pendingBits) & 63)])
            }
        }
        if pendingBits > 0 { text.append(characters[Int(pending << UInt32(6 - pendingBits) & 63)]) }
        if alphabet == .standard {
            while text.count % 4 != 0 { text.append(padding) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func decode(_ text: some StringProtocol, as alphabet: Alphabet = .standard) throws(CryptoError) -> [UInt8] {
        let characters = Array(text.utf8)
        let digitCount = try countDigits(characters, alphabet)
        let values = alphabet.values
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digitCount * 3 / 4)
        var pending: UInt32 = 0
        var pendingBits = 0
        for offset in 0..<digitCount {
            let value = values[Int(characters[offset])]
            guard value != notADigit else { throw .malformedBase64(offset: offset) }
            pending = pending << 6 | UInt32(value)
            pendingBits += 6
            guard pendingBits >= 8 else { continue }
            pendingBits -= 8
            bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
        }
        let strayBits = pending & (1 << UInt32(pendingBits) - 1)
        guard strayBits == 0 else { throw .malformedBase64(offset: digitCount - 1) }
        return bytes
    }

    /// How many characters stand before the padding, once their number and the padding's fit together.
    private static func countDigits(_ characters: [UInt8], _ alphabet: Alphabet) throws(CryptoError) -> Int {
        var digitCount = characters.count
        while digitCount > 0, characters.count - digitCount < 2, characters[digitCount - 1] == padding { digitCount -= 1 }
        let isPadded = digitCount < characters.count
        let mustBeWhole = alphabet == .standard || isPadded
        guard digitCount % 4 != 1, !mustBeWhole || characters.count % 4 == 0 else {
            throw .malformedBase64(offset: characters.count)
        }
        return digitCount
    }
}

private let padding = UInt8(ascii: "=")
private let notADigit: UInt8 = 255
private let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
private let standardCharacters = letters + Array("+/".utf8)
private let urlCharacters = letters + Array("-_".utf8)
private let standardValues = valueTable(of: standardCharacters)
private let urlValues = valueTable(of: urlCharacters)

/// For each byte, which digit it is.
private func valueTable(of characters: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: notADigit, count: 256)
    for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
    return values
}
