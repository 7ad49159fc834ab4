// The forms a report can take, by name. Each is a pure function of the report; what a form cannot carry it says so, it never leaves it out
// in silence.

import ForgeCore

package enum ReviewFormat: String, Hashable, Sendable, CaseIterable {
    case text, json, sarif, github, markdown

    /// Colours count for `text` only.
    package func render(_ report: ReviewReport, colours: Bool = false) -> String {
        switch self {
        case .text: TextFormat(colours: colours).render(report)
        case .json: Self.safe(JSONFormat.value(of: report).prettyText) + "\n"
        case .sarif: Self.safe(SARIFFormat.value(of: report).prettyText) + "\n"
        case .github: GitHubFormat.render(report)
        case .markdown: MarkdownFormat.render(report)
        }
    }

    /// The same JSON with everything invisible as escapes: a report may end on a terminal.
    private static func safe(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: { $0.isInvisible && $0 != "\n" }) else { return json }
        var out = ""
        for scalar in json.unicodeScalars {
            guard scalar.isInvisible, scalar != "\n" else {
                out.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return out
    }
}
