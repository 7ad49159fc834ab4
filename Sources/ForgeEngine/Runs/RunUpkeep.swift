// Ends runs that nobody will carry on: their jobs were cancelled while they waited, or died with their workers. It must never touch a run
// whose job may still be claimed.

package import ForgeCore

package struct RunUpkeep: Sendable {
    private let store: any RunStore & JobStore
    /// Told of each run whose job died without its handler having said so, before the run is ended: whoever waits for a word gets it.
    private let died: @Sendable (Run, Job) async -> Void
    private let log: Log

    private static let limit = 200

    package init(store: any RunStore & JobStore, died: @escaping @Sendable (Run, Job) async -> Void, log: Log) {
        self.store = store
        self.died = died
        self.log = log.named("runs")
    }

    /// Until cancelled.
    package func run(every interval: Duration, clock: any Clock<Duration>) async {
        await runWheneverDue(Wakeup(), every: interval, clock: clock) { await sweep() }
    }

    package func sweep() async {
        do throws(StoreError) {
            for state in RunState.allCases where !state.isFinal { try await sweep(state) }
        } catch {
            log.error("unfinished runs could not be looked through", [.init("error", .string(error.description))])
        }
    }

    private func sweep(_ state: RunState) async throws(StoreError) {
        var before: Int64?
        repeat {
            let page = try await store.runs(RunFilter(state: state), page: PageRequest(before: before, limit: Self.limit), scope: .all)
            for run in page.items {
                guard let id = run.new.job, let job = try await store.job(id, scope: .all), job.state.isFinished else { continue }
                try await end(run, job)
            }
            before = page.next
        } while before != nil && !Task.isCancelled
    }

    private func end(_ run: Run, _ job: Job) async throws(StoreError) {
        let (state, reason): (RunState, String) =
            switch job.state {
            case .dead: (.failed, "failed: \(job.lastError ?? "its job died")")
            default: (.cancelled, "unneeded: its job was ended")
            }
        if job.state == .dead { await died(run, job) }
        do throws(StoreError) {
            try await store.advanceRun(run.id, to: state, reason: reason, lease: nil)
        } catch {
            // It ended meanwhile.
            guard error.code == .refused else { throw error }
        }
        log.info("a run was ended", [.init("run", JSON(run.id.number)), .init("state", .string(state.rawValue))])
    }
}
