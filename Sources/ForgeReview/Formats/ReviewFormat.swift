// The forms a report can take, by name. Each is a pure function of the report; what a form cannot carry it says so, it never leaves it out
// in silence.

import ForgeCore

package enum ReviewFormat: String, Hashable, Sendable, CaseIterable {
    case text, json, sarif, github, markdown

    /// Colours count for `text` only.
    package func render(_ report: ReviewReport, colours: Bool = false) -> String {
        switch self {
        case .text: TextFormat(colours: colours).render(report)
        case .json: JSONFormat.value(of: report).prettyText + "\n"
        case .sarif: SARIFFormat.value(of: report).prettyText + "\n"
        case .github: GitHubFormat.render(report)
        case .markdown: MarkdownFormat.render(report)
        }
    }
}
