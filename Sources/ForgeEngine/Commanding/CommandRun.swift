// One comment's commands, or one reply, from the words as they stand now to the answer in its place. `carryOut` is the whole of it; what is
// said and done is decided by `answer`, which is pure.
//
// Only what a model is paid for is journaled (`CommandRun+Model`): everything else here may be done twice without being seen twice. Changes
// of the ledger change nothing the second time, an answer that may be there is looked for by its marker and its author, and what is queued
// joins what is queued already.

import ForgeConfig
import ForgeCore
import ForgeReview

struct CommandRun: Sendable {
    let needs: CommandDependencies
    let request: CommandRequest
    let place: HostPlace
    let job: Job
    let session: any HostSession

    /// Somebody may have begun this before.
    private var isRepeated: Bool { job.attempt > 1 }
    private var isReply: Bool { request.commands.isEmpty }

    /// What became of it, for the log.
    func carryOut(on number: Int64) async throws -> String {
        guard let words = try await words(on: number) else { return "the comment is gone" }
        let pull = request.isPullRequest ? try await session.pullRequest(number) : nil
        let permission = try await session.permission(of: request.asker.login ?? "")
        return try await withSource(of: pull) { source, config in
            let scene = try await scene(number, pull, permission, source, config)
            let outcome = decide(words, scene)
            try await react(outcome.reaction)
            // What the outcome was decided by was read under this name.
            try await needs.review.requireSameName(job)
            try await change(number, outcome)
            try await resolve(outcome.resolvedThreads, number)
            try await say(outcome, on: number, QuestionedChange(place: place, pull: pull, config: config, snapshot: source))
            // A model may have been waited for. Under another name the job finds its answer posted and goes on.
            try await needs.review.requireSameName(job)
            try await follow(outcome, number, pull, config.config)
            return outcome.note
        }
    }

    // MARK: How things stand

    /// The words as they are now; empty for a button, nil when they are gone.
    private func words(on number: Int64) async throws -> HostComment? {
        let none = Timestamp(milliseconds: 0)
        guard let id = request.comment else { return HostComment(id: 0, author: request.asker, body: "", createdAt: none, updatedAt: none) }
        if let place = request.reactionPlace { return try await session.comment(id, place) }
        let review = try await session.reviews(on: number).first { $0.id == id }
        return review.map { HostComment(id: id, author: $0.author, body: $0.body, createdAt: none, updatedAt: none) }
    }

    private func decide(_ words: HostComment, _ scene: CommandScene) -> CommandOutcome {
        if request.comment != nil, request.wasChanged(nowReading: words.body, updatedAt: words.updatedAt) {
            return ForgeReview.answer(edited: request, in: scene)
        }
        return isReply ? ForgeReview.answer(reply: words.body, request, in: scene) : ForgeReview.answer(request, in: scene)
    }

    private func scene(
        _ number: Int64, _ pull: PullRequest?, _ permission: HostPermission, _ source: (any SourceSnapshot)?, _ config: EffectiveConfig
    ) async throws -> CommandScene {
        let identity = try await needs.review.host.identity()
        var state = try await needs.review.store.pullRequestState(key(number))
        var threads: [HostThread] = []
        if pull != nil, request.thread != nil || state.hasUnknownThreads {
            threads = try await session.threads(on: number)
            state.learn(threads, identity)
        }
        var scene = CommandScene(
            state: state, pullRequest: pull, permission: permission,
            policy: CommandPolicy(config.config.commands, asker: request.asker, needs.review.judge.matching), identity: identity,
            configText: config.shownText,
            hasModel: needs.answerer != nil && config.config.asksModel(about: pull, in: place.repository),
            hasSummary: config.config.output.summary != .nothing, now: needs.review.now.now)
        scene.thread = threads.first { thread in thread.comments.contains { $0.id == request.thread } }
        for rule in try await needs.review.judge.rules(config) { scene.rules[rule.id] = rule }
        scene.dismissals = try await needs.review.store.dismissals(in: place)
        scene.description = try await description(pull, source, config.config)
        return scene
    }

    private func description(
        _ pull: PullRequest?, _ source: (any SourceSnapshot)?, _ config: RepositoryConfig
    ) async throws -> ChangeDescription? {
        guard let pull, let source, request.commands.contains(where: { $0.name == CommandName.describe.rawValue }) else { return nil }
        guard let base = try await source.commit(of: baseRef(of: pull)) else { return nil }
        let mergeBase = try await source.mergeBase(base, pull.head)
        let diff = try await source.diff(from: mergeBase ?? base, to: pull.head)
        guard !diff.files.isEmpty else { return nil }
        let generated = try await source.generated(diff.files.map(\.path), at: base)
        return ChangeDescription(ChangeProfile(diff, generated: generated))
    }

    /// With the code and the configuration of the base branch. Under an issue there is no branch to read one from.
    private func withSource<Answer>(
        of pull: PullRequest?, _ work: ((any SourceSnapshot)?, EffectiveConfig) async throws -> Answer
    ) async throws -> Answer {
        let layers = try await needs.review.upperLayers.layers(above: place)
        guard let pull else { return try await work(nil, EffectiveConfig.load(layers)) }
        let refs = ["refs/pull/\(pull.number)/head", baseRef(of: pull)]
        // Without commits, so that the base branch is the one of now.
        let fetch = FetchRequest(place: place, remote: try await session.gitRemote(), refs: refs)
        let source = try await needs.review.mirrors.fetch(fetch)
        do {
            var all = layers
            if let base = try await source.commit(of: baseRef(of: pull)),
                let text = try await source.file(RepositoryPath(".forge.yml"), at: base, bytesMax: 1 << 20)
            {
                all.append(.repository(text))
            }
            let answer = try await work(source, EffectiveConfig.load(all))
            await source.release()
            return answer
        } catch {
            await source.release()
            throw error
        }
    }

    private func baseRef(of pull: PullRequest) -> String { "refs/heads/\(pull.baseBranch)" }
    private func key(_ number: Int64) -> PullRequestKey { PullRequestKey(place: place, number: number) }

    // MARK: What is done

    private func react(_ reaction: HostReaction?) async throws {
        guard let reaction, let comment = request.comment, let side = request.reactionPlace else { return }
        try await unlessGone { () async throws(CodeHostError) in try await session.react(reaction, to: comment, side) }
    }

    private func change(_ number: Int64, _ outcome: CommandOutcome) async throws {
        guard !outcome.changes.isEmpty else { return }
        _ = try await needs.review.store.changePullRequest(key(number), lease: job.lease) { $0.apply(outcome.changes) }
    }

    private func resolve(_ comments: [Int64], _ number: Int64) async throws {
        guard !comments.isEmpty else { return }
        for thread in try await session.threads(on: number) where !thread.isResolved {
            guard let first = thread.comments.first?.id, comments.contains(first) else { continue }
            try await unlessGone { () async throws(CodeHostError) in try await session.resolve(thread: thread.id) }
        }
    }

    private func say(_ outcome: CommandOutcome, on number: Int64, _ change: QuestionedChange) async throws {
        guard !outcome.parts.isEmpty else { return }
        let identity = try await needs.review.host.identity()
        if isRepeated, try await isAnswered(on: number, identity) { return }
        var answers: [String?] = []
        if !outcome.questions.isEmpty { answers = try await askModel(outcome.questions, on: number, change) }
        guard let text = answerText(outcome, answers: answers, for: request) else { return }
        do throws(CodeHostError) {
            try await post(text, on: number)
        } catch {
            if error.mayBeDone, try await isAnswered(on: number, identity) { return }
            guard !error.isLeftOut else {
                return needs.review.log.warning("an answer was left out", [.init("why", .string(error.message))])
            }
            throw error
        }
    }

    /// In the thread that asked; in the conversation where that is gone, and for everything else.
    private func post(_ text: String, on number: Int64) async throws(CodeHostError) {
        if let thread = request.thread {
            do {
                _ = try await session.reply(text, to: thread, on: number)
                return
            } catch {
                guard error.kind == .notFound else { throw error }
            }
        }
        _ = try await session.postComment(text, on: number)
    }

    private func isAnswered(on number: Int64, _ identity: HostIdentity) async throws(CodeHostError) -> Bool {
        if let thread = request.thread {
            let threads = try await session.threads(on: number)
            let comments = threads.first { thread == $0.comments.first?.id }?.comments ?? []
            if request.answer(in: comments, by: identity) != nil { return true }
        }
        return request.answer(in: try await session.comments(on: number), by: identity) != nil
    }

    /// What a person deleted or locked, or what the installation may not do, keeps nothing else from being done.
    private func unlessGone(_ write: () async throws(CodeHostError) -> Void) async throws(CodeHostError) {
        do throws(CodeHostError) {
            try await write()
        } catch {
            guard error.isLeftOut else { throw error }
            needs.review.log.info("a write was left out", [.init("why", .string(error.message))])
        }
    }

    // MARK: What follows

    private func follow(_ outcome: CommandOutcome, _ number: Int64, _ pull: PullRequest?, _ config: RepositoryConfig) async throws {
        for followUp in outcome.followUps {
            switch followUp {
            case .review(let isFull, let because): try await queue(isFull ? .full : .review, number, because)
            case .refresh(let because): try await queue(.refresh, number, because)
            case .describe(let description): try await describe(description, pull, config.output)
            }
        }
        // What an earlier try changed is no change any more: what it would have queued is queued all the same.
        if isRepeated, !isReply, pull != nil { try await queue(.refresh, number, "after a command was interrupted") }
    }

    private func queue(_ wish: ReviewWish, _ number: Int64, _ because: String) async throws {
        let cause = request.comment.map { "\(request.place.rawValue)/\($0)" } ?? "check/\(request.check ?? 0)"
        _ = try await needs.review.store.enqueue(
            ReviewRequest.job(
                about: number, in: place, wish: wish, cause: cause, because: because, attemptsMax: job.new.attemptsMax))
        needs.queued.notify()
    }

    private func describe(_ description: ChangeDescription, _ pull: PullRequest?, _ output: OutputConfig) async throws {
        guard let pull else { return }
        let shown = ShownDescription(description, pull, output)
        if let body = shown.body {
            try await unlessGone { () async throws(CodeHostError) in try await session.setDescription(of: pull.number, to: body) }
        }
        if shown.changesLabels {
            try await unlessGone { () async throws(CodeHostError) in
                try await session.changeLabels(on: pull.number, adding: shown.added, removing: shown.removed)
            }
        }
    }
}

extension CodeHostError {
    /// Trying it again would not help, and neither would telling anybody.
    fileprivate var isLeftOut: Bool {
        switch kind {
        case .notFound, .forbidden, .refused: true
        case .unauthorized, .conflict, .limited, .unavailable, .defect: false
        }
    }
}
