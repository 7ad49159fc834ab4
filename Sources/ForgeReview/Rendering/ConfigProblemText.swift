// The one comment about what is wrong with `.forge.yml`: where, what, and what to do. It quotes no value, and it blocks nothing: what cannot
// be read is as if it were not there.

import ForgeCore

/// A problem as the configuration's reader tells it.
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
    private static let bytesMax = 32_000
    private static let problemsMax = 50

    /// `branch` is where the file was read, `head` is what Forge was about to look at.
    package static func body(_ problems: [ShownConfigProblem], warnings: [ShownConfigProblem] = [], branch: String) -> String {
        let place = MarkdownFormat.code(shortened(branch, charactersMax: 100))
        let beginning: String
        if problems.isEmpty {
            beginning =
                "### Forge: a word about the configuration\n\nThe configuration on \(place) is in use, but not all of it does something.\n\n"
        } else {
            beginning =
                "### Forge cannot read its configuration\n\n\(counted(problems.count, "problem")) in the configuration on \(place). "
                + "Until that is mended there, Forge goes by its defaults; this blocks nothing.\n\n"
        }
        var page = BoundedText(
            bytesMax: bytesMax, beginning: beginning,
            ending: "\n<sub>`forge check` in a clone says the same, with the lines. This comment changes once that is mended.</sub>\n\n"
                + marker.text)
        add(problems, opening: "", to: &page)
        add(warnings, opening: problems.isEmpty ? "" : "\nBesides:\n\n", to: &page)
        return page.text
    }

    private static func add(_ problems: [ShownConfigProblem], opening: String, to page: inout BoundedText) {
        let shown = page.addRows(0..<min(problems.count, problemsMax), opening: opening) { item(problems[$0]) }
        if shown < problems.count { page.addRemark("- and \(problems.count - shown) more\n") }
    }

    private static func item(_ problem: ShownConfigProblem) -> String {
        let place = problem.file + (problem.line.map { ":\($0)" } ?? "")
        return
            "- \(MarkdownFormat.code(shortened(place, charactersMax: 200))): \(FindingText.sentence(problem.sentence, charactersMax: 500))\n"
    }

    /// What it says once nothing is wrong any more.
    package static func mendedBody(branch: String) -> String {
        "The configuration on \(MarkdownFormat.code(shortened(branch, charactersMax: 100))) is in order now.\n\n\(marker.text)"
    }

    private static var marker: HiddenMarker { HiddenMarker(.config) }
}
