// What the store counts.

import ForgeCore

struct StoreMeters: Sendable {
    private let metrics: Metrics
    private let commitSeconds: Histogram
    private let groupSize: Histogram

    init(_ metrics: Metrics) {
        self.metrics = metrics
        commitSeconds = metrics.histogram(
            "forge_store_commit_seconds", "How long a group of writes took, with its fsync.", bounds: Histogram.latencyBounds, scale: 1e-6)
        groupSize = metrics.histogram(
            "forge_store_commit_group_size", "Writes that shared one fsync.", bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], scale: 1)
    }

    func committed(writes: Int, in duration: Duration) {
        commitSeconds.record(Int(duration / .microseconds(1)))
        groupSize.record(writes)
    }

    func count(_ error: StoreError) {
        metrics.counter("forge_store_errors_total", "Writes that failed, by reason.", [.init("code", error.code.rawValue)]).add()
    }
}
