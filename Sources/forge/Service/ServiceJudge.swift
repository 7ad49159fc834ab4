// What the engine needs of the rules and of the operator's files, made from what the commands use: a pull request is judged as
// `forge review` judges a branch.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeRules
import ForgeSystem

struct ServiceJudge: ChangeJudge {
    /// Below it a change is looked at by the worker that has it: sharing it out would cost more.
    private static let filesShared = 64

    let rules: ServiceRules

    var matching: PatternMatching { .standard }

    func judge(_ change: JudgedChange, _ config: EffectiveConfig) async throws -> ChangeJudgement {
        let rules = try rules.rules(for: config.config)
        var material = ReviewMaterial(input: change.input)
        material.coverage = ReviewCoverage(of: change.input.diff)
        let isLarge = change.input.diff.files.count >= Self.filesShared
        let ignored = await rules.judge(&material, config.config.review, workers: isLarge ? ProcessFacts.processorCount : 1)
        material.found.removeAll { finding in
            !rules.looksEverywhere(finding.rule) && finding.path.map(change.generated.contains) ?? false
        }
        // A generated file may be one that the configuration ignores, too.
        let leftOut = ignored.union(change.generated)
        material.coverage.filesLeftOut = leftOut.count
        if let problem = rules.problem { material.coverage.unread.append(UnreadPart(path: nil, reason: problem)) }
        return ChangeJudgement(material: material, required: rules.required, leftOut: leftOut, version: forgeVersion)
    }

    func rules(_ config: EffectiveConfig) async throws -> [ReportedRule] {
        try rules.rules(for: config.config).described
    }
}

/// The operator's files, which were read with the settings.
struct OperatorLayers: UpperConfigLayers {
    let layers: [ConfigLayer]

    func layers(above place: HostPlace) async throws -> [ConfigLayer] { layers }
}

extension PatternMatching {
    /// As everywhere: a star in a name, gitignore's globs in a path.
    static var standard: PatternMatching {
        PatternMatching(name: ReviewRules.names) { pattern, path in PathPatternList([pattern]).contains(path) }
    }
}
