// Is a source quieter than it ever is? A hook that somebody removed, a tracker that can no longer reach this address: nothing fails, it
// is only quiet, and nobody notices for weeks.

package import ForgeCore

/// What the last four weeks say of a source.
package struct Rhythm: Hashable, Sendable {
    /// Hours since 1970 in which something came, in order.
    package var liveHours: [Int64]
    package var hourNow: Int64

    package init(liveHours: [Int64], hourNow: Int64) {
        self.liveHours = liveHours
        self.hourNow = hourNow
    }

    package static let lookBack = Duration.seconds(28 * 86_400)
    /// Fewer live hours than this are no habit yet,
    private static let liveHoursMin = 24
    /// nor are less than a week's, which has each day and night in it.
    private static let spanHoursMin: Int64 = 7 * 24
    /// Silence is never shorter than this.
    private static let quietHoursMin: Int64 = 6
    /// So many times the longest pause seen, which has nights and week-ends in it, is out of habit.
    private static let factor: Int64 = 3

    /// How many hours it has been quiet, when that is far longer than its habit; 0 when all is as usual or there is no habit.
    /// `before` is what the last look found: a source that fell silent stays so until it speaks, also when its habit is forgotten.
    package func silentHours(before: Int64) -> Int64 {
        guard let first = liveHours.first, let last = liveHours.last else { return before > 0 ? before + 1 : 0 }
        let quiet = hourNow - last
        if before > 0 { return quiet >= before ? quiet : 0 }
        guard liveHours.count >= Self.liveHoursMin, last - first >= Self.spanHoursMin else { return 0 }
        let longestPause = zip(liveHours, liveHours.dropFirst()).map { $1 - $0 }.max() ?? 1
        return quiet >= max(Self.quietHoursMin, longestPause * Self.factor) ? quiet : 0
    }
}

/// A source that can fall silent.
package struct WatchedSource: Hashable, Sendable {
    package var source: Source
    package var tracker: String?

    package init(source: Source, tracker: String? = nil) {
        self.source = source
        self.tracker = tracker
    }

    package var name: String { tracker.map { "\(source.rawValue)/\($0)" } ?? source.rawValue }
}

/// Looks at every source once an hour, and keeps what it found for `/readyz` and the metrics.
package struct SilenceService: Sendable {
    private let store: any DeliveryStore
    private let watched: [(source: WatchedSource, silentHours: Gauge)]
    private let wall: WallClock
    private let log: Log

    package init(store: any DeliveryStore, watched: [WatchedSource], wall: WallClock, metrics: Metrics, log: Log) {
        self.store = store
        self.wall = wall
        self.log = log.named("silence")
        self.watched = watched.map { source in
            let help = "Hours for which a source that is usually lively has been quiet; 0 when all is as usual."
            return (source, metrics.gauge("forge_source_silent_hours", help, [.init("source", source.name)]))
        }
    }

    package func run(clock: any Clock<Duration>) async {
        await runWheneverDue(Wakeup(), every: .seconds(3600), clock: clock) { await look() }
    }

    package func look() async {
        let now = wall.now
        for (source, gauge) in watched {
            do throws(StoreError) {
                let hours = try await store.liveHours(source: source.source, tracker: source.tracker, since: now - Rhythm.lookBack)
                let rhythm = Rhythm(liveHours: hours, hourNow: now.milliseconds / 3_600_000)
                let silent = rhythm.silentHours(before: Int64(gauge.value))
                if silent > 0, gauge.value == 0 {
                    log.warning(
                        "a source that is usually lively has been quiet",
                        [.init("source", .string(source.name)), .init("hours", JSON(silent))])
                }
                gauge.set(Int(silent))
            } catch {
                log.warning("silence could not be measured", [.init("error", .string(error.description))])
            }
        }
    }

    /// For `/readyz`: degraded while silent.
    package var checks: [ReadinessCheck] {
        watched.map { source, gauge in
            ReadinessCheck(name: "silence:\(source.name)") {
                let hours = gauge.value
                guard hours > 0 else { return .ok("as lively as usual") }
                return .degraded(
                    "nothing came for \(hours) hours, far longer than usual: is the hook still there, can it reach this address?")
            }
        }
    }
}
