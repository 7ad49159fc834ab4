// Rules that a `.forge.yml` brings along, made rules like all others. They must never be looked with before their own examples have shown
// that they do what they say: the pack's reader runs them.

import ForgeConfig
import ForgeCore
import ForgeRules

extension ReviewRules {
    /// The packs with the configuration's own rules beside them, or why those cannot be used.
    static func adding(_ own: [OwnRule], to library: PackLibrary, file: String) -> (library: PackLibrary, problem: String?) {
        guard !own.isEmpty else { return (library, nil) }
        var widened = library
        do {
            let layer = own[0].origin.layer
            let descriptions = try own.map { try RuleDescription($0) }
            try widened.add(try PatternPack(own: descriptions, name: "own", file: file, layer: layer))
            return (widened, nil)
        } catch {
            return (library, "rules.patterns cannot be used: \(error)")
        }
    }
}

extension RuleDescription {
    fileprivate init(_ own: OwnRule) throws(PackError) {
        let subject: RuleSubject =
            switch own.subject {
            case .text: .text
            case .added: .added
            case .removed: .removed
            case .path: .path
            }
        self.init(
            id: own.id, title: own.title, severity: own.severity, family: own.family, subject: subject, message: own.message,
            origin: own.origin)
        let line = own.origin.line ?? 1
        func located(_ expressions: [String]) -> [LocatedPattern] { expressions.map { LocatedPattern($0, line: line) } }
        patterns = located(own.patterns)
        capture = own.capture
        keywords = own.keywords.map { Array($0.lowercased().utf8) }
        length = own.length
        entropy = own.entropyMin
        allow.captures = located(own.allowed.captures)
        allow.lines = located(own.allowed.lines)
        allow.words = own.allowed.words.map { Array($0.lowercased().utf8) }
        allow.paths = own.allowed.paths
        paths = own.paths
        pathsIgnore = own.pathsIgnored
        confidence = RuleConfidence(rawValue: own.confidence.rawValue) ?? .high
        fix = own.fix
        references = own.references
        matches = try Self.examples(own.matches, own)
        ignores = try Self.examples(own.ignores, own)
    }

    private static func examples(_ written: [OwnExample], _ own: OwnRule) throws(PackError) -> [RuleExample] {
        var examples: [RuleExample] = []
        for example in written {
            examples.append(
                try RuleExample(
                    written: example.text, path: example.path, removed: example.removed, diff: example.diff, line: own.origin.line ?? 1,
                    layer: own.origin.layer))
        }
        return examples
    }
}
