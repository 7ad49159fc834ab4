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

    /// Capitals and small letters in turn as no words have them.
    var isMixed: Bool { bytes.count >= 20 && upperCount > 3 && lowerCount > 3 && wordShare < 0.3 }

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

    /// `ed25519.Ed25519PrivateKey`
    private var isPathOfNames: Bool { bytes.contains(UInt8(ascii: ".")) && isIdentifierPath && wordShare >= 0.25 }

    /// What part of it is words: `some`, `Some` and `SOME`, of four letters and more.
    var wordShare: Double {
        guard !bytes.isEmpty else { return 0 }
        var inWords = 0
        var start = bytes.startIndex
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let next = bytes.index(after: at)
            if next == bytes.endIndex || endsWord(at) {
                if Self.readsAsWord(bytes[start...at].drop { !Self.isLetter($0) }) { inWords += next - start }
                start = next
            }
            at = next
        }
        return Double(inWords) / Double(bytes.count)
    }

    /// Whether the next byte begins something else: no letter, a capital behind a small letter, the last of several capitals.
    private func endsWord(_ at: Int) -> Bool {
        let next = bytes[at + 1]
        guard Self.isLetter(bytes[at]), Self.isLetter(next) else { return true }
        if Self.isCapital(next) {
            return !Self.isCapital(bytes[at]) || at + 2 < bytes.endIndex && Self.isLetter(bytes[at + 2]) && !Self.isCapital(bytes[at + 2])
        }
        return false
    }

    /// Vowels and consonants take turns in words.
    private static func readsAsWord(_ letters: ArraySlice<UInt8>) -> Bool {
        guard letters.count >= 4 else { return false }
        var vowels = 0
        var consonantsInARow = 0
        var mostConsonants = 0
        for letter in letters {
            let isVowel = "aeiouyAEIOUY".utf8.contains(letter)
            vowels += isVowel ? 1 : 0
            consonantsInARow = isVowel ? 0 : consonantsInARow + 1
            mostConsonants = max(mostConsonants, consonantsInARow)
        }
        return vowels * 5 >= letters.count && mostConsonants < 5
    }

    private static func isLetter(_ byte: UInt8) -> Bool { isCapital(byte) || (0x61...0x7A).contains(byte) }
    private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

    /// How often a digit follows a letter or a letter a digit.
    var alternationCount: Int {
        zip(bytes, bytes.dropFirst()).count { Byte.isDigit($0) != Byte.isDigit($1) }
    }

    /// Looks drawn by chance: enough digits among the letters, few words, few repetitions.
    var isRandom: Bool {
        guard bytes.count >= 16, !isPathOfNames else { return false }
        if digitCount == 0 { return bytes.count >= 24 && isMixed && wordShare < 0.2 }
        if isHex { return letterCount > 0 && entropy >= 2.8 }
        guard letterCount > 0, entropy >= 3.3 else { return false }
        let alternations = alternationCount
        if alternations >= 3, digitCount * 5 >= bytes.count { return true }
        return alternations >= 1 && wordShare < (alternations >= 3 ? 0.5 : 0.4)
    }
}
