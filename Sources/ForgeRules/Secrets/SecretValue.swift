// How a value without a format looks: like something drawn by chance, or like words, names, paths and code. It must never look at more
// than the value itself.

struct SecretValue {
    let bytes: ArraySlice<UInt8>
    let digitCount: Int
    let upperCount: Int
    let lowerCount: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        digitCount = bytes.count(where: Byte.isDigit)
        upperCount = bytes.count { (0x41...0x5A).contains($0) }
        lowerCount = bytes.count { (0x61...0x7A).contains($0) }
    }

    var letterCount: Int { upperCount + lowerCount }
    /// What is neither letter nor digit.
    var otherCount: Int { bytes.count - letterCount - digitCount }
    /// Of small letters, capitals, digits and the rest, how many there are.
    var kindCount: Int { [lowerCount, upperCount, digitCount, otherCount].count { $0 > 0 } }
    var isHex: Bool { bytes.allSatisfy(Byte.isHexDigit) }
    var entropy: Double { Entropy.bitsPerByte(bytes) }

    /// `8-4-4-4-12` hex digits.
    var isUUID: Bool {
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { [8, 13, 18, 23].contains($0) ? $1 == Byte.minus : Byte.isHexDigit($1) }
    }

    /// A name of a programming language, or several with points between them: `self.password2`.
    var isIdentifierPath: Bool {
        guard let first = bytes.first, Byte.isNameStart(first) else { return false }
        guard bytes.allSatisfy({ Byte.isName($0) || $0 == UInt8(ascii: ".") }) else { return false }
        return bytes.contains(UInt8(ascii: ".")) || wordShare >= 0.6 && digitCount * 6 <= bytes.count
    }

    /// What part of it is runs of letters that read as words.
    var wordShare: Double {
        guard !bytes.isEmpty else { return 0 }
        var inWords = 0
        var run = 0
        var hasVowel = false
        func close() -> Int { run >= 4 && hasVowel ? run : 0 }
        var lastIsLower = false
        for byte in bytes {
            let isLower = (0x61...0x7A).contains(byte)
            let isUpper = (0x41...0x5A).contains(byte)
            // A capital behind a small letter begins the next word.
            if !(isLower || isUpper) || isUpper && lastIsLower {
                inWords += close()
                run = 0
                hasVowel = false
            }
            if isLower || isUpper {
                run += 1
                if "aeiouyAEIOUY".utf8.contains(byte) { hasVowel = true }
            }
            lastIsLower = isLower
        }
        inWords += close()
        return Double(inWords) / Double(bytes.count)
    }

    /// How often a digit follows a letter or a letter a digit.
    var alternationCount: Int {
        zip(bytes, bytes.dropFirst()).count { Byte.isDigit($0) != Byte.isDigit($1) }
    }

    /// Looks drawn by chance: enough digits among the letters, few words, few repetitions.
    var isRandom: Bool {
        guard bytes.count >= 16, digitCount > 0 else { return false }
        if isHex { return letterCount > 0 && entropy >= 2.8 }
        guard letterCount > 0, alternationCount >= 3, entropy >= 3.3 else { return false }
        return digitCount * 5 >= bytes.count || wordShare < 0.45
    }
}
