// How a path is taken by those who are more forgiving than git: file systems without letter case, which drop characters that are not seen
// and dots at the end of a name, and people, who read a letter of another alphabet as the one it looks like. A denial must never be got
// around by writing its name differently; an allowance is never taken this way.

internal import ForgeCore

enum PathReading {
    /// The path in small letters of ASCII where they look like those, with `/` between its parts, for matching denials and finding two paths
    /// that are one somewhere.
    static func plain(_ path: RepositoryPath) -> RepositoryPath {
        RepositoryPath(bytes: Array(parts(of: path).joined(separator: [Byte.slash])))
    }

    /// With the letters of `spelling` in its own form: an é of one scalar or of two is the same letter.
    static func plain(_ path: RepositoryPath, spelling: Set<Character>) -> RepositoryPath {
        let plain = plain(path)
        guard !spelling.isEmpty, plain.bytes.contains(where: { $0 >= 0x80 }) else { return plain }
        return RepositoryPath(String(plain.text.map { letter in spelling.firstIndex(of: letter).map { spelling[$0] } ?? letter }))
    }

    static func parts(of path: RepositoryPath) -> [[UInt8]] {
        let folded = path.bytes.allSatisfy { $0 < 0x80 } ? path.bytes.map(small) : Array(folded(path.text).utf8)
        return folded.split { $0 == Byte.slash || $0 == Byte.backslash }.compactMap(plainPart)
    }

    /// Without what stands behind a colon, which names a stream of the same file on Windows, and without dots and blanks at the end, which it
    /// drops.
    private static func plainPart(_ part: ArraySlice<UInt8>) -> [UInt8]? {
        guard !part.elementsEqual([Byte.dot]) else { return nil }
        guard !part.elementsEqual([Byte.dot, Byte.dot]) else { return Array(part) }
        var kept = part.dropFirst().firstIndex(of: Byte.colon).map { part[..<$0] } ?? part
        while let last = kept.last, last == Byte.dot || last == Byte.space { kept.removeLast() }
        return kept.isEmpty ? Array(part) : Array(kept)
    }

    private static func small(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// Every letter as the small one it looks like; of a pattern just as of a path.
    static func folded(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isUnseen(scalar) { scalars.append(lookAlike(scalar)) }
        // First to capitals: that is the way to one spelling of the letters that have several small forms.
        let small = String(scalars).uppercased().lowercased()
        guard small.utf8.contains(where: { $0 >= 0x80 }) else { return small }
        var second = String.UnicodeScalarView()
        for scalar in small.unicodeScalars { second.append(lookAlike(scalar)) }
        return String(second)
    }

    /// What no reader sees; HFS+ drops most of them from names, too.
    static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format
    }

    static func lookAlike(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0..<0x80: return scalar
        case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0xFF0D...0xFF0F, 0xFF3C, 0xFF3F, 0xFF1A, 0xFF5E:
            return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
        case 0x1D400...0x1D6A3: return letter((scalar.value - 0x1D400) % 26)
        case 0x1D7CE...0x1D7FF: return Unicode.Scalar(0x30 + (scalar.value - 0x1D7CE) % 10) ?? scalar
        case 0x24B6...0x24E9: return letter((scalar.value - 0x24B6) % 26)
        case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0x02D7, 0x2043: return "-"
        case 0x2024, 0xFE52, 0x0701, 0x0702, 0xA4F8, 0x06D4, 0x0660: return "."
        case 0x2044, 0x2215, 0x29F8, 0x2571, 0x27CB: return "/"
        case 0x29F5, 0x29F9, 0xFE68, 0x2216: return "\\"
        default: return letters[scalar] ?? scalar
        }
    }

    private static func letter(_ number: UInt32) -> Unicode.Scalar { Unicode.Scalar(0x61 + number) ?? "a" }

    /// Letters of other alphabets by the ones they look like.
    private static let letters: [Unicode.Scalar: Unicode.Scalar] = {
        let rows: [(Unicode.Scalar, String)] = [
            ("a", "аАɑαΑᴀ"), ("b", "ЬьВΒƄʙ"), ("c", "сСϲϹᴄⅽⅭ"), ("d", "ԁⅾⅮᴅ"), ("e", "еЕЁёεΕҽᴇ"), ("f", "ƒϝẝ"), ("g", "ɡցɢԌԍ"),
            ("h", "һНΗհʜ"),
            ("i", "іІїЇıɩιΙɪⅰӀӏᛁ"), ("j", "јЈϳᴊ"), ("k", "кКκΚᴋ"), ("l", "ⅼⅬʟ"), ("m", "мМΜⅿⅯᴍ"), ("n", "ոռΝɴп"), ("o", "оОοΟօՕσᴏ"),
            ("p", "рРρΡᴘ"),
            ("q", "ԛգզ"), ("r", "гᴦʀ"), ("s", "ѕЅՏꜱ"), ("t", "тТτΤᴛ"), ("u", "սυᴜʋ"), ("v", "ѵѴνⅴᴠ"), ("w", "ԝԜωᴡѡ"), ("x", "хХχΧⅹⅩ"),
            ("y", "уУүҮγΥʏ"),
            ("z", "ᴢΖ"),
        ]
        var letters: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (plain, others) in rows { for other in others.unicodeScalars { letters[other] = plain } }
        return letters
    }()
}
