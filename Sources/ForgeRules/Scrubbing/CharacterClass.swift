// Which characters hide something. Data and nothing else: what is done about them is CharacterStep's choice.

enum CharacterClass {
    case plain
    /// Takes no room and says nothing: zero-width spaces, joiners out of place, fillers, soft hyphens.
    case invisible
    /// Zero-width joiner and non-joiner, which several scripts and emoji need.
    case joiner
    /// Overrides, embeddings and isolates turn the order of what follows around.
    case bidirectional
    /// U+E0000…U+E007F, an invisible copy of ASCII.
    case tag
    case variation
    case control
    /// Ends a line, whatever its code.
    case lineEnd
    /// A blank of another width.
    case blank
    /// A mark that is drawn over the character before it.
    case mark

    static func of(_ scalar: Unicode.Scalar) -> CharacterClass {
        let value = scalar.value
        return value < 0x300 ? ofLatin(value) : value < 0xFE00 ? ofScript(value) : ofRest(value)
    }

    private static func ofLatin(_ value: UInt32) -> CharacterClass {
        switch value {
        case 0x09, 0x0A, 0x20...0x7E: .plain
        case 0x0B, 0x0C, 0x0D, 0x85: .lineEnd
        case 0x00...0x1F, 0x7F...0x9F: .control
        case 0xA0: .blank
        case 0xAD: .invisible
        default: .plain
        }
    }

    private static func ofScript(_ value: UInt32) -> CharacterClass {
        switch value {
        case 0x034F: .invisible
        case 0x0300...0x036F, 0x0483...0x0489, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF: .mark
        case 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x2060...0x2065, 0x206A...0x206F, 0x2800, 0x3164: .invisible
        case 0x180B...0x180D, 0x180F: .variation
        case 0x200C, 0x200D: .joiner
        // Marks of one place, without effect on what follows; ordinary in Arabic and Hebrew text.
        case 0x061C, 0x200E, 0x200F: .invisible
        case 0x202A...0x202E, 0x2066...0x2069: .bidirectional
        case 0x2028, 0x2029: .lineEnd
        case 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: .blank
        case 0xFDD0...0xFDEF: .control
        default: .plain
        }
    }

    private static func ofRest(_ value: UInt32) -> CharacterClass {
        switch value {
        case 0xFE00...0xFE0F, 0xE0100...0xE01EF: .variation
        case 0xFE20...0xFE2F: .mark
        case 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0x13430...0x1343F, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A: .invisible
        case 0xE0000...0xE007F: .tag
        case 0xE0080...0xE0FFF: .invisible
        default: value & 0xFFFE == 0xFFFE ? .control : .plain
        }
    }

    /// Belongs to its neighbours: a text is not cut beside it.
    static func clings(_ scalar: Unicode.Scalar) -> Bool {
        switch of(scalar) {
        case .joiner, .variation, .mark: true
        default: scalar == " " || scalar == "\t" || scalar == "\n"
        }
    }

    /// Emoji, and the scripts in which a joiner changes the shape of a word: Arabic and its neighbours, those of India, Mongolian.
    static func takesJoiner(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0600...0x08FF, 0x0900...0x0DFF, 0x0E80...0x109F, 0x1780...0x18AF, 0xFB50...0xFDCF, 0xFE70...0xFEFC: true
        case 0xFE0F, 0x2600...0x27BF, 0x2B00...0x2BFF, 0x1F000...0x1FAFF: true
        // Arrows, hearts and signs that emoji sequences use.
        case 0x2190...0x21FF, 0x2640, 0x2642, 0x2695: true
        default: false
        }
    }

    /// What a variation selector may stand behind: signs that have an emoji form, and Han characters with their variants. Each with those
    /// it has, since a choice of many would be as good as a letter.
    static func takesVariation(_ scalar: Unicode.Scalar, _ selector: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x23, 0x2A, 0x30...0x39, 0xA9, 0xAE, 0x203C, 0x2049, 0x2100...0x2BFF, 0x3030, 0x303D, 0x3297, 0x3299, 0x1F000...0x1FAFF:
            selector.value == 0xFE00 || selector.value == 0xFE0E || selector.value == 0xFE0F
        case 0x1800...0x18AF: (0x180B...0x180F).contains(selector.value)
        case 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            (0xFE00...0xFE02).contains(selector.value) || selector.value >= 0xE0100
        default: false
        }
    }
}
