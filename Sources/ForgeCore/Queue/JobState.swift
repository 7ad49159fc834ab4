// The life of a job, as one pure function. Stores apply it inside a transaction and write nothing it does not allow.
//
//                 ┌───────── released, deferred ───────────┐
//                 │  ┌── failed, leaseLost (below cap) ───┤
//                 ▼  ▼                                    │
//   (enqueue) ─► queued ───────────── claimed ─────────► running ── finished ─────────────────────► done
//                 ▲  │                                    │
//                 │  │                                    ├─ failed, leaseLost (at the cap), failedForGood ─► dead
//                 │  └─ cancelAsked ─► cancelled ◄────────┤  cancelled, or any ending but finished               │
//                 │                                       │  after a cancellation was asked for                  │
//                 └──────────────────────────────── retried ─────────────────────────────────────────────────────┘
//
// While a job is running, `cancelAsked` only leaves a note: the worker sees it at its next heartbeat and ends the job itself.

package enum JobState: String, Hashable, Sendable, CaseIterable {
    case queued, running, done, dead, cancelled

    /// Unfinished jobs hold their work key.
    package var isFinished: Bool { self == .done || self == .dead || self == .cancelled }
}

package enum JobInput: Hashable, Sendable {
    case claimed
    case finished
    /// The attempt did not work; try again after a pause.
    case failed
    /// Trying again cannot help.
    case failedForGood
    /// Given back unharmed, as at shutdown; the attempt does not count against the cap.
    case released
    /// Put off by its worker, as when the code host has no time: due again after a pause, and the attempt does not count against the cap.
    case deferred
    /// Nobody renewed the lease in time.
    case leaseLost
    /// Somebody outside wants it ended.
    case cancelAsked
    /// The worker ended it, having been asked to.
    case cancelled
    /// A person sends a dead one round again.
    case retried
}

package enum JobOutcome: Hashable, Sendable {
    case become(JobState)
    /// Back to the queue, after `Backoff.delay`.
    case requeue
    /// Note that cancellation is wanted; the worker ends it.
    case askWorkerToStop
    /// Not possible from this state.
    case refuse
}

extension JobState {
    /// `failures` counts the attempts that failed or lost their lease before the one that ends now; released ones are not among them.
    package func after(_ input: JobInput, failures: Int, attemptsMax: Int, isCancelRequested: Bool) -> JobOutcome {
        switch (self, input) {
        case (.queued, .claimed): return .become(.running)
        case (.queued, .cancelAsked): return .become(.cancelled)
        case (.running, .finished): return .become(.done)
        case (.running, .failed), (.running, .leaseLost):
            if isCancelRequested { return .become(.cancelled) }
            return failures + 1 >= attemptsMax ? .become(.dead) : .requeue
        case (.running, .failedForGood): return .become(isCancelRequested ? .cancelled : .dead)
        case (.running, .released), (.running, .deferred): return .become(isCancelRequested ? .cancelled : .queued)
        case (.running, .cancelAsked): return .askWorkerToStop
        case (.running, .cancelled): return .become(.cancelled)
        case (.dead, .retried): return .become(.queued)
        case (.queued, _), (.running, _), (.done, _), (.dead, _), (.cancelled, _): return .refuse
        }
    }
}
