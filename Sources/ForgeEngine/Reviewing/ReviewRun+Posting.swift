// What a person sees: one review, answers in threads, one summary, one check run. Every write is a step of its own, and each finds its own
// traces before it is repeated. A permission that is missing for one of them takes only that one away.

import ForgeConfig
import ForgeCore
import ForgeReview

/// How much of a plan people are shown.
enum ReviewShare: Hashable {
    case whole
    /// Nobody is notified of anything: the summary says what holds now.
    case summary
    /// The same change as was reviewed under another head: that head gets its check.
    case check
}

/// How a try to post a review went.
struct PostedPart: StepResult, Hashable {
    var isAccepted: Bool

    var stepJSON: JSON { ["accepted": .bool(isAccepted)] }
    init(isAccepted: Bool) { self.isAccepted = isAccepted }
    init?(stepJSON: JSON) {
        guard let flag = stepJSON["accepted"]?.bool else { return nil }
        isAccepted = flag
    }
}

extension ReviewRun {
    func publish(_ plan: ReviewPlan, _ config: RepositoryConfig, _ share: ReviewShare) async throws -> PostedReview {
        var posted = PostedReview()
        if share == .whole {
            posted.unplaced = try await post(plan.review)
            posted.answered = try await answer(plan.answers)
        }
        // Where the same account approves, its request is over by that.
        if plan.withdrawsRequest, plan.review?.event != .approve { try await withdrawRequest() }
        if share != .check {
            posted.summaryComment = try await summarise(plan.summary(unplaced: posted.unplaced), config.output.summary)
        }
        posted.checkRun = try await conclude(plan.checkRun(unplaced: posted.unplaced))
        return posted
    }

    // MARK: The review

    /// Findings that no place would take. Nothing is posted about a head that is not the newest.
    private func post(_ review: PlannedReview?) async throws -> Set<String> {
        guard let review else { return [] }
        var posting = ReviewPosting(review)
        if !journal.has("review/1") { try await requireNewestHead() }
        while let next = posting.next {
            let marker = posting.marker
            let part = try await journal.write("review/\(posting.attempt)", find: { try await find(next, marker) }) {
                try await tryToPost(next, marker)
            }
            if part.isAccepted { posting.accept() } else { posting.refuse() }
        }
        return posting.unplacedFindings
    }

    private func tryToPost(_ review: NewReview, _ marker: HiddenMarker) async throws -> PostedPart {
        do {
            _ = try await session.post(review, on: pull.number)
            count("forge_review_comments_total", "Comments on lines and files that reviews posted.", review.comments.count)
            return PostedPart(isAccepted: true)
        } catch {
            guard error.kind == .refused || error.kind == .conflict else { throw error }
            try await requireNewestHead()
            needs.log.info(
                "a review was refused", fields([.init("why", .string(error.message)), .init("comments", JSON(review.comments.count))]))
            // Hosts have been seen to keep what they refused.
            return try await find(review, marker) ?? PostedPart(isAccepted: false)
        }
    }

    /// A comment on a file as a whole comes without a review around it, and is found by its own marker.
    private func find(_ review: NewReview, _ marker: HiddenMarker) async throws -> PostedPart? {
        let identity = try await memory.identity(needs.host)
        let isThere: Bool
        if let comment = review.comments.first, comment.anchor == .file {
            let own = HiddenMarker(endOf: comment.body)
            isThere = try await session.threads(on: pull.number).contains { thread in
                guard let first = thread.comments.first, thread.path == comment.path, thread.line == nil else { return false }
                return identity.isAuthor(first.author) && HiddenMarker(endOf: first.body) == own && own != nil
            }
        } else {
            isThere = identity.ownReview(marker, in: try await session.reviews(on: pull.number)) != nil
        }
        return isThere ? PostedPart(isAccepted: true) : nil
    }

    /// Nothing asks for changes any more, so nothing of ours may stand in the way of a merge.
    private func withdrawRequest() async throws {
        _ = try await journal.step("withdraw", .write) {
            let identity = try await memory.identity(needs.host)
            for review in try await session.reviews(on: pull.number) where review.asksForChanges && identity.isAuthor(review.author) {
                try await unlessGone {
                    try await session.dismiss(
                        review: review.id, because: "As of \(pull.head.short) nothing asks for changes any more.", on: pull.number)
                }
            }
            return Done()
        }
    }

    func requireNewestHead() async throws {
        let now = try await session.pullRequest(pull.number)
        if now.head != pull.head { throw HeadMoved(head: now.head) }
        guard now.isOpen else { throw CodeHostError(.notFound, "the pull request was closed") }
    }

    // MARK: Threads

    /// With the comments that opened Forge's threads, when something that has one may be over: only the host knows their numbers.
    func withThreadsKnown(_ state: PullRequestState, _ report: ReviewReport) async throws -> PullRequestState {
        let found = Set(report.open.map(\.id.text))
        let isNeeded = state.ledger.values.contains { entry in
            entry.place == .thread(comment: nil) && !entry.isAnswered && (entry.state != .open || !found.contains(entry.id))
        }
        guard isNeeded else { return state }
        let threads = try await memory.threads(session, on: pull.number)
        var state = state
        state.learn(threads, try await memory.identity(needs.host))
        return state
    }

    /// Findings whose threads were told.
    private func answer(_ answers: [ThreadAnswer]) async throws -> Set<String> {
        var answered: Set<String> = []
        for answer in answers {
            try await reply(answer)
            if answer.resolves { try await resolve(answer) }
            answered.insert(answer.finding)
        }
        return answered
    }

    private func reply(_ answer: ThreadAnswer) async throws {
        _ = try await journal.write("answer/\(answer.finding)", find: { try await findReply(answer) }) {
            try await unlessGone { _ = try await session.reply(answer.body, to: answer.comment, on: pull.number) }
            return Done()
        }
    }

    private func findReply(_ answer: ThreadAnswer) async throws -> Done? {
        guard let marker = HiddenMarker(endOf: answer.body) else { return nil }
        let identity = try await memory.identity(needs.host)
        let thread = try await session.threads(on: pull.number).first { $0.comments.first?.id == answer.comment }
        let isThere = thread?.comments.contains { identity.isAuthor($0.author) && HiddenMarker(endOf: $0.body) == marker } ?? false
        return isThere ? Done() : nil
    }

    /// Resolving twice is resolving once. Some installations may reply and not resolve.
    private func resolve(_ answer: ThreadAnswer) async throws {
        let threads = try await memory.threads(session, on: pull.number)
        guard let thread = threads.first(where: { $0.comments.first?.id == answer.comment }), !thread.isResolved else { return }
        _ = try await journal.step("resolve/\(answer.finding)", .write) {
            try await unlessGone { try await session.resolve(thread: thread.id) }
            return Done()
        }
    }

    /// What a person deleted meanwhile, or what the installation does not let us do, is left out and noted in the log.
    func unlessGone(_ write: () async throws -> Void) async throws {
        do {
            try await write()
        } catch let error as CodeHostError {
            switch error.kind {
            case .notFound, .forbidden, .refused:
                needs.log.warning("a write was left out", fields([.init("why", .string(error.message))]))
            case .unauthorized, .conflict, .limited, .unavailable, .defect: throw error
            }
        }
    }

    // MARK: The summary

    private func summarise(_ action: SummaryAction, _ mode: OutputConfig.Summary) async throws -> Int64? {
        switch action {
        case .nothing: return nil
        case .edit(let comment, let body):
            if let edited = try await edit(comment, to: body) { return edited }
            return try await postSummary(body, mode)
        case .create(let body): return try await postSummary(body, mode)
        }
    }

    /// Nil when the comment is gone.
    private func edit(_ comment: Int64, to body: String) async throws -> Int64? {
        try await journal.step("summary", .write) {
            try await isEdited(comment, to: body) ? comment : nil
        }
    }

    /// An own summary that nobody remembers, as after a loss of the database, is taken up again.
    private func postSummary(_ body: String, _ mode: OutputConfig.Summary) async throws -> Int64? {
        try await journal.write("summary.new", find: { try await ownSummary { $0.fields["run"] == name } }) {
            if mode == .one, let old = try await ownSummary(where: { _ in true }), try await isEdited(old, to: body) { return old }
            return try await session.postComment(body, on: pull.number).id
        }
    }

    private func isEdited(_ comment: Int64, to body: String) async throws -> Bool {
        do {
            try await session.editComment(comment, to: body)
            return true
        } catch {
            guard error.kind == .notFound else { throw error }
            return false
        }
    }

    private func ownSummary(where isMeant: (HiddenMarker) -> Bool) async throws -> Int64? {
        let identity = try await memory.identity(needs.host)
        guard let own = identity.ownComment(.summary, in: try await session.comments(on: pull.number)),
            let marker = HiddenMarker(endOf: own.body), isMeant(marker)
        else { return nil }
        return own.id
    }

    // MARK: What is remembered

    func remember(_ plan: ReviewPlan, _ posted: PostedReview) async throws -> PullRequestState {
        try await needs.store.changePullRequest(key, lease: job.lease) { plan.remember(posted, in: &$0) }
    }

    func fields(_ more: [JSON.Member] = []) -> [JSON.Member] {
        [.init("run", JSON(journal.run.number)), .init("subject", .string("\(place.repository)#\(pull.number)@\(pull.head.short)"))] + more
    }

    func count(_ name: String, _ help: String, _ amount: Int) { needs.metrics.counter(name, help).add(amount) }
}
