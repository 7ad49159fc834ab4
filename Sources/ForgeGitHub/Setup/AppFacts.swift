// What GitHub says of the App, as it was asked for: the settings of the App, of its webhook, its last deliveries, and where it is installed.

package import ForgeCore

package struct AppFacts: Sendable {
    package var app: JSON
    /// Null when it has no webhook.
    package var hook: JSON
    /// Newest first, as GitHub lists them.
    package var deliveries: [JSON]
    package var installations: [JSON]
    /// GitHub's clock less this machine's. GitHub tells whole seconds, so half a second either way means nothing.
    package var skew: Duration?

    package init(app: JSON, hook: JSON, deliveries: [JSON], installations: [JSON], skew: Duration?) {
        self.app = app
        self.hook = hook
        self.deliveries = deliveries
        self.installations = installations
        self.skew = skew
    }

    package static let deliveriesMax = 50

    /// Asks GitHub.
    package static func ask(_ app: GitHubApp, wall: WallClock) async throws(CodeHostError) -> AppFacts {
        var skews = SkewMeasure()
        let about = try await timed(app, .get("/app"), wall, &skews)
        var hook = JSON.null
        do throws(CodeHostError) {
            hook = try await timed(app, .get("/app/hook/config"), wall, &skews)
        } catch {
            guard error.kind == .notFound else { throw error }
        }
        let log = GitHubCall.get("/app/hook/deliveries", query: [("per_page", String(deliveriesMax))])
        let deliveries = try await timed(app, log, wall, &skews)
        let installations = try await app.all(.get("/app/installations", query: [("per_page", "100")]))
        return AppFacts(app: about, hook: hook, deliveries: deliveries.array ?? [], installations: installations, skew: skews.best)
    }

    private static func timed(
        _ app: GitHubApp, _ call: GitHubCall, _ wall: WallClock, _ skews: inout SkewMeasure
    ) async throws(CodeHostError) -> JSON {
        let before = wall.now
        let answer = try await app.send(call)
        if let server = answer.serverTime { skews.take(server, between: before, and: wall.now) }
        return answer.json
    }
}

/// The difference between two clocks, from the exchange that took the least time.
struct SkewMeasure {
    private(set) var best: Duration?
    private var width = Duration.seconds(1 << 30)

    /// `server` is a whole second: on average half a second has passed since.
    mutating func take(_ server: Timestamp, between before: Timestamp, and after: Timestamp) {
        let took = after - before
        guard took >= .zero, took < width else { return }
        width = took
        best = (server + .milliseconds(500)) - (before + .milliseconds(took.milliseconds / 2))
    }
}
