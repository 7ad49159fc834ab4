// Everything that answering a person can touch, beside what a review can.

package import ForgeConfig
package import ForgeCore
package import ForgeReview

/// Puts a person's question to a model. It scrubs and delimits whatever a model is shown.
package protocol QuestionAnswerer: Sendable {
    /// Markdown, safe as it is; nil when the model has nothing to say, or does not answer. It is a step of the run: asked, paid and kept
    /// once, however often it is called with the same key.
    func answer(
        _ question: ModelQuestion, about change: QuestionedChange, in journal: RunJournal, step key: String
    ) async throws -> String?
}

/// Where a question was asked.
package struct QuestionedChange: Sendable {
    package var place: HostPlace
    /// Nil under an issue.
    package var pull: PullRequest?
    package var config: EffectiveConfig
    /// Has the pull request's head and its base; nil under an issue.
    package var snapshot: (any SourceSnapshot)?

    package init(place: HostPlace, pull: PullRequest?, config: EffectiveConfig, snapshot: (any SourceSnapshot)?) {
        self.place = place
        self.pull = pull
        self.config = config
        self.snapshot = snapshot
    }
}

package struct CommandDependencies: Sendable {
    package var review: ReviewDependencies
    /// Nil when there is no model.
    package var answerer: (any QuestionAnswerer)?
    /// Of the model for the questions of one comment, as the server allows.
    package var callsMax: Int
    /// Told when a job was queued.
    package var queued: Wakeup

    package init(review: ReviewDependencies, answerer: (any QuestionAnswerer)? = nil, callsMax: Int = .max, queued: Wakeup) {
        self.review = review
        self.answerer = answerer
        self.callsMax = callsMax
        self.queued = queued
    }
}
