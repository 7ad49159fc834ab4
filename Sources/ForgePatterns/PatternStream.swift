// A text that comes in chunks, scanned as if it lay in memory as a whole. It must never keep the chunks: its memory depends on the patterns
// alone.

import CVectorscan

/// One text on its way through a scan. Ends count from the start of the text, over all chunks.
@safe package struct PatternStream: ~Copyable {
    private let scratch: PatternScratch
    /// Nil for a database without patterns.
    private let raw: OpaquePointer?
    /// After too many hits the library goes on no further.
    private var hasStopped = false

    package init(_ scratch: PatternScratch) {
        precondition(scratch.database.mode == .stream, "a stream needs a database compiled for streams")
        self.scratch = scratch
        var made: OpaquePointer?
        if let handle = scratch.database.handle {
            let status = unsafe hs_open_stream(handle.raw, 0, &made)
            precondition(status == HS_SUCCESS, "no memory for a stream (Vectorscan error \(status))")
        }
        unsafe raw = made
    }

    deinit { if let raw = unsafe raw { unsafe hs_close_stream(raw, nil, nil, nil) } }

    /// Replaces what is in `hits` by the matches that end in this chunk.
    package mutating func scan(_ chunk: Span<UInt8>, into hits: inout PatternHits) -> ScanOutcome {
        hits.removeAll()
        guard !hasStopped else { return .tooManyHits }
        guard let raw = unsafe raw, chunk.count > 0 else { return .complete }
        precondition(chunk.count <= Int(UInt32.max), "a chunk has 4 GiB at most")
        let status = unsafe chunk.withUnsafeBytes { buffer in
            unsafe withUnsafeMutablePointer(to: &hits) { context in
                let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                return unsafe hs_scan_stream(raw, start, UInt32(buffer.count), 0, scratch.raw, collectHit, context)
            }
        }
        hasStopped = status == HS_SCAN_TERMINATED
        return outcome(status)
    }

    /// The text has ended: replaces what is in `hits` by the matches that only its end decides (`$`, `\b`). The stream then stands at the
    /// start of a new text.
    package mutating func finish(into hits: inout PatternHits) -> ScanOutcome {
        hits.removeAll()
        guard let raw = unsafe raw else { return .complete }
        let wasStopped = hasStopped
        hasStopped = false
        let status = unsafe withUnsafeMutablePointer(to: &hits) { unsafe hs_reset_stream(raw, 0, scratch.raw, collectHit, $0) }
        return wasStopped ? .tooManyHits : outcome(status)
    }
}
