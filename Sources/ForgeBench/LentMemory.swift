// Copies of Swift values that C may read for as long as this object lives: the structs of CBench point into it.
import CBench

/// Owns every allocation it hands out, and frees them together. Keep it alive for the whole call.
@safe final class LentMemory {
    private var allocations: [UnsafeMutableRawBufferPointer] = unsafe []

    deinit {
        while let allocation = unsafe allocations.popLast() { unsafe allocation.deallocate() }
    }

    /// The bytes and a terminating zero.
    func bytes(_ content: some Collection<UInt8>) -> UnsafePointer<UInt8> {
        let allocation = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count + 1, alignment: 1)
        unsafe allocation.copyBytes(from: content)
        unsafe allocation[content.count] = 0
        unsafe allocations.append(allocation)
        return unsafe UnsafePointer(allocation.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }

    func text(_ content: String) -> UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(bytes(content.utf8)).assumingMemoryBound(to: CChar.self)
    }

    func headerLines(_ headers: [LoadHeader]) -> UnsafePointer<CChar> {
        unsafe text(headers.map { "\($0.name): \($0.value)\r\n" }.joined())
    }

    func bodies(_ bodies: [LoadBody]) -> UnsafePointer<forge_bench_body> {
        let allocation = unsafe UnsafeMutableRawBufferPointer.allocate(
            byteCount: MemoryLayout<forge_bench_body>.stride * bodies.count, alignment: MemoryLayout<forge_bench_body>.alignment)
        unsafe allocations.append(allocation)
        let raw = unsafe allocation.bindMemory(to: forge_bench_body.self)
        for (index, body) in bodies.enumerated() {
            unsafe raw.initializeElement(
                at: index,
                to: forge_bench_body(bytes: bytes(body.bytes), length: body.bytes.count, header_lines: headerLines(body.headers)))
        }
        return unsafe UnsafePointer(raw.baseAddress!)
    }

    /// All but the buffers that C writes to.
    func options(_ options: LoadOptions) -> forge_bench_load_options {
        unsafe forge_bench_load_options(
            address: text(options.address),
            port: options.port,
            path: text(options.path),
            header_lines: headerLines(options.headers),
            identifier_header: options.identifierHeader.map { unsafe text($0) },
            bodies: bodies(options.bodies),
            body_count: options.bodies.count,
            connections: UInt32(options.connections),
            warmup_seconds: options.warmup,
            seconds: options.duration,
            requests_max: UInt64(options.requestsMax ?? 0),
            drain_seconds: options.drain,
            gone_seconds: options.goneAfter,
            limit_seconds: options.limitSeconds,
            seed: options.seed,
            first_sequence: options.firstSequence,
            acknowledged: nil,
            acknowledged_capacity: 0,
            status_counts: nil)
    }

    func options(_ options: BareServerOptions) -> forge_bench_bare_options {
        unsafe forge_bench_bare_options(
            folder: text(options.folder),
            secret: bytes(options.secret),
            secret_length: options.secret.count,
            pool_threads: UInt32(options.poolThreads),
            connections_max: UInt32(options.connectionsMax),
            body_bytes_max: UInt32(options.bodyBytesMax),
            page_bytes: UInt32(options.pageBytes),
            checkpoint_pages: UInt32(options.checkpointBytes / options.pageBytes),
            cache_bytes: UInt32(options.cacheBytes),
            body_apart: options.bodyApart,
            checkpoint_between: options.checkpointBetween,
            announce_file: options.announceFile,
            stop_file: options.stopFile,
            limit_seconds: options.limit)
    }
}
