// Characters that make source read differently from what it does: turned-around text, characters nobody sees, letters that look like others.
// They must stay silent where such characters belong: translations, prose, emoji, words in other scripts.

internal import ForgeCore

enum UnicodeChecks {
    /// CVE-2021-42574: what a person sees is not what the compiler reads.
    static let bidiControls: ChangeCheck = { view in
        hits(view) { file, index in
            let found = file.new.text(index).string.unicodeScalars.first {
                (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value)
            }
            return found.map {
                "U+\(hex($0)) turns the direction of the text around: what is shown here is not what is read by the compiler."
            }
        }
    }

    static let invisibleCharacters: ChangeCheck = { view in
        hits(view) { file, index in
            let line = file.new.lines[index]
            var offset = line.bytes.lowerBound
            var before: Unicode.Scalar?
            for scalar in file.new.text(index).string.unicodeScalars {
                let kind = offset < file.new.classes.count ? file.new.classes[offset] : .code
                let isByteOrderMark = scalar.value == 0xFEFF && line.number == 1 && offset == line.bytes.lowerBound
                if !isByteOrderMark, isHidden(scalar, in: kind, behind: before) {
                    return "U+\(hex(scalar)) is in this line and is not seen."
                }
                offset += UTF8.width(scalar)
                before = scalar
            }
            return nil
        }
    }

    /// CVE-2021-42694: a name that looks like another one.
    static let homoglyphs: ChangeCheck = { view in
        hits(view) { file, index in
            let text = file.new.code(index).string
            for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }) where isMixed(word) {
                let letters = word.unicodeScalars.filter(isLookAlike).map { "U+\(hex($0))" }
                return "The name `\(word)` mixes Latin letters with look-alikes from another script (\(letters.joined(separator: ", ")))."
            }
            return nil
        }
    }

    private static func hits(_ view: ChangeView, _ message: (ChangedFile, Int) -> String?) -> [ChangeHit] {
        var hits: [ChangeHit] = []
        for file in view.files where !file.isForeign && !file.traits.isTranslation && file.language != .prose && file.language != .other {
            guard file.new.bytes.contains(where: { $0 >= 0x80 }) else { continue }
            for (index, line) in file.new.lines.enumerated() where line.isChanged && file.new.text(index).contains(where: { $0 >= 0x80 }) {
                if let message = message(file, index) { hits.append(file.hit(line.number...line.number, message: message)) }
            }
        }
        return hits
    }

    private static func isHidden(_ scalar: Unicode.Scalar, in kind: LexicalClass, behind before: Unicode.Scalar?) -> Bool {
        switch scalar.value {
        // Zero width space, word joiner and invisible operators, byte order mark, Hangul and halfwidth fillers, soft hyphen.
        case 0x200B, 0x2060...0x2064, 0xFEFF, 0x115F, 0x1160, 0x3164, 0xFFA0: true
        case 0xAD, 0x180E, 0x200C: kind == .code
        // The joiner belongs between parts of an emoji.
        case 0x200D: kind == .code && !(before.map { $0.properties.isEmojiPresentation || $0.value == 0xFE0F } ?? false)
        // Tags belong behind a black flag.
        case 0xE0000...0xE007F: !(before.map { $0.value == 0x1F3F4 || (0xE0000...0xE007F).contains($0.value) } ?? false)
        // The supplementary selectors carry hidden bytes; they follow ideographs otherwise.
        case 0xE0100...0xE01EF: !(before?.properties.isIdeographic ?? false)
        default: false
        }
    }

    private static func isMixed(_ word: Substring) -> Bool {
        guard word.utf8.contains(where: { $0 >= 0x80 }) else { return false }
        var hasLatin = false
        var hasLookAlike = false
        for scalar in word.unicodeScalars {
            if scalar.isASCII {
                hasLatin = hasLatin || scalar.properties.isAlphabetic
            } else if isLookAlike(scalar) {
                hasLookAlike = true
            } else if scalar.properties.isAlphabetic, scalar.value > 0x24F {
                return false  // a word of that script, perhaps with a Latin ending
            }
        }
        return hasLatin && hasLookAlike
    }

    /// Cyrillic and Greek letters, and full-width ones, that pass for Latin ones in most fonts. Letters of formulas (α, β, π, μ, …) are not among them.
    private static func isLookAlike(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0430, 0x0435, 0x043E, 0x0440, 0x0441, 0x0443, 0x0445, 0x0455, 0x0456, 0x0458, 0x04BB, 0x0501, 0x051B, 0x051D: true
        case 0x0410, 0x0412, 0x0415, 0x041A, 0x041C, 0x041D, 0x041E, 0x0420, 0x0421, 0x0422, 0x0425, 0x0405, 0x0406, 0x0408: true
        case 0x0391, 0x0392, 0x0395, 0x0396, 0x0397, 0x0399, 0x039A, 0x039C, 0x039D, 0x039F, 0x03A1, 0x03A4, 0x03A5, 0x03A7, 0x03BF, 0x03BD:
            true
        case 0xFF21...0xFF3A, 0xFF41...0xFF5A: true
        default: false
        }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
