// Durations counted in buckets, for whoever measures more than the load generator does by itself. The counting is C's.
import CBench

/// Owns one histogram. Figures read back are at most 1.6 % above the true ones, and never above the maximum.
@safe package struct LatencyHistogram: ~Copyable {
    private let raw: OpaquePointer

    package init() {
        guard let raw = unsafe forge_bench_histogram_create() else { preconditionFailure("out of memory") }
        unsafe self.raw = raw
    }

    deinit { unsafe forge_bench_histogram_destroy(raw) }

    package mutating func record(nanoseconds: UInt64) { unsafe forge_bench_histogram_record(raw, nanoseconds) }

    /// What at least `share` (0...1) of the recorded values do not exceed, in nanoseconds; 0 when there are none.
    package func quantile(_ share: Double) -> UInt64 { unsafe forge_bench_histogram_quantile(raw, share) }

    package var max: UInt64 { unsafe forge_bench_histogram_max(raw) }
    package var count: UInt64 { unsafe forge_bench_histogram_count(raw) }
}
