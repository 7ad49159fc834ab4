// Text from outside as a model may read it: what a terminal or a reader would obey, or not see at all, stands there in letters. It must never
// drop anything: what was there is seen.

package enum ShownText {
    /// Several lines. Line ends and tabs stay; a carriage return before a line end goes.
    package static func text(_ bytes: [UInt8]) -> String { render(bytes[...], isOneLine: false) }

    /// What stands between two line ends.
    package static func line(_ bytes: ArraySlice<UInt8>) -> String { render(bytes, isOneLine: true) }

    package static func line(_ text: String) -> String { render(Array(text.utf8)[...], isOneLine: true) }

    private static func render(_ bytes: ArraySlice<UInt8>, isOneLine: Bool) -> String {
        let isPlain = bytes.allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x09 || ($0 == 0x0A && !isOneLine) }
        if isPlain { return String(decoding: bytes, as: UTF8.self) }
        var out = String.UnicodeScalarView()
        var rest = bytes.makeIterator()
        var at = bytes.startIndex
        var parser = Unicode.UTF8.ForwardParser()
        var before: Unicode.Scalar = "\n"
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput: return String(out)
            case .error(let length):
                for byte in bytes[at..<at + length] { out.append(contentsOf: "\\x\(hex(byte))".unicodeScalars) }
                at += length
                before = "\n"
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                at += encoded.count
                let isLineEnd = scalar == "\r" && at < bytes.endIndex && bytes[at] == 0x0A
                if isLineEnd && !isOneLine { continue }
                if isShownAsItIs(scalar, after: before, isOneLine) {
                    out.append(scalar)
                } else {
                    out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
                }
                before = scalar
            }
        }
    }

    private static func isShownAsItIs(_ scalar: Unicode.Scalar, after before: Unicode.Scalar, _ isOneLine: Bool) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0x09: return true
        case 0x0A: return !isOneLine
        // Joiners and variants belong to the letter or the sign before them; one each, so that no message hides in a row of them.
        case 0x200C, 0x200D, 0xFE0E, 0xFE0F: return before.value >= 0xA9 && isSeen(before)
        default: return isSeen(scalar)
        }
    }

    private static func isSeen(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return false
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.utf8.count == 1 ? "0\(digits)" : digits
    }
}
