// Drops what is older than its time, in small bites so that intake never waits long for the writer.

package import ForgeCore

package struct RetentionService: Sendable {
    private let store: any MaintenanceStore
    private let retention: Retention
    private let clock: any Clock<Duration>
    private let biteRows: Int
    private let log: Log

    package init(store: any MaintenanceStore, retention: Retention, clock: any Clock<Duration>, biteRows: Int = 500, log: Log) {
        self.store = store
        self.retention = retention
        self.clock = clock
        self.biteRows = biteRows
        self.log = log.named("retention")
    }

    /// At once and every hour, until cancelled.
    package func run() async {
        await runWheneverDue(Wakeup(), every: .seconds(3600), clock: clock) { await sweep() }
    }

    package func sweep() async {
        var total = Swept()
        do throws(StoreError) {
            repeat {
                let swept = try await store.sweep(retention, limit: biteRows)
                total.bodies += swept.bodies
                total.deliveries += swept.deliveries
                total.journalEvents += swept.journalEvents
                total.keptAnswers += swept.keptAnswers
                total.runs += swept.runs
                total.jobs += swept.jobs
                total.pullRequests += swept.pullRequests
                total.budgets += swept.budgets
                total.isUnfinished = swept.isUnfinished
            } while total.isUnfinished && !Task.isCancelled
        } catch {
            log.error("the sweep stopped for now", [.init("error", .string(error.description))])
        }
        guard total != Swept() else { return }
        log.info(
            "swept",
            [
                .init("bodies", JSON(total.bodies)), .init("deliveries", JSON(total.deliveries)),
                .init("journal_events", JSON(total.journalEvents)), .init("kept_answers", JSON(total.keptAnswers)),
                .init("runs", JSON(total.runs)), .init("jobs", JSON(total.jobs)), .init("pull_requests", JSON(total.pullRequests)),
            ])
    }
}
