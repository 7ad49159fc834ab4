// What a change is, without a model: its size, what it touches, what is risky about it, and a table of its files.

import ForgeCore

package struct ChangeDescription: Hashable, Sendable {
    /// Markdown, safe as it is.
    package var summary: String
    package var labels: [String]

    package init(summary: String, labels: [String]) {
        self.summary = summary
        self.labels = labels
    }
}
