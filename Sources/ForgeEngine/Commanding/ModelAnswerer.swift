// Puts a person's question to a model, with the finding and the change around it. It must never show a model a text that was not enclosed, nor
// post what the model says before it was made safe.

import ForgeConfig
package import ForgeCore
package import ForgeCrew
package import ForgeReview

package struct ModelAnswerer: QuestionAnswerer {
    /// Above and below the line of a finding.
    private static let linesAround = 30
    private static let fileBytesMax = 1 << 20
    private static let changeBytesMax = 60_000

    private let model: any Model
    private let budgets: BudgetBook?
    private let exchanges: ExchangeRecorder?
    private let outside: OutsideText
    private let log: Log
    /// Takes secrets out of what the model says.
    private let masked: @Sendable (String) -> String

    package init(
        model: any Model, budgets: BudgetBook? = nil, exchanges: ExchangeRecorder? = nil, outside: OutsideText, log: Log = .silent,
        masked: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.model = model
        self.budgets = budgets
        self.exchanges = exchanges
        self.outside = outside
        self.log = log
        self.masked = masked
    }

    package func answer(
        _ question: ModelQuestion, about change: QuestionedChange, in journal: RunJournal, step key: String
    ) async throws -> String? {
        // All questions of one comment are one run, which may cost no more than any other.
        let payer = BudgetPayer(tenant: change.place.tenant, repository: change.place.repository.description, run: journal.run)
        let budget = budgets?.budget(for: payer, change.config.config.budgets, lease: journal.lease)
        let paid = try await journal.step(key, asking: model, within: budget, keeping: exchanges) { model in
            try await words(of: model, question, change)
        }
        return paid.text
    }

    /// A model that does not answer leaves what is known without one.
    private func words(of model: any Model, _ question: ModelQuestion, _ change: QuestionedChange) async throws -> PaidWords {
        do throws(ModelError) {
            let said = try await model.answer(question.request(material: await material(question, change)))
            // Before it is made Markdown, whose escapes would hide a secret.
            let answer = PaidAnswer(said).masked(masked).answer
            return PaidWords(ModelQuestion.text(of: answer.json), usage: answer.usage, model: answer.model)
        } catch {
            try Task.checkCancellation()
            log.warning("a question was not answered", [.init("why", .string(error.message))])
            return PaidWords(failure: error.kind.shown)
        }
    }

    private func material(_ question: ModelQuestion, _ change: QuestionedChange) async -> String {
        var text = "Answer in this language: \(change.config.config.review.language).\n"
        text += "\nWhat the person wrote:\n\(outside.enclose(question.words))\n"
        if let finding = question.finding {
            let place = finding.path.map { "\($0.shown)\(finding.line.map { ":\($0)" } ?? "")" } ?? "the change as a whole"
            text += "\nThe finding (\(finding.rule), \(finding.severity.rawValue)):\n"
            text += outside.enclose("\(place)\n\(finding.message)\n\(finding.snippet)") + "\n"
        }
        if let rule = question.rule {
            let said = [rule.title, rule.message, rule.fix].compactMap { $0 }.joined(separator: "\n")
            text += "\nWhat its rule says:\n\(outside.enclose(said))\n"
        }
        if let code = await code(question.finding, change) {
            text += "\nThe code, with the numbers of its lines:\n\(outside.enclose(code))\n"
        }
        if question.finding == nil, let shown = await shownChange(change) { text += "\nThe change:\n\(outside.enclose(shown))\n" }
        return text
    }

    /// Around the finding, as it is in the pull request. A file that cannot be read is not shown; the question can be answered without.
    private func code(_ finding: LedgerEntry?, _ change: QuestionedChange) async -> String? {
        guard let path = finding?.path, let line = finding?.line, let head = change.pull?.head,
            // What cannot be read is not shown.
            let bytes = try? await change.snapshot?.file(path, at: head, bytesMax: Self.fileBytesMax)
        else { return nil }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let range = max(1, line - Self.linesAround)...max(1, line + Self.linesAround)
        return range.filter { $0 <= lines.count }.map { number in
            "\(number): \(String(decoding: lines[number - 1].prefix(600), as: UTF8.self))"
        }.joined(separator: "\n")
    }

    /// As much of the change as one question is worth. Without the repository there is none to show.
    private func shownChange(_ change: QuestionedChange) async -> String? {
        guard let pull = change.pull, let snapshot = change.snapshot, let diff = await diff(of: pull, snapshot) else { return nil }
        var limits = PackingLimits()
        limits.callBytesMax = Self.changeBytesMax
        limits.callsMax = 1
        return pack(diff, leavingOut: [], limits: limits).parts.first?.text
    }

    private func diff(of pull: PullRequest, _ snapshot: any SourceSnapshot) async -> Diff? {
        do {
            guard let base = try await snapshot.commit(of: "refs/heads/\(pull.baseBranch)"),
                let start = try await snapshot.mergeBase(base, pull.head)
            else { return nil }
            return try await snapshot.diff(from: start, to: pull.head)
        } catch {
            // The question is answered without.
            return nil
        }
    }
}
