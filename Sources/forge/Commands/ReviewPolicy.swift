// What holds for a review: the base's `.forge.yml` under the command's own options, and the rules with it.

import ForgeConfig
import ForgeCore
import ForgeReview
import ForgeRules
import ForgeSystem

struct ReviewPolicy: Sendable {
    private let effective: EffectiveConfig
    private let rules: ReviewRules
    /// For standard error: what of the configuration is worth a word.
    let remarks: [String]
    /// A configuration that cannot be used: what it asked for was not looked at.
    let unread: [UnreadPart]

    init(_ options: ReviewOptions, _ place: ReviewPlace, _ context: CommandContext) throws(CommandFailure) {
        var layers = options.upperLayers
        if let file = options.config {
            layers.append(.repository(try UpperLayers.read(file), file: file))
        } else if let text = place.config {
            layers.append(.repository(text, file: place.configName))
        }
        effective = EffectiveConfig.load(layers)
        let name = options.config ?? place.configName
        func sentence(_ problem: ConfigProblem) -> String { "\(problem.source?.file ?? name): \(problem)" }
        // What was given by name is meant to hold; what is in the repository must not end the review.
        let isGiven = effective.problems.contains { options.config != nil || $0.source?.layer != .repository }
        if isGiven { throw .badInput(effective.problems.map(sentence).joined(separator: "\nforge: ")) }
        let problems = effective.problems.map { UnreadPart(path: nil, reason: "\(sentence($0)); the strictest settings hold instead") }
        let cache = PatternCache.forCommands(context.environment)
        rules = try ReviewRules(try RulePacks.load(folder: options.rulesFolder, cache), effective.config, configName: name, cache) {
            context.note("forge: \($0)")
        }
        unread = problems + (rules.problem.map { [UnreadPart(path: nil, reason: $0)] } ?? [])
        remarks = effective.warnings.map(sentence) + rules.remarks
    }

    func settings(_ options: ReviewOptions) -> ReviewSettings {
        var settings = ReviewSettings()
        settings.failOn = options.failOn ?? failOn ?? .medium
        settings.severityMin = options.severityMin ?? min(effective.config.review.severityMin, settings.failOn)
        settings.keepsAll = options.keepsAll
        settings.required = rules.required
        settings.version = forgeVersion
        return settings
    }

    /// Only what somebody set: the check's default is to fail on nothing, which is no default for a hook.
    private var failOn: FindingSeverity? {
        guard effective.origins(of: "output.check_fails_on")?.contains(where: { $0.layer > .builtIn }) == true else { return nil }
        return FindingSeverity(rawValue: effective.config.output.failsOn.rawValue)
    }

    /// Lets the rules look at the diff.
    func judge(_ material: inout ReviewMaterial, _ progress: ReviewProgress?) async {
        progress?.show("looking at", 0, of: material.input.diff.files.count)
        await rules.judge(&material, effective.config.review, workers: ProcessFacts.processorCount)
    }
}
