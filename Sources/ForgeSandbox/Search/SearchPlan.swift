// What a search asks for, understood once: which paths, and how lines that may match are found. It must never let a pattern cost more than
// some power of a short line: what goes back and tries again does so within limits.
//
// A text is looked for as it is. An expression that cannot match without some text is tried where that text stands. Every other one is tried
// on many lines at once, unless it can tell many lines from one. Each way says which lines may match, and `LineJudge` which of them do.
// An automaton for all of this would need no limits: but Vectorscan 5.4.8 misses `\(.` behind the first 64 bytes of a text.

import ForgeCore
import ForgePatterns

final class SearchPlan: Sendable {
    let matchesMax: Int
    let includesIgnored: Bool
    let wanted: SearchGlobs
    /// Every line that matches holds one of them; empty when that is not known.
    let literals: [LiteralFinder]
    /// For one line; nil for a text without anything else.
    let expression: ExactPattern?
    /// For many lines at once; nil when only one line at a time shows what matches.
    let expressionOverLines: ExactPattern?

    private static let textBytesMax = 8 << 10

    init(_ search: WorkSearch) throws(WorkFileError) {
        matchesMax = max(0, search.matchesMax)
        includesIgnored = search.includesIgnored
        wanted = try SearchGlobs(search.globs)
        let pattern = search.pattern
        guard !pattern.isEmpty else { throw WorkFileError(.invalid, "the pattern is empty, which fits every line: say what to look for") }
        guard pattern.utf8.count <= Self.textBytesMax, !pattern.utf8.contains(0x0A) else {
            let what = pattern.utf8.contains(0x0A) ? "has a line end, and lines are searched one by one" : "is longer than 8 KiB"
            throw WorkFileError(.invalid, "the pattern \(what): look for a shorter part of it")
        }
        let isASCII = pattern.utf8.allSatisfy { $0 < 0x80 }
        let isText = search.isLiteral || !pattern.utf8.contains(where: Self.isSpecial)
        var options: PatternSource.Options = []
        if search.ignoresCase { options.insert(.caseless) }
        if !Self.isAboutBytes(pattern) { options.insert(.unicode) }
        if isText, isASCII || !search.ignoresCase {
            literals = [LiteralFinder(Array(pattern.utf8), ignoresCase: search.ignoresCase)]
            (expression, expressionOverLines) = (nil, nil)
            return
        }
        let source = PatternSource(isText ? Self.escaped(pattern) : pattern, options: options)
        let required = RequiredLiteral.of(source.expression, ignoresCase: search.ignoresCase, isUnicode: options.contains(.unicode))
        literals = required.map { LiteralFinder($0, ignoresCase: search.ignoresCase) }
        expression = try Self.compiled(source)
        let isForMany = required.isEmpty && (isText || !Self.tellsLinesApart(pattern))
        expressionOverLines =
            isForMany ? try Self.compiled(PatternSource(source.expression, options: options.union(.multiline))) : nil
    }

    private static func compiled(_ source: PatternSource) throws(WorkFileError) -> ExactPattern {
        do throws(PatternError) {
            return try ExactPattern(source, limits: .search)
        } catch {
            let advice = "mend the expression, or look for the text as it is"
            throw WorkFileError(.invalid, "the pattern cannot be read: \(error): \(advice)")
        }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool { "\\^$.[|()?*+{".utf8.contains(byte) }

    /// Whether each character that it can match is one byte, or it does not matter.
    static func isAboutBytes(_ pattern: String) -> Bool {
        let bytes = Array(pattern.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return false }
        return bytes.indices.allSatisfy { index in
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch bytes[index] {
            case UInt8(ascii: "."): return false
            case UInt8(ascii: "["): return next != UInt8(ascii: "^")
            case UInt8(ascii: "\\"): return !"DWSNXRHVpPxuo".utf8.contains(next)
            default: return true
            }
        }
    }

    /// Whether it may match a line alone and not the same line among others: it looks around, says where a text ends, or gives nothing back
    /// of what it took beyond the line.
    private static func tellsLinesApart(_ pattern: String) -> Bool {
        let signs = [
            "(?=", "(?!", "(?<", "(?>", "++", "*+", "?+", "}+", "\\A", "\\z", "\\Z", "\\G", "\\K", "\\R", "\\X", "(?R", "(?m", "(?s", "(*",
        ]
        return signs.contains { pattern.contains($0) }
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { $0.isASCII && isSpecial(UInt8($0.value)) ? "\\\($0)" : "\($0)" }.joined()
    }
}
