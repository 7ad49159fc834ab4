// The sections of a patch: where a file's change begins, and what only looks like one. It must never pass over a kind of diff it cannot
// read: that is a change nobody would judge.

struct PatchParser {
    var lines: PatchLines
    private var files: [FileChange] = []

    init(_ bytes: [UInt8]) { lines = PatchLines(bytes) }

    mutating func diff() throws(PatchError) -> Diff {
        var isBlank = true
        while let line = lines.currentHeader {
            isBlank = isBlank && line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            try section(line)
        }
        guard isBlank || !files.isEmpty else { throw PatchError(line: 1, message: "there is no unified diff in this text") }
        return Diff(files: files)
    }

    func failure(_ message: String, line: Int? = nil) -> PatchError { PatchError(line: line ?? lines.number, message: message) }

    private mutating func section(_ line: ArraySlice<UInt8>) throws(PatchError) {
        if line.hasPrefix("diff --git ") {
            append(try gitFile())
        } else if isPlainHeader(line) {
            append(try plainFile())
        } else if line.hasPrefix("Binary files "), line.hasSuffix(" differ") {
            append(try plainBinaryFile(line))
        } else if let reason = Self.reasonToRefuse(line) {
            throw failure(reason)
        } else {
            lines.advance()
        }
    }

    /// Three lines make one, as for `git apply`: a message may well hold two of them.
    private func isPlainHeader(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.hasPrefix("--- ") else { return false }
        var next = lines
        next.advance()
        guard next.current?.hasPrefix("+++ ") == true else { return false }
        next.advance()
        return next.current?.hasPrefix("@@ -") == true
    }

    /// What tells of changes in a form that is not read here.
    private static func reasonToRefuse(_ line: ArraySlice<UInt8>) -> String? {
        if line.hasPrefix("diff --cc ") || line.hasPrefix("diff --combined ") || line.hasPrefix("@@@ -") {
            return "a combined diff of a merge does not say what changed against one parent; give the diff against one"
        }
        if line.hasPrefix("@@ -") { return "a hunk stands here without the file it belongs to" }
        if line.hasPrefix("Only in "), line.contains(UInt8(ascii: ":")) {
            return "a file on one side alone is named without its lines; 'diff -N' shows them"
        }
        if line.hasPrefix("Files "), line.hasSuffix(" differ") { return "files are said to differ without saying how; give the whole diff" }
        if line.hasPrefix("***************") { return "a context diff is not read; 'diff -u' writes a unified one" }
        if isSubmoduleSummary(line) { return "a submodule's change is shown as a summary; 'git diff --submodule=short' names the commits" }
        return nil
    }

    /// `Submodule PATH OLD..NEW:`, the form of `--submodule=log` and `--submodule=diff`.
    private static func isSubmoduleSummary(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.hasPrefix("Submodule ") else { return false }
        return line.split(separator: UInt8(ascii: " ")).dropFirst(2).contains { word in
            let commits = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: true)
            let isRange = commits.count == 2 && word.count { $0 == UInt8(ascii: ".") } >= 2
            return isRange && commits[0].count >= 4 && commits[0].allSatisfy(isHexDigit)
        } || line.hasSuffix("contains untracked content") || line.hasSuffix("contains modified content")
    }

    /// git shows a file that became a symlink as two changes of one path.
    private mutating func append(_ change: FileChange) {
        guard change.kind == .added, let new = change.new, let last = files.last, last.kind == .deleted, let old = last.old,
            old.path == new.path, old.mode.isFile != new.mode.isFile || !old.mode.isFile && old.mode != new.mode
        else { return files.append(change) }
        files[files.count - 1] = FileChange(
            kind: .typeChanged, old: old, new: new, hunks: last.hunks + change.hunks, omitted: last.omitted ?? change.omitted)
    }
}

extension FileMode {
    /// As opposed to a symlink or a submodule.
    package var isFile: Bool { self == .regular || self == .executable }
}

func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
    default: false
    }
}
