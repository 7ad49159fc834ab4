// What a config would have done with commits that are there already, so that a change to it can be judged before it is merged. It looks at
// each commit as if it were a pull request of its own; it must never say anything about what it was not given.

package import ForgeCore

/// One commit of a range, as whoever reads repositories hands it over.
package struct SimulatedCommit: Sendable {
    /// Shown as it is: the abbreviation that people know it by.
    package var id: String
    package var candidate: ReviewCandidate
    package var diff: Diff

    package init(id: String, candidate: ReviewCandidate, diff: Diff) {
        self.id = id
        self.candidate = candidate
        self.diff = diff
        self.candidate.paths = diff.files.flatMap(\.paths)
    }
}

/// Those who judge a change under a config, each for its part.
package struct SimulationJudges: Sendable {
    package var matching: PatternMatching
    /// The strictest verdict about the change as one that Forge itself wants to make.
    package var scope: @Sendable (Diff) -> Verdict
    /// What the rules find in it, with the config's own rules and severities.
    package var findings: @Sendable (Diff) -> [Finding]

    package init(
        matching: PatternMatching, scope: @escaping @Sendable (Diff) -> Verdict,
        findings: @escaping @Sendable (Diff) -> [Finding]
    ) {
        self.matching = matching
        self.scope = scope
        self.findings = findings
    }
}

/// What would have become of one commit.
package struct SimulatedDecision: Sendable, Equatable {
    package var commit: String
    package var title: String
    /// Nil when it would have been reviewed.
    package var skippedBecause: String?
    package var scope: Verdict
    /// How many there are of each severity; those below `review.min_severity` are counted, not commented on.
    package var findings: [FindingSeverity: Int]
    package var commentCount: Int
    package var failsCheck: Bool
}

extension EffectiveConfig {
    package func simulate(_ commit: SimulatedCommit, _ judges: SimulationJudges) -> SimulatedDecision {
        let reason = config.review.reasonToSkip(commit.candidate, judges.matching)
        var found = judges.findings(commit.diff)
        if reason != nil { found = [] }
        var counts: [FindingSeverity: Int] = [:]
        for finding in found { counts[finding.severity, default: 0] += 1 }
        let commented = found.count { $0.severity >= config.review.severityMin }
        return SimulatedDecision(
            commit: commit.id, title: commit.candidate.title ?? "", skippedBecause: reason, scope: judges.scope(commit.diff),
            findings: counts, commentCount: min(commented, config.review.commentsMax),
            failsCheck: found.contains { config.output.failsOn.includes($0.severity) })
    }
}

extension SimulatedDecision {
    /// `2 high, 1 low`, the gravest first.
    package var shownFindings: String {
        let counts = FindingSeverity.allCases.reversed().compactMap { severity in findings[severity].map { "\($0) \(severity.rawValue)" } }
        return counts.isEmpty ? "none" : counts.joined(separator: ", ")
    }

    package var json: JSON {
        let counts = FindingSeverity.allCases.compactMap { severity in findings[severity].map { JSON.Member(severity.rawValue, JSON($0)) } }
        return JSON.object([
            .init("schema", 1), .init("commit", .string(commit)), .init("title", .string(title)),
            .init("reviewed", .bool(skippedBecause == nil)), .init("reason", JSON(skippedBecause)),
            .init(
                "scope",
                ["verdict": .string(scope.decision.rawValue), "rule": .string(scope.rule), "why": .string(scope.why)]),
            .init("findings", .object(counts)), .init("comments", JSON(commentCount)), .init("fails_check", .bool(failsCheck)),
        ]).withoutNulls
    }
}
