// What a person asks of a model is paid for, so it has a run: an answer is stored before it is posted, and a command that was stopped in
// between posts what was stored. All questions of one comment are one run: they are waited for together, and what was given up once is not
// asked again when the run is repeated.

import ForgeConfig
import ForgeCore
import ForgeReview

extension CommandRun {
    private static let givenUpKey = "model.given_up"

    private static func answerKey(_ index: Int) -> String { "model.answer.\(index + 1)" }

    /// An answer for each question, nil where there is none.
    func askModel(_ questions: [ModelQuestion], on number: Int64, _ change: QuestionedChange) async throws -> [String?] {
        guard let answerer = needs.answerer else { return questions.map { _ in nil } }
        let (store, now) = (needs.review.store, needs.review.now)
        let new = NewRun(
            kind: .question, tenant: place.tenant, repository: place.repository.description, job: job.id, subject: "pull/\(number)")
        let opened = try await RunBook(store: store, now: now).open(new, for: job)
        let journal = opened.journal
        if opened.finished != nil { return try await stored(questions, change, in: journal, by: answerer) }
        let began = now.now
        let (answers, missing) = try await hear(questions, change, in: journal, by: answerer)
        try await store.advanceRun(journal.run, to: .done, reason: missing, lease: job.lease)
        let isAnswered = answers.contains { $0 != nil }
        RunMeters(needs.review.metrics).ended(.question, isAnswered ? "answered" : "unanswered", after: now.now - began)
        return answers
    }

    /// The answers, and why there are no more of them when the model was given up. That leaves what is known without one: the person who
    /// asked must not wait longer than a review would.
    private func hear(
        _ questions: [ModelQuestion], _ change: QuestionedChange, in journal: RunJournal, by answerer: any QuestionAnswerer
    ) async throws -> (answers: [String?], missing: String?) {
        if let reason = try journal.known(Self.givenUpKey, as: String.self) {
            return (try await stored(questions, change, in: journal, by: answerer), reason)
        }
        do {
            let answers = try await ModelPatience(change.config.config, journal, needs.review).wait {
                try await ask(questions, change, in: journal, by: answerer)
            }
            return (answers, nil)
        } catch let overdue as ModelOverdue {
            noteUnanswered(overdue.sentence)
            let reason = try await journal.step(Self.givenUpKey, .decision) { overdue.sentence }
            return (try await stored(questions, change, in: journal, by: answerer), reason)
        }
    }

    private func ask(
        _ questions: [ModelQuestion], _ change: QuestionedChange, in journal: RunJournal, by answerer: any QuestionAnswerer
    ) async throws -> [String?] {
        let callsMax = min(needs.callsMax, change.config.config.budgets.runSteps ?? needs.callsMax)
        var answers: [String?] = []
        for (index, question) in questions.enumerated() {
            let key = Self.answerKey(index)
            let calls = journal.allSteps.count { $0.kind == StepKind.model.rawValue }
            guard journal.has(key) || calls < callsMax else {
                noteUnanswered("the model's calls of one run are used up (run_steps)")
                answers.append(nil)
                continue
            }
            do {
                answers.append(try await answerer.answer(question, about: change, in: journal, step: key))
            } catch let error as ModelError {
                try Task.checkCancellation()
                noteUnanswered(error.message)
                answers.append(nil)
            }
        }
        return answers
    }

    /// What was answered and stored; asks nothing.
    private func stored(
        _ questions: [ModelQuestion], _ change: QuestionedChange, in journal: RunJournal, by answerer: any QuestionAnswerer
    ) async throws -> [String?] {
        var answers: [String?] = []
        for (index, question) in questions.enumerated() {
            let key = Self.answerKey(index)
            guard journal.has(key) else {
                answers.append(nil)
                continue
            }
            answers.append(try await answerer.answer(question, about: change, in: journal, step: key))
        }
        return answers
    }

    private func noteUnanswered(_ why: String) {
        needs.review.log.warning("a question was not answered", [.init("why", .string(why))])
    }
}
