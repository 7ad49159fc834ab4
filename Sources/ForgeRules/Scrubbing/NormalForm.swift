// A text as a reader would understand it, for the rules of detection: invisible characters gone, hidden ASCII shown, look-alike letters
// folded, letter case and blanks evened out. Lines stay lines. It must never be shown to anyone: scrubbed text is what is shown.

enum NormalForm {
    static func of(_ input: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        output.reserveCapacity(input.count)
        var word: [Unicode.Scalar] = []
        func endWord() {
            guard !word.isEmpty else { return }
            output.append(contentsOf: folded(word))
            word.removeAll(keepingCapacity: true)
        }
        for scalar in input {
            for plain in spelled(scalar) {
                switch plain {
                case " ", "\t":
                    endWord()
                    if let last = output.last, last != " ", last != "\n" { output.append(" ") }
                case "\n":
                    endWord()
                    if output.last == " " { output.removeLast() }
                    if let last = output.last, last != "\n" { output.append("\n") }
                default:
                    if isWordScalar(plain) {
                        word.append(plain)
                    } else {
                        endWord()
                        output.append(plain)
                    }
                }
            }
        }
        endWord()
        return output
    }

    /// One character as the plain ones it stands for; nothing for what cannot be seen.
    private static func spelled(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let value = scalar.value
        if value < 0x80 {
            if (0x41...0x5A).contains(value) { return [Unicode.Scalar(UInt8(value | 0x20))] }
            return value >= 0x20 || scalar == "\n" || scalar == "\t" ? [scalar] : scalar == "\r" ? ["\n"] : []
        }
        switch CharacterClass.of(scalar) {
        case .tag: return (0xE0020...0xE007E).contains(value) ? spelled(Unicode.Scalar(UInt8(value - 0xE0000))) : []
        case .invisible, .joiner, .bidirectional, .variation, .control, .mark: return []
        case .lineEnd: return ["\n"]
        case .blank: return [" "]
        case .plain: return compatible(scalar)
        }
    }

    private static func compatible(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        switch scalar.value {
        case 0xFF01...0xFF5E: return spelled(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
        case 0x1D400...0x1D6A3: return [Unicode.Scalar(UInt8(0x61 + (scalar.value - 0x1D400) % 26))]
        case 0x24B6...0x24E9: return [Unicode.Scalar(UInt8(0x61 + (scalar.value - 0x24B6) % 26))]
        case 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189:
            return [Unicode.Scalar(UInt8(0x61 + (scalar.value - 0x1F130) % 0x20 % 26))]
        case 0x2018, 0x2019, 0x201B, 0x2032: return ["'"]
        case 0x201C, 0x201D, 0x201F, 0x2033: return ["\""]
        case 0x2010...0x2015, 0x2212: return ["-"]
        case 0xC0...0x24F: return accented(scalar)
        default: return Array(scalar.properties.lowercaseMapping.unicodeScalars)
        }
    }

    /// Accented Latin letters without their accents: instructions in several languages are written with and without.
    private static func accented(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let lower = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
        guard let row = latin.first(where: { $0.accented.contains(lower) }) else { return [lower] }
        return Array(row.plain.unicodeScalars)
    }

    private static let latin: [(plain: String, accented: Set<Unicode.Scalar>)] = [
        ("a", Set("àáâãäåāăą".unicodeScalars)), ("c", Set("çćĉċč".unicodeScalars)), ("d", Set("ďđ".unicodeScalars)),
        ("e", Set("èéêëēĕėęě".unicodeScalars)), ("g", Set("ĝğġģɡ".unicodeScalars)), ("i", Set("ìíîïĩīĭįı".unicodeScalars)),
        ("l", Set("ĺļľł".unicodeScalars)), ("n", Set("ñńņň".unicodeScalars)), ("o", Set("òóôõöøōŏő".unicodeScalars)),
        ("r", Set("ŕŗř".unicodeScalars)), ("s", Set("śŝşšș".unicodeScalars)), ("t", Set("ţťț".unicodeScalars)),
        ("u", Set("ùúûüũūŭůűų".unicodeScalars)), ("y", Set("ýÿ".unicodeScalars)), ("z", Set("źżž".unicodeScalars)),
        ("ss", Set("ß".unicodeScalars)), ("ae", Set("æ".unicodeScalars)), ("oe", Set("œ".unicodeScalars)),
    ]

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || (0x370...0x58F).contains(scalar.value) || (0x1D00...0x1D7F).contains(scalar.value)
            || (0x13A0...0x13F5).contains(scalar.value)
            || (0xAB70...0xABBF).contains(scalar.value) || (0x250...0x2AF).contains(scalar.value)
    }

    /// A word in which scripts are mixed is a disguise, and is folded; a word of one script is a word of another language, and stays.
    private static func folded(_ word: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard word.contains(where: { $0.value >= 0x80 }) else { return word }
        let isMixed = word.contains(where: isLetter) || word.contains { $0.value < 0x370 || $0.value >= 0x1000 }
        return isMixed ? word.map { lookalikes[$0] ?? $0 } : word
    }

    private static let lookalikes: [Unicode.Scalar: Unicode.Scalar] = {
        let rows: [(Unicode.Scalar, String)] = [
            ("a", "аαɑᴀꭺ"), ("b", "ьʙвᏏ"), ("c", "сϲᴄꮯ"), ("d", "ԁɗᴅꭰ"), ("e", "еєεᴇҽꭼ"), ("f", "ғϝ"), ("g", "ɡԍɢց"), ("h", "һнʜհ"),
            ("i", "іιɩɪıӏ"), ("j", "јϳᴊ"), ("k", "кκᴋ"), ("l", "ӏʟⅼ"), ("m", "мᴍ"), ("n", "пηոɴ"), ("o", "оοσᴏօ"), ("p", "рρᴘ"),
            ("q", "ԛզ"), ("r", "гʀꭱ"), ("s", "ѕꜱꮪ"), ("t", "тτᴛ"), ("u", "υսᴜц"), ("v", "νѵᴠ"), ("w", "ѡԝωᴡ"), ("x", "хχ"), ("y", "уγүʏ"),
            ("z", "ᴢʐ"),
        ]
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (plain, others) in rows {
            for other in others.unicodeScalars { table[other] = plain }
        }
        return table
    }()
}
