// What a search asks for, understood once: which paths, and what of three ways to look fits the pattern. It must never let a pattern cost more
// than its text is long: what goes back and tries again does so on single short lines, and within limits.
//
// A text is looked for as it is. An expression that cannot match without some text is tried where that text stands; every other one is looked
// for by an automaton, in one pass. Either says which lines may match, and `LineJudge` which of them do.

import ForgeCore
import ForgePatterns
import Synchronization

final class SearchPlan: Sendable {
    let matchesMax: Int
    let includesIgnored: Bool
    let wanted: SearchGlobs
    /// Every line that matches holds it.
    let literal: LiteralFinder?
    /// Nil for a text without anything else.
    let expression: ExactPattern?
    private let source: PatternSource
    /// Made when a line needs it: putting it together takes longer than many a search.
    private let automaton = Mutex<PatternDatabase?>(nil)

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
        var options: PatternSource.Options = [.allowsEmpty, .once]
        if search.ignoresCase { options.insert(.caseless) }
        if !Self.isAboutBytes(pattern) { options.insert(.unicode) }
        source = PatternSource(isText ? Self.escaped(pattern) : pattern, options: options)
        if isText, isASCII || !search.ignoresCase {
            literal = LiteralFinder(Array(pattern.utf8), ignoresCase: search.ignoresCase)
            expression = nil
        } else {
            let required = RequiredLiteral.of(
                source.expression, ignoresCase: search.ignoresCase, isUnicode: options.contains(.unicode))
            literal = required.map { LiteralFinder($0, ignoresCase: search.ignoresCase) }
            expression = try Self.compiled(source)
        }
    }

    private static func compiled(_ source: PatternSource) throws(WorkFileError) -> ExactPattern {
        do throws(PatternError) {
            return try ExactPattern(source, limits: .search)
        } catch {
            let advice = "mend the expression, or look for the text as it is"
            throw WorkFileError(.invalid, "the pattern cannot be read: \(error): \(advice)")
        }
    }

    /// For patterns that an automaton can do; nil when it cannot even say where to look.
    var database: PatternDatabase? {
        automaton.withLock { made -> PatternDatabase? in
            if let made { return made }
            // What the automaton refuses, the expression alone does, within limits.
            made = try? PatternDatabase.compile([source], limits: .search)
            if made == nil { made = PatternDatabase.none }
            return made
        }.flatMap { $0.patterns.isEmpty ? nil : $0 }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool { "\\^$.[|()?*+{".utf8.contains(byte) }

    /// Whether each character that it can match is one byte, or it does not matter.
    private static func isAboutBytes(_ pattern: String) -> Bool {
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

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { $0.isASCII && isSpecial(UInt8($0.value)) ? "\\\($0)" : "\($0)" }.joined()
    }
}

extension PatternDatabase {
    /// Remembers that there is none.
    fileprivate static var none: PatternDatabase? {
        // No patterns can always be compiled.
        try? compile([])
    }
}
