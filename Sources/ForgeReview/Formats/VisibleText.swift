// Text from outside as people may safely see it: nothing that hides, moves or turns text around gets through, and a line of a million
// characters becomes the part that matters, with the caret still under it.

import ForgeCore

extension Unicode.Scalar {
    /// Nothing is seen of it, or it changes how others are seen.
    var isInvisible: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        if isHidden || properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .format, .control, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: return true
        // A space that is not one: only U+0020 separates words without a doubt.
        case .spaceSeparator: return true
        case .unassigned: return true
        default: return value == 0x2800
        }
    }

    /// `\u{202e}`.
    var escaped: String { "\\u{\(String(value, radix: 16))}" }

    /// How many cells of a terminal it takes.
    var cellCount: Int {
        if isASCII { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

/// On one line, at most `charactersMax` long, with what is invisible written out.
package func visible(_ text: String, charactersMax: Int = 2000) -> String {
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
        guard count < charactersMax else { return shown + "…" }
        switch scalar {
        case "\n", "\t", "\r": shown += " "
        case _ where scalar.isInvisible: shown += scalar.escaped
        default: shown.unicodeScalars.append(scalar)
        }
        count += 1
    }
    return shown
}

/// A line of source with the place under it that matters.
struct SourceExcerpt: Equatable {
    /// As shown, invisible characters escaped, tabs as spaces.
    var text: String
    /// Cells before the caret, and under it; nil when no place is known.
    var caret: Range<Int>?

    private static let charactersMax = 160
    private static let charactersBefore = 60

    /// `characters` are of the line as it is in the file.
    init(_ line: String, characters: Range<Int>?) {
        let scalars = line.unicodeScalars
        let start = Self.start(characters?.lowerBound ?? 0)
        text = start > 0 ? "…" : ""
        var cells = start > 0 ? 1 : 0
        var caretStart: Int?
        var caretEnd: Int?
        var number = start
        var index = scalars.index(scalars.startIndex, offsetBy: start, limitedBy: scalars.endIndex) ?? scalars.endIndex
        while index < scalars.endIndex, number < start + Self.charactersMax {
            let scalar = scalars[index]
            if let characters, number == characters.lowerBound { caretStart = cells }
            if !(scalar == "\r" && scalars.index(after: index) == scalars.endIndex) { cells += Self.add(scalar, to: &text) }
            if let characters, characters.contains(number) { caretEnd = cells }
            number += 1
            index = scalars.index(after: index)
        }
        if index < scalars.endIndex { text += "…" }
        // Behind the line's last character: the end is what matters.
        if let characters, caretStart == nil, characters.lowerBound >= number, index == scalars.endIndex { caretStart = cells }
        caret = caretStart.map { $0..<max(caretEnd ?? $0, $0 + 1) }
    }

    private static func start(_ caret: Int) -> Int { caret < charactersMax - charactersBefore ? 0 : caret - charactersBefore }

    /// How many cells it took.
    private static func add(_ scalar: Unicode.Scalar, to text: inout String) -> Int {
        if scalar == "\t" {
            text += "    "
            return 4
        }
        if scalar.isInvisible {
            text += scalar.escaped
            return scalar.escaped.count
        }
        text.unicodeScalars.append(scalar)
        return scalar.cellCount
    }

    /// Spaces and carets, to stand under the text.
    var marks: String? {
        caret.map { String(repeating: " ", count: $0.lowerBound) + String(repeating: "^", count: $0.count) }
    }
}

extension RepositoryPath {
    /// Like `shown`, with all that is invisible written out.
    var visible: String {
        String(validating: bytes, as: UTF8.self) == nil ? shown : shownInvisible
    }

    private var shownInvisible: String {
        guard text.unicodeScalars.contains(where: { $0.isInvisible && $0 != " " }) else { return text }
        return text.unicodeScalars.map { $0.isInvisible && $0 != " " ? $0.escaped : String($0) }.joined()
    }
}
