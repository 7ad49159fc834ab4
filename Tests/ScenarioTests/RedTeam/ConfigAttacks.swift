// Attempts of a repository to loosen what the layers above it set, run through the loader of the program. The attempts are data that the
// loader's own tests have, too; here they get one word each.

import ForgeConfig
import ForgeCore
import ForgeTestSupport

enum ConfigAttacks {
    static let all: [Attack] = LooseningAttempt.all.map { attempt in
        Attack("config", attempt.name, expected(attempt.outcome)) { _ in answer(to: attempt) }
    }

    private static func expected(_ outcome: LooseningAttempt.Outcome) -> String {
        switch outcome {
        case .warned: "holds, and is told"
        case .silent: "holds"
        case .refused: "holds, and the file is refused"
        }
    }

    private static func answer(to attempt: LooseningAttempt) -> String {
        let effective = EffectiveConfig.load(layers(of: attempt))
        for (key, wanted) in attempt.holds.sorted(by: { $0.key < $1.key }) {
            let value = effective.decisions.first { $0.key == key }?.value
            guard value.map(sorted) == sorted(wanted) else { return "\(key) became \(value?.text ?? "nothing")" }
        }
        if effective.isFallback { return expected(.refused) }
        return expected(effective.warnings.contains { $0.source?.layer == .repository } ? .warned : .silent)
    }

    private static func layers(of attempt: LooseningAttempt) -> [ConfigLayer] {
        var layers: [ConfigLayer] = []
        if let text = attempt.defaults { layers.append(.defaults(Array(text.utf8), file: "defaults.yml")) }
        if let text = attempt.floor { layers.append(.floor(Array(text.utf8), file: "floor.yml")) }
        if let text = attempt.organisation { layers.append(.organisation(Array(text.utf8), file: "acme/.github/.forge.yml")) }
        return layers + [.repository(Array(attempt.repository.utf8))]
    }

    /// Lists and groups in one order, so that only what is in them counts.
    private static func sorted(_ value: JSON) -> JSON {
        switch value {
        case .array(let items): .array(items.map(sorted).sorted { $0.text < $1.text })
        case .object(let members): .object(members.sorted { $0.name < $1.name })
        default: value
        }
    }
}
