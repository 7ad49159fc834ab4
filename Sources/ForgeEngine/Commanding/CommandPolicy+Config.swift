// Who is listened to, from the configuration of the base branch; and that configuration as `/forge config` prints it.

import ForgeConfig
import ForgeCore
import ForgeReview

extension CommandPolicy {
    init(_ config: CommandsConfig, asker: Actor, _ matching: PatternMatching) {
        var permissions: [CommandName: HostPermission] = [:]
        for name in CommandName.allCases {
            guard let known = CommandsConfig.Name(rawValue: name.rawValue), let needed = config.permission(for: known) else { continue }
            permissions[name] = HostPermission(rawValue: needed.rawValue)
        }
        let login = asker.login ?? ""
        self.init(
            permissions: permissions, isAskerDenied: config.usersDenied.contains { matching.name($0.text, login) },
            isBotAllowed: config.botsAllowed.match { matching.name($0.text, login) })
    }
}

extension EffectiveConfig {
    /// `review.max_comments  10  .forge.yml:7`. Of the operator's files only whose they are is told, not what they are called.
    var shownText: String {
        let rows = decisions.map { decision in
            (decision.key, decision.shown, Self.unique(decision.origins.map(Self.shown)).joined(separator: ", "))
        }
        let keyWidth = rows.map(\.0.count).max() ?? 0
        let valueWidth = min(40, rows.map(\.1.count).max() ?? 0)
        return rows.map { key, value, origin in "\(padded(key, keyWidth))  \(padded(value, valueWidth))  \(origin)" }.joined(
            separator: "\n")
    }

    private static func shown(_ origin: RuleOrigin) -> String {
        switch origin.layer {
        case .builtIn: "default"
        case .operator: "the operator"
        case .organisation, .repository: origin.place
        }
    }

    private static func unique(_ names: [String]) -> [String] {
        names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }
}
