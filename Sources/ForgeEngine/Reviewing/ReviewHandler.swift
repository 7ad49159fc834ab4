// Jobs `review`: which pull requests they are about, a run for each, and how each run ends. What may pass is tried again by the queue, what a
// limit holds up waits without a word, and what no second try would change ends visibly: in the run's row and in the check run.

package import ForgeCore
import ForgeReview

package struct ReviewHandler: Sendable {
    let needs: ReviewDependencies
    private let book: RunBook
    private let patience = PushPatience()

    /// For so long after an event a code host may still show how things were before it.
    private static let staleMax = Duration.seconds(30)
    private static let stalePause = Duration.seconds(3)
    /// Until the event of the newer head has queued its own job, which ends this one.
    private static let movedPause = Duration.seconds(5)

    package init(_ needs: ReviewDependencies) {
        self.needs = needs
        book = RunBook(store: needs.store, now: needs.now)
    }

    package var jobHandlers: [JobHandler] {
        ["review", ReviewRequest.refreshKind].map { JobHandler(kind: $0) { job in try await carryOut(job) } } + [
            JobHandler(kind: "catch_up") { job in try await catchUp(job) }
        ]
    }

    package func carryOut(_ job: Job) async throws {
        let request = try ReviewRequest(job)
        if let pause = patience.pause(of: request, queuedAt: job.createdAt, now: needs.now.now) { throw PushPatience.deferral(pause) }
        let session = needs.host.session(request.place, .review, request.isAsked ? .person : .work)
        do {
            if let number = request.pull {
                try await review(number, request, session, job)
            } else {
                try await spread(request, session, job)
            }
            await session.end()
        } catch {
            await session.end()
            throw error
        }
    }

    /// A check on a fork's commit names no pull request: each that has this head gets a job of its own, in the turn of its subject.
    private func spread(_ request: ReviewRequest, _ session: any HostSession, _ job: Job) async throws {
        guard let head = request.head else { return }
        do {
            let numbers = try await session.pullRequests(withHead: head)
            try await needs.requireSameName(job)
            for number in numbers {
                _ = try await needs.store.enqueue(ReviewRequest.job(about: number, head: head, like: job))
            }
        } catch {
            try await endUnread(error, subject: "head/\(head)", request, job)
        }
    }

    private func review(_ number: Int64, _ request: ReviewRequest, _ session: any HostSession, _ job: Job) async throws {
        let startedAt = needs.now.now
        let pull: PullRequest
        do {
            pull = try await session.pullRequest(number)
        } catch {
            try await endUnread(error, subject: "pull/\(number)@\(request.head?.description ?? "latest")", request, job)
            return
        }
        needs.doors.noteOpen(request.place.tenant)
        try waitForTheHost(pull, request, job)
        try await needs.requireSameName(job)
        let subject = "\(request.isRefresh ? "summary" : "pull")/\(number)@\(pull.head)"
        let opened = try await book.open(newRun(subject, request, job), for: job)
        if let finished = opened.finished { return try repeatEnd(of: finished) }
        let run = ReviewRun(
            needs: needs, patience: patience, request: request, job: job, session: session, pull: pull, journal: opened.journal,
            startedAt: startedAt)
        try await end(opened.unsettled, for: run)
        let ending = pull.isOpen ? try await ending(of: run) : ReviewEnding(.unneeded, "the pull request is closed")
        try await finish(run, ending)
    }

    private func newRun(_ subject: String, _ request: ReviewRequest, _ job: Job) -> NewRun {
        NewRun(kind: .review, tenant: request.place.tenant, repository: request.place.repository.description, job: job.id, subject: subject)
    }

    /// Another head than the event told of is either an older one, which a reader was shown too late, or a newer one, whose own event is on
    /// its way: both are better looked at a little later.
    private func waitForTheHost(_ pull: PullRequest, _ request: ReviewRequest, _ job: Job) throws {
        guard !request.isAsked, pull.isOpen, let told = request.head, told != pull.head, needs.now.now < job.createdAt + Self.staleMax
        else {
            return
        }
        throw JobDeferred(because: "the code host shows \(pull.head.short), not yet \(told.short)", retryAfter: Self.stalePause)
    }

    // MARK: How it ends

    private func ending(of run: ReviewRun) async throws -> ReviewEnding {
        do {
            return try await carriedOut(run)
        } catch let moved as HeadMoved {
            try await supersede(run, by: moved.head)
            throw JobDeferred(because: "the pull request moved to \(moved.head.short)", retryAfter: Self.movedPause)
        } catch {
            return try await ending(of: run, after: error)
        }
    }

    private func carriedOut(_ run: ReviewRun) async throws -> ReviewEnding {
        let snapshot = try await run.fetch()
        do {
            let ending = try await run.carryOut(snapshot, try await run.start(snapshot))
            await snapshot.release()
            return ending
        } catch {
            await snapshot.release()
            throw error
        }
    }

    private func ending(of run: ReviewRun, after error: any Error) async throws -> ReviewEnding {
        let failure = needs.doors.failure(error, of: run.job, at: needs.now.now)
        if failure.isEnd { try await needs.requireSameName(run.job) }
        switch failure {
        case .quiet, .passing, .shut: throw error
        case .wait(let reason, let pause): throw JobDeferred(because: reason, retryAfter: pause)
        case .gone(let reason):
            if await isGone(run) { return ReviewEnding(.unneeded, reason) }
            // A host that answers so for a moment is asked again, like one that does not answer.
            guard run.job.isLastAttempt else { throw CodeHostError(.unavailable, reason) }
            return try await failed(run, .failed(because: reason, willRetry: false), reason)
        case .blocked(let reason): return try await failed(run, .blocked(because: RunFailure.shownReason(error)), reason)
        case .broken(let reason):
            return try await failed(run, .failed(because: RunFailure.shownReason(error), willRetry: false), reason)
        }
    }

    /// Not a part of it that somebody deleted, but the pull request itself.
    private func isGone(_ run: ReviewRun) async -> Bool {
        do throws(CodeHostError) {
            return !(try await run.session.pullRequest(run.pull.number).isOpen)
        } catch {
            return error.kind == .notFound
        }
    }

    /// Told in the check run as far as the host lets us; what cannot be told there stands in the run's row.
    private func failed(_ run: ReviewRun, _ outcome: Unreviewed, _ reason: String) async throws -> ReviewEnding {
        do {
            try await run.adopt(run.journal.allSteps)
            try await run.show(outcome, nil)
        } catch let deferred as JobDeferred {
            // The check was begun a moment ago and may show yet: then it is looked for again.
            throw deferred
        } catch {
            needs.log.warning("a failed review could not be shown", run.fields([.init("error", .string("\(error)"))]))
        }
        return ReviewEnding(.failed, reason)
    }

    private func supersede(_ run: ReviewRun, by head: CommitSHA) async throws {
        try await run.adopt(run.journal.allSteps)
        try await run.concludeAsSuperseded(by: head)
        try await run.advance(to: .superseded, because: "the pull request moved to \(head)")
        note(run, ReviewEnding(.superseded))
    }

    private func finish(_ run: ReviewRun, _ ending: ReviewEnding) async throws {
        try await run.advance(to: ending.runState, because: ending.reason)
        note(run, ending)
        if ending.word == .failed { throw JobRefused(reason: ending.sentence) }
    }

    /// The run has ended and its job has not: the process was stopped in between.
    private func repeatEnd(of run: Run) throws {
        if run.state == .failed { throw JobRefused(reason: run.reason ?? "the run failed") }
    }

    private func note(_ run: ReviewRun, _ ending: ReviewEnding) {
        let duration = needs.now.now - run.startedAt
        RunMeters(needs.metrics).ended(.review, ending.word.rawValue, after: duration)
        needs.log.info(
            "a review ended",
            run.fields([.init("ending", .string(ending.reason)), .init("milliseconds", JSON(duration.milliseconds))]))
    }

    /// What earlier runs left: comments that the ledger does not know, and check runs that are still under way.
    private func end(_ before: [Run], for run: ReviewRun) async throws {
        for old in before {
            let steps = try await needs.store.steps(of: old.id, scope: .only(run.place.tenant))
            try await run.adopt(steps)
            if !old.state.isFinal { try await run.concludeCheck(of: old, steps) }
        }
        try await book.end(before, as: .superseded, because: "superseded by a review of \(run.pull.head.short)")
    }

    /// Not even the pull request could be read: a run tells why, unless it passes.
    private func endUnread(_ error: any Error, subject: String, _ request: ReviewRequest, _ job: Job) async throws {
        let ending: ReviewEnding
        let failure = needs.doors.failure(error, of: job, at: needs.now.now)
        if failure.isEnd { try await needs.requireSameName(job) }
        switch failure {
        case .quiet, .passing, .shut: throw error
        case .wait(let reason, let pause): throw JobDeferred(because: reason, retryAfter: pause)
        case .gone(let reason): ending = ReviewEnding(.unneeded, reason)
        case .blocked(let reason), .broken(let reason): ending = ReviewEnding(.failed, reason)
        }
        let opened = try await book.open(newRun(subject, request, job), for: job)
        if let finished = opened.finished { return try repeatEnd(of: finished) }
        try await book.end(opened.unsettled, as: ending.runState, because: ending.reason)
        try await needs.store.advanceRun(opened.journal.run, to: ending.runState, reason: ending.reason, lease: job.lease)
        RunMeters(needs.metrics).ended(.review, ending.word.rawValue, after: .zero)
        needs.log.info(
            "a review ended",
            [.init("run", JSON(opened.journal.run.number)), .init("subject", .string(subject)), .init("ending", .string(ending.reason))])
        if ending.word == .failed { throw JobRefused(reason: ending.sentence) }
    }
}
