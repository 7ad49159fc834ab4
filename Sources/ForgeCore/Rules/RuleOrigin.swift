// Where a rule, or a value of the configuration, comes from, so that a verdict can be traced to a line of a file.

/// Who set it, the farthest from the repository first. A later layer tightens what an earlier one set, never loosens it.
package enum RuleLayer: String, Hashable, Sendable, CaseIterable, Comparable {
    case builtIn = "built-in"
    case `operator`
    case organisation
    case repository

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

package struct RuleOrigin: Hashable, Sendable {
    package var layer: RuleLayer
    /// `Rules/scope.yml`, or a path as it was given.
    package var file: String
    /// The first is 1; nil when the file does not say it: a default.
    package var line: Int?

    package init(layer: RuleLayer, file: String, line: Int? = nil) {
        self.layer = layer
        self.file = file
        self.line = line
    }
}
