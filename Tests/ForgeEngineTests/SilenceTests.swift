// A source that is quieter than it ever is shows; nights, week-ends, new sources and forgotten ones do not.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite struct SilenceTests {
    struct Habit: Sendable, CustomTestStringConvertible {
        var name: String
        /// Hours in which something came.
        var live: [Int64]
        /// Hours of quiet after which it shows; nil when never.
        var showsAfter: Int64?

        var testDescription: String { name }
    }

    /// So many days from hour 0, a Monday, with these hours of the day, and only these days of the week.
    private static func days(_ count: Int, hours: Range<Int>, days: Range<Int> = 0..<7) -> [Int64] {
        (0..<count).filter { days.contains($0 % 7) }.flatMap { day in hours.map { Int64(day * 24 + $0) } }
    }

    static let habits: [Habit] = [
        Habit(name: "all day and night", live: days(14, hours: 0..<24), showsAfter: 6),
        Habit(name: "every third hour", live: (0..<100).map { $0 * 3 }, showsAfter: 9),
        // 17 o'clock to 9 o'clock is 16 hours.
        Habit(name: "by day, all week", live: days(14, hours: 9..<18), showsAfter: 48),
        // Friday 17 o'clock to Monday 9 o'clock is 64 hours.
        Habit(name: "office hours", live: days(26, hours: 9..<18, days: 0..<5), showsAfter: 192),
        Habit(name: "one burst a week", live: (0..<4).flatMap { week in (0..<8).map { Int64(week * 168 + $0) } }, showsAfter: 483),
        Habit(name: "a week not yet seen whole", live: days(5, hours: 0..<24), showsAfter: nil),
        Habit(name: "a few, far apart", live: (0..<20).map { $0 * 24 }, showsAfter: nil),
        Habit(name: "a dead source, its habit forgotten", live: [], showsAfter: nil),
    ]

    @Test(arguments: habits)
    func `silence is far longer than the habit`(_ habit: Habit) {
        let last = habit.live.last ?? 0
        let first = (0..<2000).first { quiet in
            Rhythm(liveHours: habit.live, hourNow: last + quiet).silentHours(before: 0) > 0
        }
        #expect(first == habit.showsAfter)
        if let first {
            #expect(Rhythm(liveHours: habit.live, hourNow: last + first).silentHours(before: 0) == first)
        }
    }

    @Test func `an office source is not silent at any hour of three weeks of its own habit`() {
        let live = Self.days(42, hours: 9..<18, days: 0..<5)
        for now in Int64(7 * 24)...Int64(41 * 24) {
            let seen = live.filter { $0 <= now && $0 > now - 28 * 24 }
            #expect(Rhythm(liveHours: seen, hourNow: now).silentHours(before: 0) == 0, "hour \(now)")
        }
    }

    @Test func `a source that fell silent stays so until it speaks, also when its habit is forgotten`() {
        let live = Self.days(14, hours: 0..<24)
        let now = (live.last ?? 0) + 20
        #expect(Rhythm(liveHours: live, hourNow: now).silentHours(before: 19) == 20)
        #expect(Rhythm(liveHours: Array(live.suffix(3)), hourNow: now).silentHours(before: 19) == 20)
        #expect(Rhythm(liveHours: [], hourNow: now).silentHours(before: 19) == 20)
        #expect(Rhythm(liveHours: live + [now - 1], hourNow: now).silentHours(before: 19) == 0)
        #expect(Rhythm(liveHours: [now], hourNow: now).silentHours(before: 19) == 0)
    }

    @Test func `the service measures each source by itself and shows it in readiness and metrics`() async throws {
        let clock = TestClock()
        let store = MemoryStore(clock: clock.wallClock)
        let metrics = Metrics()
        let logged = LogCapture()
        let watched = [WatchedSource(source: .github), WatchedSource(source: .sentry, tracker: "prod")]
        let service = SilenceService(store: store, watched: watched, wall: clock.wallClock, metrics: metrics, log: logged.log)
        for hour in 0..<(10 * 24) {
            for source in hour < 9 * 24 ? watched : [watched[0]] {
                let new = NewDelivery(
                    source: source.source, tracker: source.tracker, transportKey: "\(source.name) \(hour)", body: [],
                    receivedAt: clock.timestamp)
                _ = try await store.accept(new)
            }
            clock.advance(by: .seconds(3600))
        }
        await service.look()
        let silent = { (name: String) in metrics.gauge("forge_source_silent_hours", "", [.init("source", name)]).value }
        #expect(silent("github") == 0)
        #expect(silent("sentry/prod") == 25)
        let report = await Readiness(service.checks).look()
        #expect(report.isReady)
        #expect(report.items.map(\.name) == ["silence:github", "silence:sentry/prod"])
        #expect(report.items.map(\.state.word) == ["ok", "degraded"])
        #expect(report.items[1].state.sentence.contains("25 hours"))
        clock.advance(by: .seconds(3600))
        await service.look()
        #expect(silent("sentry/prod") == 26)
        #expect(logged.lines(.warning).count == 1, "it is said once")
        store.failNext(.busy)
        await service.look()
        #expect(silent("sentry/prod") == 26)
    }
}
