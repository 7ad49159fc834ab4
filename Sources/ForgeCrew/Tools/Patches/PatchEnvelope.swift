// The patch format between `*** Begin Patch` and `*** End Patch`: files added, deleted, updated and moved, with lines that stay, go and come.
// Line numbers have no place in it: where a hunk belongs is found by its own lines. Reading is strict about what could be meant in two ways
// and says the line that it could not read.

package import ForgeCore

package struct PatchEnvelope: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        case add([UInt8])
        case delete
        case update([PatchHunk], movedTo: RepositoryPath?)
    }

    package struct File: Hashable, Sendable {
        package var path: RepositoryPath
        package var change: Change
    }

    package var files: [File]

    /// Every path it names, those it moves to as well.
    package var paths: [RepositoryPath] {
        files.flatMap { file in
            if case .update(_, let other?) = file.change { [file.path, other] } else { [file.path] }
        }
    }
}

package struct PatchHunk: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case stays, goes, comes }

    package struct Line: Hashable, Sendable {
        package var kind: Kind
        package var text: String
    }

    /// Lines above the place, the outermost first: `class Shop`, then `func total`.
    package var headings: [String]
    package var lines: [Line]
    /// It ends where the file ends.
    package var isAtEnd: Bool

    var old: [ArraySlice<UInt8>] { lines.filter { $0.kind != .comes }.map { Array($0.text.utf8)[...] } }
    var new: [ArraySlice<UInt8>] { lines.filter { $0.kind != .goes }.map { Array($0.text.utf8)[...] } }
}

extension PatchEnvelope {
    private static let begin = "*** Begin Patch"
    private static let end = "*** End Patch"

    package static func parse(_ text: String) throws(ToolProblem) -> PatchEnvelope {
        var lines = LineText(text).textLines[...]
        while lines.first.map(isBlank) ?? false { lines.removeFirst() }
        while lines.last.map(isBlank) ?? false { lines.removeLast() }
        guard let first = lines.first, trimmed(first) == begin else {
            throw ToolProblem("a patch begins with the line '\(begin)'. \(grammar)")
        }
        guard lines.count > 1, let last = lines.last, trimmed(last) == end else {
            throw ToolProblem("a patch ends with the line '\(end)', which is missing: the patch may have been cut. \(grammar)")
        }
        var reader = PatchReader(lines: Array(lines.dropFirst().dropLast()))
        let files = try reader.files()
        guard !files.isEmpty else { throw ToolProblem("the patch changes no file. \(grammar)") }
        let envelope = PatchEnvelope(files: files)
        var seen: Set<RepositoryPath> = []
        for path in envelope.paths where !seen.insert(path).inserted {
            throw ToolProblem("'\(path.shown)' is named twice in the patch: put everything about a file under one header.")
        }
        return envelope
    }

    private static let grammar = """
        Under it stand '*** Add File: PATH' with '+' lines, '*** Delete File: PATH', or '*** Update File: PATH' (then maybe '*** Move to: PATH') \
        with hunks: '@@' and maybe a line above the place, then lines that begin with ' ' (stays), '-' (goes) or '+' (comes).
        """

    private static func isBlank(_ line: Substring) -> Bool { trimmed(line).isEmpty }
    static func trimmed(_ line: Substring) -> String { String(line).trimmingBlanks }
}

extension LineText {
    fileprivate var textLines: [Substring] { lines.indices.map { Substring(String(decoding: text($0), as: UTF8.self)) } }
}

/// The lines between the first and the last.
private struct PatchReader {
    let lines: [Substring]
    private var at = 0

    init(lines: [Substring]) { self.lines = lines }

    mutating func files() throws(ToolProblem) -> [PatchEnvelope.File] {
        var files: [PatchEnvelope.File] = []
        while at < lines.count {
            let line = lines[at]
            if PatchEnvelope.trimmed(line).isEmpty {
                at += 1
            } else if let path = try path(behind: "*** Add File:") {
                files.append(.init(path: path, change: .add(try addedText())))
            } else if let path = try path(behind: "*** Delete File:") {
                files.append(.init(path: path, change: .delete))
            } else if let path = try path(behind: "*** Update File:") {
                let other = try self.path(behind: "*** Move to:")
                let hunks = try self.hunks()
                guard !hunks.isEmpty || other != nil else {
                    throw problem("'\(path.shown)' is updated without a hunk")
                }
                files.append(.init(path: path, change: .update(hunks, movedTo: other)))
            } else {
                throw problem("'*** Add File: PATH', '*** Delete File: PATH' or '*** Update File: PATH' is expected")
            }
        }
        return files
    }

    private mutating func path(behind mark: String) throws(ToolProblem) -> RepositoryPath? {
        guard at < lines.count, lines[at].hasPrefix(mark) else { return nil }
        at += 1
        do throws(ToolProblem) {
            return try ToolPath.read(PatchEnvelope.trimmed(lines[at - 1].dropFirst(mark.count)))
        } catch {
            throw ToolProblem("line \(at + 1) of the patch: \(error.message)")
        }
    }

    private mutating func addedText() throws(ToolProblem) -> [UInt8] {
        var text: [UInt8] = []
        while at < lines.count, !lines[at].hasPrefix("*** ") {
            guard lines[at].utf8.first == UInt8(ascii: "+") else {
                // A blank one at the end parts files.
                guard lines[at...].prefix(while: { !$0.hasPrefix("*** ") }).allSatisfy({ $0.isEmpty }) else {
                    throw problem("every line of an added file begins with '+'")
                }
                at += 1
                continue
            }
            text += Array(lines[at].utf8.dropFirst()) + [0x0A]
            at += 1
        }
        return text
    }

    private mutating func hunks() throws(ToolProblem) -> [PatchHunk] {
        var hunks: [PatchHunk] = []
        while at < lines.count, !isHeader(lines[at]) {
            if lines[at...].prefix(while: { !isHeader($0) }).allSatisfy({ $0.isEmpty }) {
                at += 1
                continue
            }
            hunks.append(try hunk(isFirst: hunks.isEmpty))
        }
        return hunks
    }

    private func isHeader(_ line: Substring) -> Bool { line.hasPrefix("*** ") && PatchEnvelope.trimmed(line) != "*** End of File" }

    private mutating func hunk(isFirst: Bool) throws(ToolProblem) -> PatchHunk {
        var hunk = PatchHunk(headings: [], lines: [], isAtEnd: false)
        var isMarked = false
        while at < lines.count, lines[at].hasPrefix("@@") {
            isMarked = true
            let heading = PatchEnvelope.trimmed(lines[at].dropFirst(2))
            // `@@ -1,3 +1,4 @@ func total` of the usual format: its numbers say nothing here.
            let isNumbered = heading.hasPrefix("-") && heading.contains("+") && heading.contains("@@")
            let words = isNumbered ? heading.split(separator: "@@").dropFirst().first.map { PatchEnvelope.trimmed($0) } ?? "" : heading
            if !words.isEmpty { hunk.headings.append(words) }
            at += 1
        }
        guard isMarked || isFirst else { throw problem("a further hunk begins with '@@'") }
        while at < lines.count, !isHeader(lines[at]), !lines[at].hasPrefix("@@") {
            if PatchEnvelope.trimmed(lines[at]) == "*** End of File" {
                hunk.isAtEnd = true
                at += 1
                break
            }
            hunk.lines.append(try line())
        }
        guard hunk.lines.contains(where: { $0.kind != .stays }) else { throw problem("the hunk above this line changes nothing") }
        return hunk
    }

    private mutating func line() throws(ToolProblem) -> PatchHunk.Line {
        let line = lines[at]
        let kind: PatchHunk.Kind
        // Bytes: a mark and an accent behind it are one character.
        switch line.utf8.first {
        // Models leave the blank of a blank line out.
        case UInt8(ascii: " "), nil: kind = .stays
        case UInt8(ascii: "-"): kind = .goes
        case UInt8(ascii: "+"): kind = .comes
        default: throw problem("a line of a hunk begins with ' ', '-' or '+'")
        }
        at += 1
        return PatchHunk.Line(kind: kind, text: String(decoding: line.utf8.dropFirst(), as: UTF8.self))
    }

    private func problem(_ what: String) -> ToolProblem {
        let found = at < lines.count ? ", not '\(ShownText.line(String(lines[at].prefix(80))))'" : ""
        return ToolProblem("line \(at + 2) of the patch: \(what)\(found).")
    }
}
