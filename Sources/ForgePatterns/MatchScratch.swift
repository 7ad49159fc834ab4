// The memory one exact match works in. It must never serve two matches at once: so it belongs to one worker.

import CPCRE2

/// What one worker matches with, whatever the pattern.
@safe package final class MatchScratch {
    private(set) var data: OpaquePointer
    let context: OpaquePointer
    private let stack: OpaquePointer?
    private var groupsMax: Int

    /// Machine code keeps here what it would go back to.
    private static let stackBytes = (min: 32 << 10, max: 512 << 10)

    package init() {
        groupsMax = 16
        unsafe data = allocateData(groupsMax)
        guard let context = unsafe pcre2_match_context_create_8(nil) else { preconditionFailure("no memory to match with") }
        unsafe self.context = context
        unsafe stack = pcre2_jit_stack_create_8(Self.stackBytes.min, Self.stackBytes.max, nil)
        // Without one, machine code makes do with 32 KiB of the thread's own.
        if let stack = unsafe stack { unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
    }

    deinit {
        unsafe pcre2_match_data_free_8(data)
        unsafe pcre2_match_context_free_8(context)
        if let stack = unsafe stack { unsafe pcre2_jit_stack_free_8(stack) }
    }

    func prepare(for limits: PatternLimits, groupCount: Int) {
        unsafe pcre2_set_match_limit_8(context, limits.matchStepsMax)
        unsafe pcre2_set_depth_limit_8(context, limits.matchDepthMax)
        unsafe pcre2_set_heap_limit_8(context, limits.matchHeapKibibytesMax)
        guard groupCount > groupsMax else { return }
        unsafe pcre2_match_data_free_8(data)
        groupsMax = groupCount
        unsafe data = allocateData(groupsMax)
    }

    /// What the last match found; groups behind the last that was set took no part.
    func match(groupCount: Int, of all: Int) -> PatternMatch {
        guard let offsets = unsafe pcre2_get_ovector_pointer_8(data) else { preconditionFailure("a match has offsets") }
        let groups = (0...all).map { group -> Range<Int>? in
            guard group < groupCount else { return nil }
            let start = unsafe offsets[2 * group]
            let end = unsafe offsets[2 * group + 1]
            guard start != Int(bitPattern: UInt.max), end >= 0 else { return nil }
            // `\K` can move the start behind the end.
            return min(start, end)..<end
        }
        return PatternMatch(range: groups[0] ?? 0..<0, groups: groups)
    }
}

private func allocateData(_ groupsMax: Int) -> OpaquePointer {
    guard let data = unsafe pcre2_match_data_create_8(UInt32(groupsMax + 1), nil) else { preconditionFailure("no memory to match with") }
    return unsafe data
}
