// The model's part of a review: asked while its answers come, and given up where they do not, with what was answered and paid for until then.
// It must never keep what the rules found from anybody for longer than the configuration says, and never begin again in a repeated run what
// was given up once: people may have been told already.

import ForgeConfig
import ForgeCore
import ForgeReview

extension ReviewRun {
    private static let givenUpKey = "model.given_up"

    /// What the rules found, and what a model adds to it. What it was not heard about stands in the coverage.
    func askModel(
        _ change: JudgedChange, _ judgement: ChangeJudgement, _ config: EffectiveConfig, _ share: ReviewShare
    ) async throws -> (ReviewMaterial, ModelReading?) {
        var material = judgement.material
        guard let reviewer = needs.reviewer, config.config.review.asksModel else { return (material, nil) }
        guard config.config.asksModel(about: pull, in: place.repository) else {
            let word = "the model was not asked: the pull request comes from a fork, and `forks.model` is false"
            material.coverage.unread.append(UnreadPart(path: nil, reason: word))
            return (material, nil)
        }
        guard share == .whole else { return (material, nil) }
        try await showProgress(config.config)
        let (said, missing) = try await hear(reviewer, change, judgement, config)
        // Once: where files are named with it, they say it.
        if let missing, said?.reading.none.contains(where: { $0.reason == missing }) != true {
            material.coverage.unread.append(UnreadPart(path: nil, reason: missing))
        }
        material.found += said?.findings ?? []
        return (material, said?.reading)
    }

    /// What the model says, and why no more of it when it was given up.
    private func hear(
        _ reviewer: any ChangeReviewer, _ change: JudgedChange, _ judgement: ChangeJudgement, _ config: EffectiveConfig
    ) async throws -> (said: ReviewersWord?, missing: String?) {
        func landed(_ reason: String) async throws -> (ReviewersWord?, String?) {
            (try await reviewer.landed(change, judged: judgement, config, journal: journal, because: reason), reason)
        }
        if let reason = try journal.known(Self.givenUpKey, as: String.self) { return try await landed(reason) }
        do {
            let said = try await ModelPatience(config.config, journal, needs).wait { [journal] in
                try await reviewer.review(change, judged: judgement, config, journal: journal)
            }
            return (said, nil)
        } catch {
            guard let reason = reasonToGiveUp(error, config.config.review.modelPatience) else { throw error }
            needs.log.warning("the model was not heard", fields([.init("error", .string((error as? ModelError)?.message ?? reason))]))
            return try await landed(try await journal.step(Self.givenUpKey, .decision) { reason })
        }
    }

    /// Nil while it is worth waiting, or when it is none of the model's trouble.
    private func reasonToGiveUp(_ error: any Error, _ patience: Duration) -> String? {
        if let overdue = error as? ModelOverdue { return overdue.sentence }
        guard let error = error as? ModelError else { return nil }
        let now = needs.now.now
        let waitsUntil = (journal.allSteps.map(\.at).min() ?? now) + patience
        switch RunFailure(error).final(of: job, at: now) {
        case .quiet: return nil
        case .wait(_, let pause): return now + pause > waitsUntil ? "the model could not be asked: \(error.kind.shown)" : nil
        case .passing: return now > waitsUntil ? "the model could not be asked: \(error.kind.shown)" : nil
        case .blocked: return "the model could not be asked: \(error.kind.shown)"
        case .broken, .gone, .shut: return "the model's review failed: \(error.kind.shown)"
        }
    }
}
