// Where people see a line of the code as it was looked at: an address that stays right after the next push.

import ForgeCore

struct Permalink: Sendable {
    /// Nil where there is no page to lead to.
    let repositoryURL: String?
    let head: CommitSHA

    func address(_ path: RepositoryPath, _ lines: ClosedRange<Int>?) -> String? {
        guard let repositoryURL else { return nil }
        let address = "\(repositoryURL)/blob/\(head)/\(PercentEncoding.encode(path: path.bytes))"
        guard let lines else { return address }
        return address + (lines.count == 1 ? "#L\(lines.lowerBound)" : "#L\(lines.lowerBound)-L\(lines.upperBound)")
    }

    /// `path:3`, as a link where it leads somewhere.
    func text(_ path: RepositoryPath?, _ lines: ClosedRange<Int>?, inTable: Bool = false) -> String {
        guard let path else { return "the change" }
        var shown = shortened(path.visible, charactersMax: 200)
        if let lines { shown += lines.count == 1 ? ":\(lines.lowerBound)" : ":\(lines.lowerBound)-\(lines.upperBound)" }
        let code = MarkdownFormat.code(shown, inTable: inTable)
        return address(path, lines).map { "[\(code)](\($0))" } ?? code
    }
}

/// At most so many characters as people count them; what is cut is marked.
func shortened(_ text: String, charactersMax: Int) -> String {
    // Most texts are short, and counting characters is slow.
    if text.utf8.count <= charactersMax { return text }
    let cut = text.prefix(charactersMax)
    return cut.endIndex == text.endIndex ? text : cut + "…"
}
