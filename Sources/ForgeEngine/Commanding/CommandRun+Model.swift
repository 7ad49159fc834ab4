// What a person asks of a model is paid for, so it has a run: an answer is stored before it is posted, and a command that was stopped in
// between posts what was stored.

import ForgeConfig
import ForgeCore
import ForgeReview

extension CommandRun {
    /// An answer for each question, nil where there is none.
    func askModel(_ questions: [ModelQuestion], on number: Int64, _ change: QuestionedChange) async throws -> [String?] {
        guard let answerer = needs.answerer else { return questions.map { _ in nil } }
        let (store, now) = (needs.review.store, needs.review.now)
        let new = NewRun(
            kind: .question, tenant: place.tenant, repository: place.repository.description, job: job.id, subject: "pull/\(number)")
        let opened = try await RunBook(store: store, now: now).open(new, for: job)
        let began = now.now
        var answers: [String?] = []
        for (index, question) in questions.enumerated() {
            answers.append(
                try await answerer.answer(question, about: change, in: opened.journal, step: "model.answer.\(index + 1)"))
        }
        if opened.finished == nil {
            try await store.advanceRun(opened.journal.run, to: .done, reason: nil, lease: job.lease)
            RunMeters(needs.review.metrics).ended(.question, "answered", after: now.now - began)
        }
        return answers
    }

    /// A model that does not answer leaves what is known without one: the person who asked must not wait longer than a review would.
    private func answer(
        _ question: ModelQuestion, _ change: QuestionedChange, _ answerer: any QuestionAnswerer
    ) async throws -> String? {
        let limit = change.config.config.review.modelPatience
        let patience = ModelPatience(
            silenceMax: limit, totalMax: max(limit, needs.review.modelTimeMax), clock: needs.review.clock, now: needs.review.now,
            lastAnswer: { nil })
        do {
            return try await patience.wait { try await answerer.answer(question, about: change) }
        } catch {
            try Task.checkCancellation()
            guard let why = (error as? ModelError)?.message ?? (error as? ModelOverdue)?.sentence else { throw error }
            needs.review.log.warning("a question was not answered", [.init("why", .string(why))])
            return nil
        }
    }
}
