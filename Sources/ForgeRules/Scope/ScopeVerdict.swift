// What is decided about a change: the strictest of all that was said, and everything that was said. It must never hold a decision without
// the rule and the sentence behind it.

package import ForgeCore

/// One rule's word about some of the paths.
package struct ScopeJudgement: Hashable, Sendable {
    package var verdict: Verdict
    /// In their order; empty when it is about the change as a whole.
    package var paths: [RepositoryPath]
    /// The pattern that decided, as it was written.
    package var pattern: String?
    package var fix: String?
}

package struct ScopeVerdict: Hashable, Sendable {
    /// The strictest first.
    package let judgements: [ScopeJudgement]

    package var decision: Decision { judgements.first?.verdict.decision ?? .allow }

    /// Every path that is not simply allowed, each once.
    package var paths: [RepositoryPath] { Set(judgements.flatMap(\.paths)).sorted() }

    /// Ids of the rules, the strictest first, each once.
    package var rules: [String] {
        var seen: Set<String> = []
        return judgements.map(\.verdict.rule).filter { seen.insert($0).inserted }
    }

    init(_ judgements: [ScopeJudgement]) {
        self.judgements = judgements.enumerated().sorted { first, second in
            let (left, right) = (first.element.verdict.decision, second.element.verdict.decision)
            return left == right ? first.offset < second.offset : left > right
        }.map(\.element)
    }
}

extension ScopeVerdict {
    /// The stable form: `verdict`, `rules`, `paths`, and under `details` what each rule says.
    package var json: JSON {
        JSON.object([
            .init("verdict", .string(decision.rawValue)), .init("rules", .array(rules.map { .string($0) })),
            .init("paths", .array(paths.map { .string($0.text) })), .init("details", .array(judgements.map(\.json))),
        ])
    }
}

extension ScopeJudgement {
    package var json: JSON {
        JSON.object([
            .init("rule", .string(verdict.rule)), .init("decision", .string(verdict.decision.rawValue)), .init("why", .string(verdict.why)),
            .init("fix", JSON(fix)), .init("pattern", JSON(pattern)), .init("paths", .array(paths.map { .string($0.text) })),
            .init("layer", .string(verdict.origin.layer.rawValue)), .init("file", .string(verdict.origin.file)),
            .init("line", verdict.origin.line.map { JSON($0) } ?? .null),
        ]).withoutNulls
    }
}
