// Many patterns compiled into one automaton. It must never be changed after it is made: every worker reads the same one.

import CVectorscan

/// Patterns that a scan looks for all at once.
///
/// A scan says which patterns match and where a match ends, in one pass whose time does not depend on the text. Where it begins, and what its
/// groups hold, is for `ExactPattern`. Expressions are over bytes unless they say `unicode`, the same in both engines.
package struct PatternDatabase: Sendable {
    package enum Mode: UInt32, Hashable, Sendable {
        /// A text that lies in memory as a whole.
        case block = 1
        /// A text that comes in chunks; see `PatternStream`.
        case stream = 2
    }

    /// What is known of a pattern without a text.
    package struct Pattern: Hashable, Sendable {
        package var width: PatternWidth
        /// The pattern holds what an automaton cannot do (a back-reference, a look-around). A hit then says only that it may match there:
        /// nothing is missed, and `ExactPattern` must confirm it.
        package var isCandidateOnly: Bool
    }

    package let mode: Mode
    /// In the order they were given.
    package let patterns: [Pattern]
    let handle: DatabaseHandle?

    init(mode: Mode, patterns: [Pattern], handle: DatabaseHandle?) {
        self.mode = mode
        self.patterns = patterns
        self.handle = handle
    }

    package var byteCount: Int { handle?.byteCount ?? 0 }

    /// Compiles all of them; half a second for two hundred patterns is usual. No patterns are a database that finds nothing.
    package static func compile(
        _ sources: [PatternSource], mode: Mode = .block, limits: PatternLimits = .trusted
    ) throws(PatternError) -> PatternDatabase {
        guard sources.count <= limits.patternsMax else {
            throw PatternError(pattern: nil, .tooExpensive, "\(sources.count) patterns are more than the \(limits.patternsMax) allowed")
        }
        var places = 0
        var patterns: [Pattern] = []
        for (index, source) in sources.enumerated() {
            places += try limits.check(source, index: index)
            guard places <= limits.placesInAllMax else {
                throw PatternError(
                    pattern: index, .tooExpensive, "the patterns up to this one have more than \(limits.placesInAllMax) places")
            }
            patterns.append(try examine(source, index: index))
        }
        guard !sources.isEmpty else { return PatternDatabase(mode: mode, patterns: [], handle: nil) }
        let handle = try compile(sources, &patterns, mode)
        return PatternDatabase(mode: mode, patterns: patterns, handle: handle)
    }

    /// As it is, or else as a candidate; the error of the first try says what the person wrote.
    private static func examine(_ source: PatternSource, index: Int) throws(PatternError) -> Pattern {
        switch expressionInfo(source, isCandidateOnly: false) {
        case .success(let width): return Pattern(width: width, isCandidateOnly: false)
        case .failure(let first):
            guard case .success(let width) = expressionInfo(source, isCandidateOnly: true) else {
                throw PatternError(pattern: index, .refused, first.message)
            }
            return Pattern(width: width, isCandidateOnly: true)
        }
    }

    /// What only building the automaton shows, such as a pattern that is too large, is tried as a candidate, too.
    private static func compile(
        _ sources: [PatternSource], _ patterns: inout [Pattern], _ mode: Mode
    ) throws(PatternError) -> DatabaseHandle {
        while true {
            switch DatabaseHandle.compile(sources, patterns.map(\.isCandidateOnly), mode) {
            case .success(let handle): return handle
            case .failure(let error):
                guard let index = error.pattern, !patterns[index].isCandidateOnly else { throw error }
                patterns[index].isCandidateOnly = true
            }
        }
    }

    /// Version of the library and features of this processor: a serialized database is good only where both are the same.
    package static var platformKey: String {
        var platform = hs_platform_info_t()
        let status = unsafe hs_populate_platform(&platform)
        let version = unsafe String(cString: hs_version())
        guard status == HS_SUCCESS else { return "vectorscan \(version), unknown processor" }
        let features = String(platform.cpu_features, radix: 16)
        return "vectorscan \(version), \(processorFamily), features \(features), tune \(platform.tune)"
    }

}

#if arch(x86_64)
    private let processorFamily = "x86_64"
#elseif arch(arm64)
    private let processorFamily = "arm64"
#else
    private let processorFamily = "other"
#endif

/// Owns one `hs_database_t`; frees it exactly once.
@safe final class DatabaseHandle: Sendable {
    // Proof: nobody writes to a database after it is compiled or read, which the library promises as well.
    nonisolated(unsafe) let raw: OpaquePointer

    init(owned: OpaquePointer) { unsafe raw = owned }

    deinit { unsafe hs_free_database(raw) }

    var byteCount: Int {
        var size = 0
        precondition(unsafe hs_database_size(raw, &size) == HS_SUCCESS, "a database knows its size")
        return size
    }

    static func compile(
        _ sources: [PatternSource], _ areCandidates: [Bool], _ mode: PatternDatabase.Mode
    ) -> Result<DatabaseHandle, PatternError> {
        var flags = zip(sources, areCandidates).map { $0.options.vectorscanFlags | ($1 ? UInt32(HS_FLAG_PREFILTER) : 0) }
        var identifiers = sources.indices.map(UInt32.init)
        let (text, starts) = joined(sources.map(\.expression))
        var raw: OpaquePointer?
        var error: UnsafeMutablePointer<hs_compile_error_t>?
        let status = unsafe text.withUnsafeBufferPointer { text in
            let expressions = unsafe starts.map { unsafe text.baseAddress?.advanced(by: $0) }
            return unsafe hs_compile_multi(
                expressions, &flags, &identifiers, UInt32(sources.count), mode.vectorscanMode, nil, &raw, &error)
        }
        guard status == HS_SUCCESS, let raw = unsafe raw else { return unsafe .failure(take(error, status)) }
        return unsafe .success(DatabaseHandle(owned: raw))
    }
}

/// Every expression with a zero byte after it, one behind the other, and where each begins.
private func joined(_ expressions: [String]) -> (text: [CChar], starts: [Int]) {
    var text: [CChar] = []
    let starts = expressions.map { expression in
        defer { text += expression.utf8.map { CChar(bitPattern: $0) } + [0] }
        return text.count
    }
    return (text, starts)
}

private func expressionInfo(_ source: PatternSource, isCandidateOnly: Bool) -> Result<PatternWidth, PatternError> {
    var info: UnsafeMutablePointer<hs_expr_info_t>?
    var error: UnsafeMutablePointer<hs_compile_error_t>?
    let flags = source.options.vectorscanFlags | (isCandidateOnly ? UInt32(HS_FLAG_PREFILTER) : 0)
    let status = unsafe hs_expression_info(source.expression, flags, &info, &error)
    guard status == HS_SUCCESS, let info = unsafe info else { return unsafe .failure(take(error, status)) }
    defer { unsafe free(info) }
    let max = unsafe info.pointee.max_width
    return .success(PatternWidth(min: Int(unsafe info.pointee.min_width), max: max == .max ? nil : Int(max)))
}

/// The library's own words, freed.
private func take(_ error: UnsafeMutablePointer<hs_compile_error_t>?, _ status: Int32) -> PatternError {
    guard let error = unsafe error else { return PatternError(pattern: nil, .refused, "Vectorscan error \(status)") }
    defer { unsafe hs_free_compile_error(error) }
    let index = unsafe Int(error.pointee.expression)
    let message = unsafe error.pointee.message.map { unsafe String(cString: $0) } ?? "Vectorscan error \(status)"
    let isEverywhere = message.contains("ALLOWEMPTY")
    return PatternError(pattern: index >= 0 ? index : nil, .refused, isEverywhere ? "it fits an empty text, and so everywhere" : message)
}

extension PatternDatabase.Mode {
    fileprivate var vectorscanMode: UInt32 {
        switch self {
        case .block: UInt32(HS_MODE_BLOCK)
        case .stream: UInt32(HS_MODE_STREAM)
        }
    }
}

extension PatternSource.Options {
    fileprivate var vectorscanFlags: UInt32 {
        let table: [(PatternSource.Options, Int32)] = [
            (.caseless, HS_FLAG_CASELESS), (.multiline, HS_FLAG_MULTILINE), (.dotAll, HS_FLAG_DOTALL), (.unicode, HS_FLAG_UTF8),
            (.once, HS_FLAG_SINGLEMATCH), (.allowsEmpty, HS_FLAG_ALLOWEMPTY),
        ]
        return table.reduce(0) { flags, row in contains(row.0) ? flags | UInt32(row.1) : flags }
    }
}
