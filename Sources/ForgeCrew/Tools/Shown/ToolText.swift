// What tools found, as a model reads it: bounded, numbered, with nothing in it that hides or moves text. Whatever comes from outside goes
// through `ToolText`, which takes secrets out first: a secret that was cut in two would be found no more.

package import ForgeCore

package struct ToolText: Sendable {
    package var clipping: Clipping
    /// Takes secrets out and keeps every line end, so that lines keep their numbers.
    let redact: @Sendable ([UInt8]) -> [UInt8]

    package init(clipping: Clipping = Clipping(), redact: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        self.clipping = clipping
        self.redact = redact
    }

    /// A path, a name, a sentence.
    package func line(_ bytes: some Sequence<UInt8>) -> String { clipping.clipLine(ShownText.line(redact(Array(bytes))[...])) }

    /// Output of a program, or whatever has lines.
    package func text(_ bytes: [UInt8], hint: String) -> String {
        let lines = ShownText.text(redact(bytes)).split(separator: "\n", omittingEmptySubsequences: false)
        return clipping.clip(lines.map { clipping.clipLine(String($0)) }.joined(separator: "\n"), hint: hint)
    }
}

// MARK: - A file

extension ToolText {
    /// The lines of a file, from 1.
    package func file(_ path: RepositoryPath, _ bytes: [UInt8], from: Int = 1, to: Int? = nil) throws(ToolProblem) -> String {
        guard !Self.isBinary(bytes) else {
            throw ToolProblem("'\(path.shown)' is a binary file of \(bytes.count) bytes; it cannot be shown as text.")
        }
        // The numbers are those of the file: the lines of the redacted text are as many.
        let file = LineText(redact(bytes))
        guard !file.lines.isEmpty else { return "\(path.shown) is empty.\n" }
        guard from <= file.lines.count else {
            throw ToolProblem("'\(path.shown)' has \(file.lines.count) lines; there is none with the number \(from).")
        }
        let last = min(to ?? file.lines.count, file.lines.count)
        let head = header(path, file, from...last)
        return head + numbered(file, from...last)
    }

    private func header(_ path: RepositoryPath, _ file: LineText, _ lines: ClosedRange<Int>) -> String {
        var remarks: [String] = []
        let returns = file.lines.count { $0.next - $0.end == 2 }
        let ends = file.lines.count { $0.next > $0.end }
        if returns > 0 { remarks.append(returns == ends ? "its lines end in CRLF" : "\(returns) of its lines end in CRLF") }
        if file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { remarks.append("it begins with a byte order mark") }
        if let last = file.lines.last, last.next == last.end { remarks.append("its last line has no line end") }
        let isAll = lines.lowerBound == 1 && lines.upperBound == file.lines.count
        let shown = isAll ? "\(file.lines.count) lines" : "\(Passages.shown(lines)) of \(file.lines.count)"
        return "\(path.shown): \(shown)\(remarks.map { "; \($0)" }.joined())\n"
    }

    /// Whole lines from both ends when there are too many; the line between says which are missing.
    private func numbered(_ file: LineText, _ lines: ClosedRange<Int>) -> String {
        var (head, tail): ([String], [String]) = ([], [])
        var room = clipping.charactersMax
        var (low, high) = (lines.lowerBound, lines.upperBound)
        var isHead = true
        while low <= high {
            let number = isHead ? low : high
            let line = NumberedLines.render([(number, ShownText.line(shownPart(file.text(number - 1))))], clipping: clipping)
            // A first line is shown however long it is; `clipping` has cut it.
            guard line.unicodeScalars.count <= room || head.isEmpty else { break }
            room -= line.unicodeScalars.count
            if isHead { head.append(line) } else { tail.append(line) }
            (low, high) = isHead ? (low + 1, high) : (low, high - 1)
            isHead = head.count <= tail.count
        }
        let missing = high - low + 1
        let note = missing > 0 ? "[… \(Passages.shown(low...high)) are left out here; read them with from_line and to_line …]\n" : ""
        return head.joined() + note + tail.reversed().joined()
    }

    /// Of a line that is cut anyway, no more than that needs: a million letters need not be looked at one by one.
    func shownPart(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let bytesMax = clipping.lineCharactersMax * 4 + 4
        guard line.count > bytesMax else { return line }
        return line.prefix(bytesMax) + Array(" [… \(line.count - bytesMax) more bytes]".utf8)
    }

    package static func isBinary(_ bytes: [UInt8]) -> Bool { bytes.prefix(8_000).contains(0) }
}

// MARK: - Folders and matches

extension ToolText {
    package func list(_ entries: [WorkEntry], isCut: Bool) -> String {
        guard !entries.isEmpty else { return "There is nothing.\n" }
        let lines = entries.map { entry in
            switch entry.kind {
            case .folder: "\(entry.path.shown)/"
            case .symlink: "\(entry.path.shown) (symlink)"
            case .other: "\(entry.path.shown) (no file)"
            case .file, .executable: "\(entry.path.shown)  \(Self.size(entry.size))\(entry.kind == .executable ? ", executable" : "")"
            }
        }
        let cut = isCut ? "[… there are more; list a folder, or fewer levels …]\n" : ""
        return clipping.clip(lines.map { $0 + "\n" }.joined(), hint: "list a folder, or fewer levels") + cut
    }

    package static func size(_ bytes: Int) -> String {
        bytes < 10_000 ? "\(bytes) bytes" : bytes < 10_000_000 ? "\(bytes / 1_000) kB" : "\(bytes / 1_000_000) MB"
    }

    /// Some lines of a file, from 1, without the secrets that the whole file shows them to be part of.
    package func redactedLines(of bytes: [UInt8], _ numbers: [Int]) -> [Int: [UInt8]] {
        let file = LineText(redact(bytes))
        let there = numbers.filter { $0 >= 1 && $0 <= file.lines.count }
        return Dictionary(there.map { ($0, Array(file.text($0 - 1))) }) { first, _ in first }
    }

    private static func files(_ count: Int) -> String { "\(count) \(count == 1 ? "file" : "files")" }

    /// Grouped by file.
    package func matches(_ found: WorkMatches) -> String {
        let unread = found.filesUnread == 0 ? "" : " \(Self.files(found.filesUnread)) could not be read, and may hold more."
        guard found.filesSearched > 0 || found.filesUnread > 0 else {
            return "No file was searched: none is there that the path and the globs take. Globs are written as in .gitignore: \"*.py\".\n"
        }
        guard !found.matches.isEmpty else { return "Nothing matches in \(Self.files(found.filesSearched)).\(unread)\n" }
        var out = ""
        var files = 0
        var path: RepositoryPath?
        for match in found.matches {
            if match.path != path {
                out += "\(files == 0 ? "" : "\n")\(match.path.shown)\n"
                path = match.path
                files += 1
            }
            out += NumberedLines.render([(match.line, line(shownPart(match.text[...])))], clipping: Clipping(lineCharactersMax: 300))
        }
        let more = found.isCut ? ", and there are more: narrow the pattern, the path or the globs" : ""
        let head =
            "\(found.matches.count) \(found.matches.count == 1 ? "line" : "lines") in \(files) of \(Self.files(found.filesSearched))\(more).\(unread)\n\n"
        return head + clipping.clip(out, hint: "narrow the pattern, the path or the globs")
    }
}
