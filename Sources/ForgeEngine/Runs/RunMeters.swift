// What an operator watches of runs.

package import ForgeCore

package struct RunMeters: Sendable {
    private let metrics: Metrics

    /// 50 ms to an hour, in milliseconds.
    private static let bounds = [50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000]

    package init(_ metrics: Metrics) { self.metrics = metrics }

    package func ended(_ kind: RunKind, _ ending: String, after duration: Duration) {
        metrics.counter(
            "forge_runs_ended_total", "Runs by how they ended.", [.init("kind", kind.rawValue), .init("ending", ending)]
        ).add()
        metrics.histogram(
            "forge_run_seconds", "From a run's last beginning to its end.", [.init("kind", kind.rawValue)], bounds: Self.bounds, scale: 1e-3
        ).record(Int(duration.milliseconds))
    }
}
