// The memory one scan works in. It must never serve two scans at once, nor another database than its own: so it belongs to one worker, and
// carries the database with it.

import CVectorscan

/// What one worker scans with.
@safe package final class PatternScratch {
    package let database: PatternDatabase
    /// Nil for a database without patterns.
    let raw: OpaquePointer?

    package init(_ database: PatternDatabase) {
        self.database = database
        var made: OpaquePointer?
        if let handle = database.handle {
            let status = unsafe hs_alloc_scratch(handle.raw, &made)
            precondition(status == HS_SUCCESS, "no memory to scan with (Vectorscan error \(status))")
        }
        unsafe raw = made
    }

    /// For another worker.
    package init(copying other: PatternScratch) {
        database = other.database
        var made: OpaquePointer?
        if let otherRaw = unsafe other.raw {
            let status = unsafe hs_clone_scratch(otherRaw, &made)
            precondition(status == HS_SUCCESS, "no memory to scan with (Vectorscan error \(status))")
        }
        unsafe raw = made
    }

    deinit { if let raw = unsafe raw { unsafe hs_free_scratch(raw) } }

    package var byteCount: Int {
        guard let raw = unsafe raw else { return 0 }
        var size = 0
        precondition(unsafe hs_scratch_size(raw, &size) == HS_SUCCESS, "a scratch knows its size")
        return size
    }

    /// Replaces what is in `hits` by what is in the text.
    package func scan(_ text: Span<UInt8>, into hits: inout PatternHits) -> ScanOutcome {
        hits.removeAll()
        let status = unsafe withUnsafeMutablePointer(to: &hits) { unsafe scan(text, collectHit, $0) }
        return outcome(status)
    }

    /// The same over part of an array; ends count from the part's start.
    package func scan(_ text: [UInt8], in range: Range<Int>? = nil, into hits: inout PatternHits) -> ScanOutcome {
        scan(text.span.extracting(range ?? 0..<text.count), into: &hits)
    }

    /// How many matches there are, each end counted: the least a scan can do.
    package func countHits(_ text: Span<UInt8>) -> Int {
        var count = 0
        let status = unsafe withUnsafeMutablePointer(to: &count) { unsafe scan(text, countHit, $0) }
        precondition(outcome(status) == .complete, "counting does not stop")
        return count
    }

    private func scan(_ text: Span<UInt8>, _ onHit: match_event_handler, _ context: UnsafeMutableRawPointer) -> Int32 {
        precondition(database.mode == .block, "a database for streams is scanned through PatternStream")
        precondition(text.count <= Int(UInt32.max), "one scan takes 4 GiB at most: scan larger texts in parts")
        guard let handle = database.handle else { return HS_SUCCESS }
        return unsafe text.withUnsafeBytes { buffer in
            var nothing: CChar = 0
            guard let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else {
                return unsafe hs_scan(handle.raw, &nothing, 0, 0, raw, onHit, context)
            }
            return unsafe hs_scan(handle.raw, start, UInt32(buffer.count), 0, raw, onHit, context)
        }
    }
}

/// Everything else would be a mistake of this module.
func outcome(_ status: Int32) -> ScanOutcome {
    precondition(status == HS_SUCCESS || status == HS_SCAN_TERMINATED, "Vectorscan refused to scan (error \(status))")
    return status == HS_SUCCESS ? .complete : .tooManyHits
}

/// The library calls this for each match; anything but 0 stops the scan.
let collectHit: match_event_handler = { pattern, _, end, _, context in
    guard let hits = unsafe context?.assumingMemoryBound(to: PatternHits.self) else { return 1 }
    return unsafe hits.pointee.add(pattern: Int(pattern), end: Int(end)) ? 0 : 1
}

private let countHit: match_event_handler = { _, _, _, _, context in
    guard let count = unsafe context?.assumingMemoryBound(to: Int.self) else { return 1 }
    unsafe count.pointee += 1
    return 0
}
