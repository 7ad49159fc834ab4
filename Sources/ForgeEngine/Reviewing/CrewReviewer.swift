// The review crew at work: every part of the change to the reviewer, what it found to the skeptic, each call a step of the run, so that a
// repeated run pays for none again. It must never show a model a text that was not enclosed, and never say that a part was read which was
// not.

package import ForgeConfig
package import ForgeCore
package import ForgeCrew
import ForgeReview

package struct CrewReviewer: ChangeReviewer {
    private static let contextBytesMax = 24_000

    private let model: any Model
    /// Nil where nothing has a price, as in a demonstration.
    private let budgets: BudgetBook?
    /// Nil where nothing is to be kept.
    private let exchanges: ExchangeRecorder?
    /// Of the model for one run, as the server allows.
    private let callsMax: Int
    private let outside: OutsideText
    private let matching: PatternMatching
    /// Takes secrets out of a line that is shown.
    private let masked: @Sendable (String) -> String
    private let limits: PackingLimits

    package init(
        model: any Model, budgets: BudgetBook? = nil, exchanges: ExchangeRecorder? = nil, callsMax: Int = .max, matching: PatternMatching,
        limits: PackingLimits = PackingLimits(), outside: OutsideText, masked: @escaping @Sendable (String) -> String
    ) {
        self.model = model
        self.budgets = budgets
        self.exchanges = exchanges
        self.callsMax = callsMax
        self.matching = matching
        self.limits = limits
        self.masked = masked
        self.outside = outside
    }

    package func review(
        _ change: JudgedChange, judged: ChangeJudgement, _ config: EffectiveConfig, journal: RunJournal
    ) async throws -> ReviewersWord {
        try await review(change, judged, config, journal, landing: nil)
    }

    package func landed(
        _ change: JudgedChange, judged: ChangeJudgement, _ config: EffectiveConfig, journal: RunJournal, because reason: String
    ) async throws -> ReviewersWord? {
        guard journal.has(Self.reviewerKey(0)) else { return nil }
        return try await review(change, judged, config, journal, landing: reason)
    }

    private static func reviewerKey(_ index: Int) -> String { "model.reviewer.\(index + 1)" }
    private static func skepticKey(_ index: Int) -> String { "model.skeptic.\(index + 1)" }

    /// - Parameter landing: why nothing is asked any more; what was answered already counts.
    private func review(
        _ change: JudgedChange, _ judged: ChangeJudgement, _ config: EffectiveConfig, _ journal: RunJournal, landing: String?
    ) async throws -> ReviewersWord {
        let review = config.config.review
        var limits = limits
        limits.filesMax = review.filesMax
        limits.linesMax = review.linesMax
        let leftOut = change.generated.union(judged.material.coverage.binaryFiles)
        let packed = pack(change.input.diff, leavingOut: leftOut, limits: limits)
        var reading = ModelReading(name: model.name)
        reading.full = Set(packed.manifest.full)
        reading.partial = packed.manifest.partial.map { UnreadPart(path: $0.path, reason: $0.reason) }
        reading.none = packed.manifest.none.map { UnreadPart(path: $0.path, reason: $0.reason) }
        if review.whenLarge == .skip, !packed.manifest.none.isEmpty || !packed.manifest.partial.isEmpty {
            return Self.skipped(change, reading)
        }
        let payer = BudgetPayer(tenant: change.place.tenant, repository: change.place.repository.description, run: journal.run)
        let budget = budgets?.budget(for: payer, config.config.budgets, lease: journal.lease)
        let calls = CallCount(journal, max: min(callsMax, config.config.budgets.runSteps ?? callsMax))
        var answered = Answered()
        var findings: [Finding] = []
        var stop = landing
        for (index, part) in packed.parts.enumerated() {
            if stop == nil, index > 0, !journal.has(Self.reviewerKey(index)) { stop = await reasonToStop(calls, budget) }
            if let stop, !journal.has(Self.reviewerKey(index)) {
                Self.forget(part, stop, &reading)
                continue
            }
            let context = try await context(for: part, of: change, review)
            let request = ReviewerTask.request(
                part, title: change.pull.title, context, number: index + 1, of: packed.parts.count, outside)
            let answer: JSON
            do {
                answer = try await ask(request, Self.reviewerKey(index), journal, budget, &answered)
            } catch let error as ModelError where index > 0 && error.kind.isFinal {
                // What the parts before have cost and brought is not given up.
                Self.forget(part, error.kind.shown, &reading)
                if error.kind.concernsAll { stop = error.kind.shown }
                continue
            }
            let shown = ShownLines(change.input.diff, paths: part.paths)
            guard let read = ReviewerAnswer.read(answer, shown: shown, categories: context.categories, masked: masked) else {
                Self.forget(part, "the model's answer about it could not be read", &reading)
                continue
            }
            reading.dropped += read.dropped.count
            guard !read.findings.isEmpty else { continue }
            var verdicts: JSON?
            do {
                if (stop == nil && calls.left > 0) || journal.has(Self.skepticKey(index)) {
                    verdicts = try await ask(
                        SkepticTask.request(read.findings, part, outside), Self.skepticKey(index), journal, budget, &answered)
                }
            } catch let error as ModelError where error.kind.isFinal {
                // Nobody has tried to refute them: they stand as opinions.
                if error.kind.concernsAll { stop = error.kind.shown }
            }
            findings += SkepticTask.settle(read.findings, verdicts)
        }
        reading.usage = answered.usage
        if !answered.readers.isEmpty { reading.name = answered.readers.joined(separator: ", ") }
        return ReviewersWord(findings: findings, reading: reading)
    }

    /// Why no further part is begun; nil while there is enough for what a part takes: somebody who reads it, and somebody who refutes.
    private func reasonToStop(_ calls: CallCount, _ budget: CallBudget?) async -> String? {
        guard calls.left >= 2 else {
            return "fewer than two of the model's calls of one run are left (`run_steps`), and a part may take two"
        }
        // A ledger that does not answer refuses the next call by itself.
        guard let state = try? await budget?.state() else { return nil }
        return state == .open ? nil : "the budget is nearly used up"
    }

    private func ask(
        _ request: AnswerRequest, _ key: String, _ journal: RunJournal, _ budget: CallBudget?, _ answered: inout Answered
    ) async throws -> JSON {
        let paid = try await journal.step(key, asking: model, within: budget, keeping: exchanges) {
            PaidAnswer(try await $0.answer(request)).masked(masked)
        }
        answered.add(paid.answer, by: request.role)
        return paid.answer.json
    }

    private func context(for part: PackedPart, of change: JudgedChange, _ review: ReviewConfig) async throws -> ReviewerContext {
        var files: [(name: String, text: String)] = []
        for name in review.contextFiles {
            let bytes = try await change.snapshot.file(RepositoryPath(name), at: change.base, bytesMax: Self.contextBytesMax)
            if let bytes { files.append((name, String(decoding: bytes, as: UTF8.self))) }
        }
        return ReviewerContext(
            categories: review.categories.map(\.rawValue), language: review.language, instructions: instructions(for: part, review),
            files: files)
    }

    private func instructions(for part: PackedPart, _ review: ReviewConfig) -> [String] {
        review.instructions.filter { instruction in
            part.paths.contains { path in instruction.paths.contains { matching.path($0.text, path) } }
        }.map(\.text)
    }

    private static func skipped(_ change: JudgedChange, _ reading: ModelReading) -> ReviewersWord {
        var reading = reading
        let reason = "the change is too large for the model, and `review.when_large` is skip"
        reading.none = change.input.diff.files.filter { $0.new != nil }.map { UnreadPart(path: $0.path, reason: reason) }
        reading.full = []
        reading.partial = []
        return ReviewersWord(findings: [], reading: reading)
    }

    private static func forget(_ part: PackedPart, _ reason: String, _ reading: inout ModelReading) {
        reading.full.subtract(part.paths)
        reading.partial.removeAll { $0.path.map(part.paths.contains) ?? false }
        reading.none += part.paths.map { UnreadPart(path: $0, reason: reason) }
    }
}

/// Of a run's calls, those that were answered: what its journal keeps is not asked again.
private struct CallCount {
    private let journal: RunJournal
    private let max: Int

    init(_ journal: RunJournal, max: Int) {
        self.journal = journal
        self.max = max
    }

    var left: Int { max - journal.allSteps.count { $0.kind == StepKind.model.rawValue } }
}

/// What the answers of a review came to together, and who gave those that read the change.
private struct Answered {
    var usage = ModelUsage()
    var readers: [String] = []

    mutating func add(_ answer: ModelAnswer, by role: String) {
        usage = usage + answer.usage
        guard role == ReviewerTask.role, let model = answer.model, !readers.contains(model) else { return }
        readers.append(model)
    }
}
