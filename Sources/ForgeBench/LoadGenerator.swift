// Runs the load generator. It blocks its thread until the run ends, which it does by itself: by time, by count, when the server is gone,
// and in any case at the limit. It must never throw for what the server does; that is what it reports.
import CBench
import Dispatch

/// Puts load on a server and reports what came back.
package enum LoadGenerator {
    /// The GUID that the request with this sequence carries.
    package static func identifier(seed: UInt64, sequence: UInt64) -> String {
        unsafe String(unsafeUninitializedCapacity: Int(FORGE_BENCH_IDENTIFIER_LENGTH)) { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { unsafe forge_bench_identifier(seed, sequence, $0.baseAddress) }
            return Int(FORGE_BENCH_IDENTIFIER_LENGTH)
        }
    }

    /// Runs on the calling thread, and blocks it.
    package static func run(_ options: LoadOptions) throws(BenchError) -> LoadReport {
        try check(options)
        var raw = forge_bench_load_report()
        var acknowledged = [UInt64](repeating: 0, count: options.acknowledgedMax)
        var statusCounts = [UInt64](repeating: 0, count: Int(FORGE_BENCH_STATUS_COUNT))
        let lent = LentMemory()
        var rawOptions = unsafe lent.options(options)
        let status = unsafe acknowledged.withUnsafeMutableBufferPointer { acknowledged in
            unsafe statusCounts.withUnsafeMutableBufferPointer { statusCounts in
                unsafe rawOptions.acknowledged = options.acknowledgedMax > 0 ? acknowledged.baseAddress : nil
                unsafe rawOptions.acknowledged_capacity = UInt64(acknowledged.count)
                unsafe rawOptions.status_counts = statusCounts.baseAddress
                return withExtendedLifetime(lent) { unsafe forge_bench_load(&rawOptions, &raw) }
            }
        }
        guard status == 0 else { throw BenchError(attempt: "generate load", status: status) }
        acknowledged.removeLast(acknowledged.count - min(acknowledged.count, Int(raw.acknowledged)))
        return LoadReport(raw, acknowledged: acknowledged, statusCounts: statusCounts)
    }

    /// Runs on a thread of its own, so that the caller can do something to the server meanwhile.
    package static func runAside(_ options: LoadOptions) async throws(BenchError) -> LoadReport {
        let queue = DispatchQueue(label: "forge.bench.load")
        let result: Result<LoadReport, BenchError> = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Result { () throws(BenchError) in try run(options) })
            }
        }
        return try result.get()
    }

    /// A header with a line break in it would be two requests to the server, and the figures nonsense.
    private static func check(_ options: LoadOptions) throws(BenchError) {
        let headers = options.headers + options.bodies.flatMap(\.headers)
        let texts = headers.flatMap { [$0.name, $0.value] } + [options.path, options.identifierHeader ?? ""]
        guard texts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }) else {
            throw BenchError(attempt: "generate load", detail: "a header or the path holds a control character")
        }
        guard !options.bodies.isEmpty, options.connections > 0, options.acknowledgedMax >= 0, options.requestsMax ?? 1 > 0 else {
            throw BenchError(attempt: "generate load", detail: "at least one body, one connection and one request are needed")
        }
    }
}
