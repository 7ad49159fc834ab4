// What a review needs beside the store, the code host and the mirrors: somebody who knows the rules, and perhaps somebody who asks a model.
// Both are handed in, so that the engine knows neither rule packs nor prompts.

package import ForgeConfig
package import ForgeCore
package import ForgeReview

/// A change with everything there is to read about it. The texts in it are from outside.
package struct JudgedChange: Sendable {
    package var place: HostPlace
    package var pull: PullRequest
    /// The tip of the base branch: configuration and what it says about files come from here, never from the head.
    package var base: CommitSHA
    package var mergeBase: CommitSHA
    package var input: ReviewInput
    /// Files that the base's `.gitattributes` call generated; empty when `review.generated` wants them reviewed.
    package var generated: Set<RepositoryPath>
    package var snapshot: any SourceSnapshot

    package init(
        place: HostPlace, pull: PullRequest, base: CommitSHA, mergeBase: CommitSHA, input: ReviewInput, generated: Set<RepositoryPath>,
        snapshot: any SourceSnapshot
    ) {
        self.place = place
        self.pull = pull
        self.base = base
        self.mergeBase = mergeBase
        self.input = input
        self.generated = generated
        self.snapshot = snapshot
    }
}

/// What the rules make of a change.
package struct ChangeJudgement: Sendable {
    /// With the change's own input.
    package var material: ReviewMaterial
    /// Rules that no comment in the source can accept.
    package var required: Set<String>
    /// Files that the configuration leaves out: nobody looked for anything there but what is looked for everywhere.
    package var leftOut: Set<RepositoryPath>
    /// Of the program, for reports.
    package var version: String

    package init(material: ReviewMaterial, required: Set<String> = [], leftOut: Set<RepositoryPath> = [], version: String = "") {
        self.material = material
        self.required = required
        self.leftOut = leftOut
        self.version = version
    }
}

/// Judges by rules: no model, no network, the same answer for the same change.
package protocol ChangeJudge: Sendable {
    /// How names and paths are matched.
    var matching: PatternMatching { get }
    func judge(_ change: JudgedChange, _ config: EffectiveConfig) async throws -> ChangeJudgement
    /// Those that look under this configuration, for whoever asks what one means.
    func rules(_ config: EffectiveConfig) async throws -> [ReportedRule]
}

/// What a model made of a change.
package struct ReviewersWord: Sendable {
    package var findings: [Finding]
    package var reading: ModelReading

    package init(findings: [Finding], reading: ModelReading) {
        self.findings = findings
        self.reading = reading
    }
}

/// Asks a model about a change, every call as a step of the run, so that none is paid twice.
package protocol ChangeReviewer: Sendable {
    /// `judged` is what the rules found already.
    func review(
        _ change: JudgedChange, judged: ChangeJudgement, _ config: EffectiveConfig, journal: RunJournal
    ) async throws -> ReviewersWord
    /// What was answered and stored before the model stopped answering; asks nothing. Nil when that is nothing.
    func landed(
        _ change: JudgedChange, judged: ChangeJudgement, _ config: EffectiveConfig, journal: RunJournal, because reason: String
    ) async throws -> ReviewersWord?
}

extension ChangeReviewer {
    package func landed(
        _ change: JudgedChange, judged: ChangeJudgement, _ config: EffectiveConfig, journal: RunJournal, because reason: String
    ) async throws -> ReviewersWord? { nil }
}

/// The files that stand above a repository's own `.forge.yml`: the operator's, and the organisation's when there is one.
package protocol UpperConfigLayers: Sendable {
    func layers(above place: HostPlace) async throws -> [ConfigLayer]
}
