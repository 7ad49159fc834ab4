// The one owner of PCRE2's compiled code. It must never hand out a pointer, nor one of the library's numbers.

import CPCRE2

/// Owns one `pcre2_code`; frees it exactly once.
@safe final class ExpressionHandle: Sendable {
    /// How a match went.
    enum Status {
        /// Groups up to this one were set; they are in the scratch.
        case found(groupCount: Int)
        case notFound
        case gaveUp(PatternLimitReached)
    }

    // Proof: compiled code is never written to again, which the library promises; all that changes is in the scratch.
    private nonisolated(unsafe) let raw: OpaquePointer

    private init(owned: OpaquePointer) { unsafe raw = owned }

    deinit { unsafe pcre2_code_free_8(raw) }

    static func compile(_ source: PatternSource, _ limits: PatternLimits) throws(PatternError) -> ExpressionHandle {
        guard let context = unsafe pcre2_compile_context_create_8(nil) else { preconditionFailure("no memory to compile a pattern") }
        defer { unsafe pcre2_compile_context_free_8(context) }
        unsafe pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
        unsafe pcre2_set_bsr_8(context, UInt32(PCRE2_BSR_UNICODE))
        unsafe pcre2_set_parens_nest_limit_8(context, limits.groupDepthMax)
        let expression = Array(source.expression.utf8)
        var code: Int32 = 0
        var offset = 0
        let raw = unsafe pcre2_compile_8(expression, expression.count, source.options.exactFlags, &code, &offset, context)
        guard let raw = unsafe raw else { throw PatternError(pattern: nil, .refused, message(of: code), offset: offset) }
        // Without machine code the interpreter does the same, within the same limits: see `ExactPattern.isMachineCode`.
        unsafe pcre2_jit_compile_8(raw, UInt32(PCRE2_JIT_COMPLETE))
        return unsafe ExpressionHandle(owned: raw)
    }

    /// A fact about the code, of those that are a size.
    func number(_ what: Int32) -> Int {
        var value = 0
        precondition(unsafe pcre2_pattern_info_8(raw, UInt32(what), &value) == 0, "PCRE2 knows its own code")
        return value
    }

    var groupCount: Int {
        var value: UInt32 = 0
        precondition(unsafe pcre2_pattern_info_8(raw, UInt32(PCRE2_INFO_CAPTURECOUNT), &value) == 0, "PCRE2 knows its own code")
        return Int(value)
    }

    func match(_ text: Span<UInt8>, _ range: Range<Int>, isUnicode: Bool, endsLine: Bool, _ scratch: MatchScratch) -> Status {
        let options = endsLine ? 0 : UInt32(PCRE2_NOTEOL)
        var start = range.lowerBound
        // PCRE2 begins only at the first byte of a character.
        while isUnicode, start < range.upperBound, text[start] & 0xC0 == 0x80 { start += 1 }
        let status = unsafe text.withUnsafeBytes { buffer in
            var nothing: UInt8 = 0
            let first = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard let first = unsafe first else { return unsafe pcre2_match_8(raw, &nothing, 0, 0, options, scratch.data, scratch.context) }
            return unsafe pcre2_match_8(raw, first, range.upperBound, start, options, scratch.data, scratch.context)
        }
        switch status {
        case 1...: return .found(groupCount: Int(status))
        case PCRE2_ERROR_NOMATCH: return .notFound
        case PCRE2_ERROR_MATCHLIMIT: return .gaveUp(.steps)
        case PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_RECURSELOOP: return .gaveUp(.depth)
        case PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT, PCRE2_ERROR_NOMEMORY: return .gaveUp(.memory)
        default: preconditionFailure("PCRE2 refused to match: \(Self.message(of: status))")
        }
    }

    private static func message(of code: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe pcre2_get_error_message_8(code, &text, text.count)
        return count > 0 ? String(decoding: text.prefix(Int(count)), as: UTF8.self) : "PCRE2 error \(code)"
    }
}

extension PatternSource.Options {
    /// `(*UTF)` in a pattern would make PCRE2 read every text as UTF-8 and refuse some; `\C` would cut characters apart.
    fileprivate var exactFlags: UInt32 {
        var flags = PCRE2_NEVER_BACKSLASH_C
        flags |= contains(.unicode) ? PCRE2_UTF | PCRE2_MATCH_INVALID_UTF : PCRE2_NEVER_UTF
        if contains(.caseless) { flags |= PCRE2_CASELESS }
        if contains(.multiline) { flags |= PCRE2_MULTILINE }
        if contains(.dotAll) { flags |= PCRE2_DOTALL }
        return flags
    }
}
