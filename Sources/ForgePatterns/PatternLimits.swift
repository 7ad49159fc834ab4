// How much a pattern may cost. A limit must never be absent: patterns also come from repositories, and whoever can open a pull request
// writes those.

/// What patterns may cost before they are used, and each match while it is searched for.
package struct PatternLimits: Hashable, Sendable {
    /// Bytes of one expression.
    package var expressionBytesMax: Int
    /// Places in one expression after every repetition is written out: what `(a{100}){100}` makes of seven characters.
    package var placesMax: Int
    /// The same over all patterns of a database.
    package var placesInAllMax: Int
    package var patternsMax: Int
    /// Bytes of one compiled exact pattern.
    package var compiledBytesMax: Int
    /// How deep groups nest.
    package var groupDepthMax: UInt32
    /// Steps of backtracking from one place of a text.
    package var matchStepsMax: UInt32
    package var matchDepthMax: UInt32
    package var matchHeapKibibytesMax: UInt32

    /// For the packs in the binary, and those an operator wrote.
    package static let trusted = PatternLimits(
        expressionBytesMax: 16 << 10, placesMax: 40_000, placesInAllMax: 1_000_000, patternsMax: 20_000, compiledBytesMax: 128 << 10,
        groupDepthMax: 100, matchStepsMax: 1_000_000, matchDepthMax: 50_000, matchHeapKibibytesMax: 16 << 10)

    /// For what a repository brings along.
    package static let untrusted = PatternLimits(
        expressionBytesMax: 1 << 10, placesMax: 2_000, placesInAllMax: 20_000, patternsMax: 200, compiledBytesMax: 32 << 10,
        groupDepthMax: 20, matchStepsMax: 50_000, matchDepthMax: 5_000, matchHeapKibibytesMax: 2 << 10)

    /// For one pattern that a model searches a tree for: it may list many words, and is held against every line.
    package static let search = PatternLimits(
        expressionBytesMax: 8 << 10, placesMax: 10_000, placesInAllMax: 10_000, patternsMax: 1, compiledBytesMax: 256 << 10,
        groupDepthMax: 50, matchStepsMax: 200_000, matchDepthMax: 5_000, matchHeapKibibytesMax: 4 << 10)
}

extension PatternLimits {
    /// The places of the expression, or why it is not even given to an engine.
    func check(_ source: PatternSource, index: Int?) throws(PatternError) -> Int {
        let size = source.expression.utf8.count
        guard size <= expressionBytesMax else {
            throw PatternError(pattern: index, .tooExpensive, "\(size) bytes are more than the \(expressionBytesMax) allowed")
        }
        guard !source.expression.utf8.contains(0) else {
            throw PatternError(pattern: index, .refused, "a zero byte: write it as \\x00")
        }
        guard !usesExtendedMode(source.expression) else {
            throw PatternError(pattern: index, .refused, "extended mode (?x) is not read: write the pattern without its white space")
        }
        let places = writtenOutPlaces(source.expression)
        guard places <= placesMax else {
            throw PatternError(pattern: index, .tooExpensive, "its repetitions, written out, are more than the \(placesMax) places allowed")
        }
        return places
    }
}
