// The readings of a text that rules of detection look at: its normal form, and what it says once a disguise is taken off. One text of all of
// them, so that it is searched once. A disguise that is not there adds nothing. It must grow by no more than a few times the text.

enum TextViews {
    /// Between readings: a character that no reading holds, and that no pattern's blank fits.
    private static let separator: [Unicode.Scalar] = ["\n", "\u{1}", "\n"]
    /// Letters of an encoded text that are worth decoding.
    static let encodedMin = 20
    /// Single letters in a row that are a word written apart.
    static let apartMin = 6

    static func all(of input: [Unicode.Scalar]) -> [UInt8] {
        let plain = NormalForm.of(input)
        var views = [plain, HiddenSigns.lines(in: input)]
        views.append(contentsOf: [wordsOfName(plain), lettersApart(plain), digitsAsLetters(plain), rotated(plain), turnedAround(input)])
        views.append(contentsOf: EncodedText.decoded(in: input).map { decoded(NormalForm.of(Array($0.unicodeScalars))) })
        var text = String.UnicodeScalarView()
        for view in views where !view.isEmpty {
            if !text.isEmpty { text.append(contentsOf: separator) }
            text.append(contentsOf: view)
        }
        return Array(String(text).utf8)
    }

    /// Before each line of a text that was encoded: some things are no matter in the open, and one in disguise.
    private static func decoded(_ plain: [Unicode.Scalar]) -> [Unicode.Scalar] {
        Array(plain.split(separator: "\n").map { ["\u{3}"] + $0 }.joined(separator: ["\n"]))
    }

    /// A branch, a file: words joined by dashes, with no blank anywhere.
    private static func wordsOfName(_ plain: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard plain.count <= 500, !plain.contains(" "), plain.contains(where: { "-_./+".unicodeScalars.contains($0) }) else { return [] }
        return plain.map { "-_./+".unicodeScalars.contains($0) ? " " : $0 }
    }

    /// `i g n o r e`, `i.g.n.o.r.e`: only the letters, of each line that has such a run.
    private static func lettersApart(_ plain: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        for line in plain.split(separator: "\n") where hasLettersApart(line) {
            output.append(contentsOf: line.filter(isLetter))
            output.append("\n")
        }
        return output
    }

    private static func hasLettersApart(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        var run = 0
        var letters = 0
        for scalar in line {
            if isLetter(scalar) {
                letters += 1
                if letters > 1 { run = 0 }
            } else {
                if letters == 1 { run += 1 }
                if run >= apartMin { return true }
                letters = 0
            }
        }
        return false
    }

    /// `1gn0r3 pr3v10us`: when several words mix letters and digits.
    private static func digitsAsLetters(_ plain: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let letters: [Unicode.Scalar: Unicode.Scalar] = [
            "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i",
        ]
        let mixed = plain.split { !isLetter($0) && letters[$0] == nil }.filter {
            $0.contains(where: isLetter) && $0.contains(where: isDigit)
        }
        return mixed.count >= 2 ? plain.map { letters[$0] ?? $0 } : []
    }

    /// Every letter thirteen places on; cheap, and no ordinary text becomes an instruction by it.
    private static func rotated(_ plain: [Unicode.Scalar]) -> [Unicode.Scalar] {
        plain.map { isLetter($0) ? Unicode.Scalar(UInt8(0x61 + ($0.value - 0x61 + 13) % 26)) : $0 }
    }

    /// Read from right to left, when something says to.
    private static func turnedAround(_ input: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let hasSign = input.contains { $0.value == 0x202E || $0.value == 0x202D }
        let words = ["backward", "reverse", "right to left", "erongi"]
        guard hasSign || words.contains(where: { contains(input, $0) }) else { return [] }
        return Array(input.split(separator: "\n").map { NormalForm.of(Array($0.reversed())) }.joined(separator: ["\n"]))
    }

    private static func contains(_ input: [Unicode.Scalar], _ word: String) -> Bool {
        let word = Array(word.unicodeScalars)
        guard input.count >= word.count else { return false }
        return (0...(input.count - word.count)).contains { start in
            input[start].value | 0x20 == word[0].value && zip(input[start...], word).allSatisfy { $0.value | 0x20 == $1.value | 0x20 }
        }
    }
}

/// What hides in a text by its characters alone, as lines that rules can name. They begin with a character that no reading of a text holds.
enum HiddenSigns {
    /// Fewer are an accident of copying.
    static let insideWordsMin = 3
    static let selectorsMin = 4

    static func lines(in input: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var tags = 0
        var overrides = 0
        var insideWords = 0
        var selectors = 0
        var isFlag = false
        for (index, scalar) in input.enumerated() where scalar.value >= 0x80 {
            switch CharacterClass.of(scalar) {
            case .tag:
                if index > 0, input[index - 1].value == 0x1F3F4 { isFlag = true }
                if !isFlag { tags += 1 }
                continue
            case .bidirectional: if scalar.value == 0x202D || scalar.value == 0x202E { overrides += 1 }
            case .invisible: if isBetweenLetters(index, input) { insideWords += 1 }
            case .variation: if index == 0 || !CharacterClass.takesVariation(input[index - 1], scalar) { selectors += 1 }
            default: break
            }
            isFlag = false
        }
        var lines = ""
        if tags > 0 { lines += "\u{2}tag-characters\n" }
        if overrides > 0 { lines += "\u{2}direction-override\n" }
        if insideWords >= insideWordsMin { lines += "\u{2}invisible-inside-words\n" }
        if selectors >= selectorsMin { lines += "\u{2}variation-selectors\n" }
        return Array(lines.unicodeScalars)
    }

    private static func isBetweenLetters(_ index: Int, _ input: [Unicode.Scalar]) -> Bool {
        guard input[index].value != 0xAD, index > 0, index + 1 < input.count else { return false }
        return isLetter(input[index - 1]) && isLetter(input[index + 1])
    }
}
