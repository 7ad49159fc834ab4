// The code of a pull request and what its repository wants: fetched, settled, and read from the base branch alone.

import ForgeConfig
import ForgeCore
import ForgeReview

extension ReviewRun {
    static let configName = RepositoryPath(".forge.yml")
    /// What is larger is told as a problem by its reader, not read.
    static let configBytesMax = 1 << 20

    /// The pull request's head and its base branch, as they are on the code host now; for a run that is called again, as they were. A fetch
    /// that names commits is none when they are here, and the base branch may have moved since.
    func fetch() async throws -> any SourceSnapshot {
        let refs = ["refs/pull/\(pull.number)/head", baseRef]
        let start = try journal.known("start", as: ReviewStart.self)
        let commits = start.map { [$0.head, $0.base] } ?? []
        let remote = try await session.gitRemote()
        let snapshot = try await needs.mirrors.fetch(FetchRequest(place: place, remote: remote, refs: refs, commits: commits))
        do {
            guard try await snapshot.contains(pull.head) else {
                throw SourceError(.notFound, "the code host's git does not have \(pull.head.short) yet")
            }
            return snapshot
        } catch {
            await snapshot.release()
            throw error
        }
    }

    private var baseRef: String { "refs/heads/\(pull.baseBranch)" }

    func start(_ snapshot: any SourceSnapshot) async throws -> ReviewStart {
        try await journal.step("start", .decision) {
            guard let base = try await snapshot.commit(of: baseRef) else {
                throw JobRefused(reason: "the base branch '\(pull.baseBranch.shownInLine)' is gone")
            }
            let mergeBase = try await snapshot.mergeBase(base, pull.head)
            let round = try await needs.store.pullRequestState(key).reviewed?.round ?? 0
            // Without a common commit everything that the base does not have is new.
            return ReviewStart(head: pull.head, base: base, mergeBase: mergeBase ?? base, round: round)
        }
    }

    func readConfig(_ snapshot: any SourceSnapshot, at base: CommitSHA) async throws -> EffectiveConfig {
        var layers = try await needs.upperLayers.layers(above: place)
        if let text = try await snapshot.file(Self.configName, at: base, bytesMax: Self.configBytesMax) {
            layers.append(.repository(text))
        }
        let config = EffectiveConfig.load(layers)
        for warning in config.warnings {
            needs.log.debug(
                "a word about the configuration", [.init("run", JSON(journal.run.number)), .init("warning", .string("\(warning)"))])
        }
        return config
    }

    func readChange(_ snapshot: any SourceSnapshot, _ start: ReviewStart, _ config: RepositoryConfig) async throws -> JudgedChange {
        let diff = try await snapshot.diff(from: start.mergeBase, to: start.head)
        let beside = try await snapshot.files(in: Set(diff.files.map(\.path.parent)), at: start.head)
        let generated = config.review.includesGenerated ? [] : try await snapshot.generated(diff.files.map(\.path), at: start.base)
        var input = ReviewInput(
            diff: diff, base: "\(pull.baseBranch.shownInLine) (\(start.mergeBase.short))",
            head: "\(pull.headBranch.shownInLine) (\(start.head.short))",
            readOldFile: { path in
                // A file that cannot be read is one that nobody can say anything about.
                try? await snapshot.file(path, at: start.mergeBase, bytesMax: 8 << 20)
            })
        input.hasFile = { beside.contains($0) }
        return JudgedChange(
            place: place, pull: pull, base: start.base, mergeBase: start.mergeBase, input: input, generated: generated, snapshot: snapshot)
    }

    // MARK: Whether it is reviewed at all

    /// Nil when it is. A person who asks for a review gets one where nobody would otherwise.
    func reasonToLeave(_ config: RepositoryConfig, _ state: PullRequestState) -> PauseDecision? {
        guard !request.isAsked, !request.isRefresh else { return nil }
        if let reason = config.review.reasonToSkip(ReviewCandidate(pull, in: place.repository), needs.judge.matching) {
            return .wait(.skipped(because: reason), notice: nil)
        }
        if request.isPush, config.review.onPush == .nothing {
            return .wait(.skipped(because: "new pushes are not reviewed: review.on_push is nothing"), notice: nil)
        }
        let decision = state.pauseDecision(head: pull.head, pushesMax: config.review.pushesMax, isAsked: false)
        return decision == .review ? nil : decision
    }

    func reasonInPaths(_ change: JudgedChange, _ config: RepositoryConfig) -> PauseDecision? {
        guard !request.isAsked, !request.isRefresh else { return nil }
        let paths = change.input.diff.files.flatMap(\.paths)
        let candidate = ReviewCandidate(pull, in: place.repository, paths: paths)
        return config.review.reasonToSkip(candidate, needs.judge.matching).map { .wait(.skipped(because: $0), notice: nil) }
    }
}

extension String {
    /// A branch's name is text from outside: on one line, with nothing hidden in it, and not longer than a line.
    var shownInLine: String { String(RepositoryPath(self).shown.prefix(120)) }
}
