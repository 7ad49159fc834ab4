// The runs of a job, and those before it on the same subject: which one goes on, and which ones nobody will carry on. Two runs never work on
// one pull request at once, because the queue gives its jobs out one after the other.

package import ForgeCore

package struct RunBook: Sendable {
    private let store: any RunStore
    private let now: WallClock

    /// A job's own runs are looked for back to the moment it was queued, within this.
    private static let pagesMax = 50

    package init(store: any RunStore, now: WallClock) {
        self.store = store
        self.now = now
    }

    /// The journal to write in, and the unfinished runs that this one stands in place of.
    package func open(_ new: NewRun, for job: Job) async throws -> (journal: RunJournal, begun: Run?, superseded: [Run]) {
        let unfinished = try await recent(like: new, for: job).filter { run in
            !run.state.isFinal && Self.isSameMatter(run.new.subject, new.subject)
        }
        if let own = unfinished.first(where: { $0.new.job == job.id && $0.new.subject == new.subject }) {
            let steps = try await store.steps(of: own.id, scope: .only(new.tenant))
            return (journal(own.id, new.subject, steps, job), own, unfinished.filter { $0.id != own.id })
        }
        let id = try await store.createRun(new, lease: job.lease)
        return (journal(id, new.subject, [], job), nil, unfinished)
    }

    /// The newest; all since the job was queued when this is not its first attempt: what it began must not be begun again.
    private func recent(like new: NewRun, for job: Job) async throws -> [Run] {
        let filter = RunFilter(kind: new.kind, repository: new.repository)
        var runs: [Run] = []
        var before: Int64?
        for _ in 0..<Self.pagesMax {
            let page = try await store.runs(filter, page: PageRequest(before: before, limit: 50), scope: .only(new.tenant))
            runs += page.items
            before = page.next
            guard before != nil, job.attempt > 1, let oldest = page.items.last, oldest.createdAt >= job.createdAt else { break }
        }
        return runs
    }

    private func journal(_ id: RunID, _ subject: String, _ steps: [Step], _ job: Job) -> RunJournal {
        RunJournal(run: id, subject: subject, steps: steps, store: store, lease: job.lease, now: now)
    }

    /// `pull/7@a…` and `pull/7@b…` are about the same pull request.
    private static func isSameMatter(_ left: String, _ right: String) -> Bool {
        left.prefix { $0 != "@" } == right.prefix { $0 != "@" }
    }

    /// Ends runs that nobody carries on. Their jobs have ended, so no lease is asked for.
    package func end(_ runs: [Run], as state: RunState, because reason: String) async throws {
        for run in runs {
            do throws(StoreError) {
                try await store.advanceRun(run.id, to: state, reason: reason, lease: nil)
            } catch {
                // It has ended meanwhile, which was wanted.
                guard error.code == .refused else { throw error }
            }
        }
    }
}
