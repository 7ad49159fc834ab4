// The one comment about what is wrong with `.forge.yml`: where, what, and what to do. It quotes no value.

import ForgeCore

/// A problem as `ForgeConfig` tells it.
package struct ShownConfigProblem: Hashable, Sendable {
    package var file: String
    package var line: Int?
    package var sentence: String

    package init(file: String = ".forge.yml", line: Int?, sentence: String) {
        self.file = file
        self.line = line
        self.sentence = sentence
    }
}

package enum ConfigProblemComment {
    /// `branch` is where the file was read.
    package static func body(_ problems: [ShownConfigProblem], warnings: [ShownConfigProblem] = [], branch: String) -> String { "" }

    /// What it says once nothing is wrong any more.
    package static func mendedBody(branch: String) -> String { "" }
}
