// The runs of a job, and those before it on the same subject: which one goes on, and which ones nobody will carry on. Two runs never work on
// one pull request at once, because the queue gives its jobs out one after the other.

package import ForgeCore

package struct RunBook: Sendable {
    package struct Opened: Sendable {
        package var journal: RunJournal
        /// What this job came to before: it was stopped between the run's end and its own.
        package var finished: Run?
        /// Those before it that did not come to their end, the newest first: what they left on the host is to be taken up, and those that
        /// are unfinished are to be ended.
        package var unsettled: [Run]
    }

    private let store: any RunStore & JobStore
    private let now: WallClock

    /// A job's own runs are looked for back to the moment it was queued, within this.
    private static let pagesMax = 50

    package init(store: any RunStore & JobStore, now: WallClock) {
        self.store = store
        self.now = now
    }

    /// The run of this job about this subject: the unfinished one, the one it has just ended, or a new one.
    package func open(_ new: NewRun, for job: Job) async throws -> Opened {
        let alike = try await recent(like: new, for: job).filter { Self.isSameMatter($0.new.subject, new.subject) }
        var own = alike.first { $0.new.job == job.id && $0.new.subject == new.subject }
        if let last = own, last.state.isFinal, !Self.isEnd(last, of: job) { own = nil }
        let unsettled = try await unsettled(alike.filter { $0.id != own?.id }, job)
        if let own {
            let steps = try await store.steps(of: own.id, scope: .only(new.tenant))
            let journal = journal(own.id, new.subject, steps, job)
            return Opened(journal: journal, finished: own.state.isFinal ? own : nil, unsettled: unsettled)
        }
        let id = try await store.createRun(new, lease: job.lease)
        return Opened(journal: journal(id, new.subject, [], job), finished: nil, unsettled: unsettled)
    }

    /// A head that came back is reviewed anew, and so is what a person sends round again after it failed.
    private static func isEnd(_ run: Run, of job: Job) -> Bool {
        switch run.state {
        case .superseded: false
        case .failed: job.failures > 0
        default: true
        }
    }

    /// Back to the last one that did what it was for.
    private func unsettled(_ runs: [Run], _ job: Job) async throws -> [Run] {
        var unsettled: [Run] = []
        for run in runs.prefix(while: { $0.state != .done }) {
            var isOver = run.state.isFinal
            if !isOver { isOver = try await isAbandoned(run, by: job) }
            if isOver { unsettled.append(run) }
        }
        return unsettled
    }

    private func isAbandoned(_ run: Run, by job: Job) async throws -> Bool {
        guard let id = run.new.job, id != job.id else { return true }
        return try await store.job(id, scope: .all)?.state.isFinished ?? true
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

    /// Ends runs that nobody carries on. No lease is asked for: their jobs have ended, or are this one.
    package func end(_ runs: [Run], as state: RunState, because reason: String) async throws {
        for run in runs where !run.state.isFinal {
            do throws(StoreError) {
                try await store.advanceRun(run.id, to: state, reason: reason, lease: nil)
            } catch {
                // It has ended meanwhile, which was wanted.
                guard error.code == .refused else { throw error }
            }
        }
    }
}
