// Jobs `command`, `reply` and `merge_group`: who answers people and merge queues.

import ForgeCore
import ForgeReview

package struct CommandHandler: Sendable {
    private let needs: CommandDependencies
    private let log: Log

    package init(_ needs: CommandDependencies) {
        self.needs = needs
        log = needs.review.log.named("command")
    }

    package var jobHandlers: [JobHandler] {
        [
            JobHandler(kind: "command") { job in try await answer(job) }, JobHandler(kind: "reply") { job in try await answer(job) },
            JobHandler(kind: "merge_group") { job in try await answerQueue(job) },
        ]
    }

    private func answer(_ job: Job) async throws {
        guard let request = CommandRequest(payload: job.new.payload) else {
            throw JobRefused(reason: "the job says nothing that was asked")
        }
        try await withSession(job) { place, session in
            let run = CommandRun(needs: needs, request: request, place: place, job: job, session: session)
            for number in try await numbers(request, session) {
                let note = try await run.carryOut(on: number)
                log.info(
                    "answered",
                    [
                        .init("job", JSON(job.id.number)), .init("subject", .string("\(place.repository)#\(number)")),
                        .init("note", .string(note)),
                    ])
                count(job.new.kind)
            }
        }
    }

    /// A button under the check of a fork's commit names no pull request.
    private func numbers(_ request: CommandRequest, _ session: any HostSession) async throws -> [Int64] {
        if let number = request.number { return [number] }
        guard let head = request.head else { return [] }
        return try await session.pullRequests(withHead: head)
    }

    private func answerQueue(_ job: Job) async throws {
        guard let head = job.new.payload["head"]?.string.flatMap({ CommitSHA($0) }) else {
            throw JobRefused(reason: "a merge group needs a head")
        }
        try await withSession(job) { place, session in
            let pull = job.new.payload["pull"]?.integer
            var state: PullRequestState?
            if let pull { state = try await needs.review.store.pullRequestState(PullRequestKey(place: place, number: pull)) }
            try await post(MergeGroupCheck.content(head: head, pull: pull, state: state), session, isRepeated: job.attempt > 1)
            count(job.new.kind)
        }
    }

    private func post(_ content: CheckRunContent, _ session: any HostSession, isRepeated: Bool) async throws(CodeHostError) {
        func isThere() async throws(CodeHostError) -> Bool {
            try await session.checkRuns(named: content.name, at: content.head).contains { $0.isOwn && $0.externalID == content.externalID }
        }
        if isRepeated, try await isThere() { return }
        do throws(CodeHostError) {
            _ = try await session.createCheckRun(content)
        } catch {
            if error.mayBeDone, try await isThere() { return }
            throw error
        }
    }

    // MARK: How it ends

    private func withSession(_ job: Job, _ work: (HostPlace, any HostSession) async throws -> Void) async throws {
        guard let repository = RepositoryName(job.new.repository) else {
            throw JobRefused(reason: "a command needs a repository, and '\(job.new.repository)' is none")
        }
        let place = HostPlace(tenant: job.new.tenant, repository: repository)
        let session = needs.review.host.session(place, .command, .person)
        do {
            try await work(place, session)
            needs.review.doors.noteOpen(place.tenant)
            await session.end()
        } catch {
            await session.end()
            try await conclude(error, job)
        }
    }

    private func conclude(_ error: any Error, _ job: Job) async throws {
        let failure = needs.review.doors.failure(error, of: job, at: needs.review.now.now)
        if failure.isEnd { try await needs.review.requireSameName(job) }
        switch failure {
        case .quiet, .passing, .shut: throw error
        case .wait(let reason, let pause): throw JobDeferred(because: reason, retryAfter: pause)
        case .gone(let reason): log.info("nobody to answer any more", [.init("job", JSON(job.id.number)), .init("why", .string(reason))])
        case .blocked(let reason), .broken(let reason): throw JobRefused(reason: reason)
        }
    }

    private func count(_ kind: String) {
        needs.review.metrics.counter("forge_answers_total", "Commands, replies and merge groups answered.", [.init("kind", kind)]).add()
    }
}
