// Diffs, commits and blame as a model reads them. Names and messages in them were written by anybody.

package import ForgeCore

extension ToolText {
    /// Of these paths and what is beneath them; nil is everything.
    package func diff(_ diff: Diff, beneath path: RepositoryPath?) -> String {
        let files = diff.files.filter { file in path.map { beneath in file.paths.contains { $0.isBeneath(beneath) } } ?? true }
        guard !files.isEmpty else { return "Nothing was changed\(path.map { " in \($0.shown)" } ?? "").\n" }
        let added = files.reduce(0) { $0 + $1.addedCount }
        let removed = files.reduce(0) { $0 + $1.removedCount }
        let head = "\(files.count) \(files.count == 1 ? "file" : "files") changed, \(added) lines added, \(removed) removed.\n\n"
        return head + text(PatchText.text(of: Diff(files: files)), hint: "give a path to see its part alone")
    }

    package func log(_ commits: [LoggedCommit]) -> String {
        guard !commits.isEmpty else { return "There are no commits.\n" }
        let shown = commits.map { commit in
            let lines = commit.message.split(separator: "\n", omittingEmptySubsequences: false).prefix(20)
            let body = lines.map { "    \(line($0.utf8))\n" }.joined()
            return "\(commit.commit.short)  \(commit.time)  \(line(commit.author.utf8))\n\(body)"
        }
        return clipping.clip(shown.joined(separator: "\n"), hint: "ask for fewer commits")
    }

    /// Lines that one commit wrote stand together.
    package func blame(_ lines: [BlameLine]) -> String {
        guard !lines.isEmpty else { return "There are no such lines.\n" }
        var out = ""
        var start = lines[0].line
        for (index, item) in lines.enumerated() {
            let next = index + 1 < lines.count ? lines[index + 1] : nil
            if let next, next.commit == item.commit, next.line == item.line + 1 { continue }
            out += "\(Passages.shown(start...max(start, item.line))): \(item.commit.short)  \(item.time)  \(line(item.author.utf8))\n"
            start = next?.line ?? start
        }
        return clipping.clip(out, hint: "ask for fewer lines")
    }
}

extension RepositoryPath {
    package func isBeneath(_ folder: RepositoryPath) -> Bool {
        self == folder || (bytes.starts(with: folder.bytes) && bytes.dropFirst(folder.bytes.count).first == UInt8(ascii: "/"))
    }
}
