// What a change is, in words that need no model: its size, what it touches, what is worth a closer look, and a table of its files.

import ForgeCore

package struct ChangeDescription: Hashable, Sendable {
    /// Markdown, safe as it is.
    package var summary: String
    package var labels: [String]

    package init(summary: String, labels: [String]) {
        self.summary = summary
        self.labels = labels
    }

    package init(_ profile: ChangeProfile) {
        var page = BoundedText(bytesMax: Self.bytesMax, beginning: Self.opening(profile), ending: "")
        Self.addTable(profile.files, to: &page)
        self.init(summary: page.text, labels: profile.labels)
    }

    /// It shares a comment or a description with other texts.
    private static let bytesMax = 24_000

    private static func opening(_ profile: ChangeProfile) -> String {
        guard !profile.files.isEmpty else { return "**This change** touches no file.\n" }
        let added = profile.files.reduce(0) { $0 + $1.added }
        let removed = profile.files.reduce(0) { $0 + $1.removed }
        var text = "**This change** touches \(counted(profile.files.count, "file")) (+\(added) −\(removed)): \(natures(profile.files)). "
        text += "Size \(profile.size.rawValue)"
        text += profile.files.allSatisfy(\.nature.isWritten) ? ".\n" : ", by the lines that people wrote.\n"
        if !profile.areas.isEmpty {
            text += "\nMost of it is in \(profile.areas.map { MarkdownFormat.code($0) }.joined(separator: ", ")).\n"
        }
        if !profile.risks.isEmpty {
            text += "\nWorth a closer look: \(profile.risks.map(\.sentence).joined(separator: "; ")).\n"
        }
        return text
    }

    /// `3 source files, 1 test`
    private static func natures(_ files: [ChangeProfile.File]) -> String {
        FileNature.allCases.compactMap { nature in
            let count = files.count { $0.nature == nature }
            return count == 0 ? nil : counted(count, nature.plural)
        }.joined(separator: ", ")
    }

    /// What people wrote comes first, each kind in the order of paths.
    private static func addTable(_ files: [ChangeProfile.File], to page: inout BoundedText) {
        guard !files.isEmpty else { return }
        let sorted = files.sorted { left, right in
            if left.nature.isWritten != right.nature.isWritten { return left.nature.isWritten }
            return left.path < right.path
        }
        let opening = "\n<details><summary>File by file</summary>\n\n| file | what | lines | in |\n|---|---|---|---|\n"
        let shown = page.addRows(0..<sorted.count, opening: opening, closing: "\n</details>\n") { row(sorted[$0]) }
        guard shown < sorted.count else { return }
        page.addRemark("\n\(counted(sorted.count - shown, "more file")) not shown here: the text would be too long.\n")
    }

    private static func row(_ file: ChangeProfile.File) -> String {
        let places = file.places.map { MarkdownFormat.code($0, inTable: true) }.joined(separator: ", ")
        return "| \(path(file.path)) | \(what(file)) | +\(file.added) −\(file.removed) | \(places) |\n"
    }

    private static func path(_ path: RepositoryPath) -> String {
        MarkdownFormat.code(shortened(path.visible, charactersMax: 200), inTable: true)
    }

    private static func what(_ file: ChangeProfile.File) -> String {
        let change: String
        switch file.kind {
        case .added: change = "new"
        case .deleted: change = "deleted"
        case .modified: change = "changed"
        case .renamed: change = "renamed" + (file.oldPath.map { " from \(path($0))" } ?? "")
        case .copied: change = "copied" + (file.oldPath.map { " from \(path($0))" } ?? "")
        case .typeChanged: change = "another kind of file"
        }
        return file.nature == .source ? change : "\(change), \(file.nature.plural)"
    }
}
