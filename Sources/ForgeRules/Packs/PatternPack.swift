// A file of rules over texts and diffs. It must never hold two rules of one id, nor a rule without an example.

package import ForgeCore

package struct PatternPack: Sendable {
    /// `secrets`.
    package var name: String
    package var layer: RuleLayer
    /// As it is shown: `Rules/secrets.yml`.
    package var file: String
    package var rules: [PatternRule]

    package init(name: String, layer: RuleLayer, file: String, rules: [PatternRule]) {
        self.name = name
        self.layer = layer
        self.file = file
        self.rules = rules
    }
}

/// What one pack may cost before it is refused; the farther from the operator, the less.
package struct PackLimits: Sendable, Equatable {
    package var bytesMax: Int
    package var rulesMax: Int
    package var patternsPerRuleMax = 16
    package var patternBytesMax: Int
    package var examplesPerRuleMax: Int
    /// Of one example, once it is put together.
    package var exampleBytesMax = 64 << 10

    package static func of(_ layer: RuleLayer) -> PackLimits {
        switch layer {
        case .builtIn:
            // An example of what is too large is large.
            PackLimits(bytesMax: 1 << 20, rulesMax: 2_000, patternBytesMax: 4_096, examplesPerRuleMax: 200, exampleBytesMax: 2 << 20)
        case .operator:
            PackLimits(bytesMax: 1 << 20, rulesMax: 2_000, patternBytesMax: 4_096, examplesPerRuleMax: 200, exampleBytesMax: 2 << 20)
        case .organisation:
            PackLimits(bytesMax: 256 << 10, rulesMax: 500, patternBytesMax: 2_048, examplesPerRuleMax: 50)
        case .repository:
            PackLimits(bytesMax: 64 << 10, rulesMax: 50, patternsPerRuleMax: 4, patternBytesMax: 512, examplesPerRuleMax: 20)
        }
    }
}
