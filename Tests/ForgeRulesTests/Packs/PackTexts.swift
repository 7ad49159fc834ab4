// Small packs for tests, and what reading one says.

import ForgeCore
import Testing

@testable import ForgeRules

enum PackTexts {
    /// One rule that is right in every way.
    static let rule = """
        version: 1
        pack: p
        rules:
          - id: a-rule
            title: t
            severity: high
            family: f
            pattern: 'key=([a-z0-9]+)'
            message: m
            matches: ['key=abc1']
            ignores: ['door=abc1']

        """

    /// A pack of rules over texts, each with its own lines (`id`, `pattern`, …); the rest is filled in.
    static func pack(_ rules: [String], name: String = "p") -> String {
        var text = "version: 1\npack: \(name)\nrules:\n"
        for rule in rules {
            let own = rule.split(separator: "\n").map(String.init)
            let keys = Set(own.map { $0.prefix { $0 != ":" } })
            let rest = ["title: t", "severity: high", "family: f", "message: m", "matches: [x]", "ignores: [y]"]
            let lines = own + rest.filter { !keys.contains($0.prefix { $0 != ":" }) }
            text += "  - " + lines.joined(separator: "\n    ") + "\n"
        }
        return text
    }

    static func problems(_ text: String, layer: RuleLayer = .builtIn) -> String { problems(Array(text.utf8), layer: layer) }

    static func problems(_ bytes: [UInt8], layer: RuleLayer = .builtIn) -> String {
        do {
            let pack = try PatternPack(yaml: bytes, file: "p.yml", layer: layer)
            _ = try pack.checked()
            return ""
        } catch {
            return error.description
        }
    }

    static func scanner(_ rules: [String]) throws -> RuleScanner {
        let pack = try PatternPack(yaml: Array(pack(rules).utf8), file: "p.yml", layer: .operator)
        return RuleScanner(try RuleSet(pack.rules))
    }
}

extension RuleScan {
    /// `rule@capture`, for tests that compare.
    func found(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        return hits.map { "\($0.rule.id)@\(String(decoding: bytes[$0.capture], as: UTF8.self))" }
    }
}
