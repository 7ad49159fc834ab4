// Everything a review can touch.

package import ForgeCore

package struct ReviewDependencies: Sendable {
    package var store: any JobStore & RunStore & ReviewStore
    package var host: any CodeHost
    package var mirrors: any SourceMirrors
    package var upperLayers: any UpperConfigLayers
    package var judge: any ChangeJudge
    /// Nil when there is no model.
    package var reviewer: (any ChangeReviewer)?
    /// Where people see a repository; nil when there is no such place.
    package var repositoryURL: @Sendable (RepositoryName) -> String?
    package var now: WallClock
    package var clock: any Clock<Duration>
    /// What a model may take for one review, however often it answers.
    package var modelTimeMax: Duration
    package var metrics: Metrics
    package var log: Log
    let doors: Doors

    package init(
        store: any JobStore & RunStore & ReviewStore, host: any CodeHost, mirrors: any SourceMirrors, upperLayers: any UpperConfigLayers,
        judge: any ChangeJudge, reviewer: (any ChangeReviewer)?, repositoryURL: @escaping @Sendable (RepositoryName) -> String?,
        now: WallClock, clock: any Clock<Duration>, modelTimeMax: Duration = .seconds(30 * 60), metrics: Metrics, log: Log
    ) {
        self.store = store
        self.host = host
        self.mirrors = mirrors
        self.upperLayers = upperLayers
        self.judge = judge
        self.reviewer = reviewer
        self.repositoryURL = repositoryURL
        self.now = now
        self.clock = clock
        self.modelTimeMax = modelTimeMax
        self.metrics = metrics
        self.log = log.named("review")
        doors = Doors(log: self.log)
    }
}
