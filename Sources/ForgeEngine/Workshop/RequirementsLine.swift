// `pip install -r FILE`: what it installs is in the files that it names and in those that these name, as long as none of them names a folder of
// the commit.

import ForgeCore

struct RequirementsLine: Equatable {
    /// As the line has them.
    var files: [String] = []

    private static let depthMax = 16
    private static let flags = [
        "-q", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--require-hashes", "--no-deps", "--upgrade", "-U",
        "--prefer-binary", "--progress-bar=off",
    ]
    private static let programs = [
        ["pip"], ["pip3"], [".venv/bin/pip"], ["venv/bin/pip"], ["./.venv/bin/pip"], ["python", "-m", "pip"], ["python3", "-m", "pip"],
        [".venv/bin/python", "-m", "pip"], [".venv/bin/python3", "-m", "pip"],
    ]

    /// Nil for any other line, and for one that installs what lies in the commit.
    init?(_ words: [String]) {
        guard let program = Self.programs.first(where: { words.starts(with: $0 + ["install"]) }) else { return nil }
        var rest = words.dropFirst(program.count + 1)
        while let word = rest.popFirst() {
            if Self.flags.contains(word) { continue }
            if ["-r", "--requirement", "-c", "--constraint"].contains(word) {
                guard let file = rest.popFirst() else { return nil }
                files.append(file)
            } else if let file = Self.file(in: word) {
                files.append(file)
            } else if !Self.isPackage(word) {
                return nil
            }
        }
        guard !files.isEmpty else { return nil }
    }

    /// `--requirement=FILE`
    private static func file(in word: String) -> String? {
        for flag in ["--requirement=", "--constraint="] where word.hasPrefix(flag) { return String(word.dropFirst(flag.count)) }
        return nil
    }

    /// Of the index, by its name: nothing that could be a file.
    private static func isPackage(_ word: String) -> Bool {
        word.first?.isLetter == true && !word.contains("/") && !word.contains("@") && !isArchive(word)
    }

    private static func isArchive(_ word: String) -> Bool {
        [".whl", ".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".egg"].contains { word.hasSuffix($0) }
    }

    func decidesAlone(in folder: [String], _ known: [SetupFile]) -> Bool {
        files.allSatisfy { file in
            SetupInstall.path(file, from: folder).map { Self.decidesAlone($0, known, depth: 0) } ?? false
        }
    }

    private static func decidesAlone(_ path: RepositoryPath, _ known: [SetupFile], depth: Int) -> Bool {
        guard depth < depthMax, let file = known.first(where: { $0.path == path }) else { return false }
        // A line that is continued is one.
        let text = String(decoding: file.bytes, as: UTF8.self).split(separator: "\\\n", omittingEmptySubsequences: false).joined(
            separator: " ")
        let folder = path.parent.text.split(separator: "/").map(String.init)
        return text.split(whereSeparator: \.isNewline).allSatisfy { decidesAlone($0, in: folder, known, depth: depth) }
    }

    private static func decidesAlone(_ line: Substring, in folder: [String], _ known: [SetupFile], depth: Int) -> Bool {
        var words = line.split(whereSeparator: \.isWhitespace).map(String.init)[...]
        guard let first = words.popFirst(), !first.hasPrefix("#") else { return true }
        if ["-r", "--requirement", "-c", "--constraint"].contains(first) {
            guard let name = words.popFirst(), let path = SetupInstall.path(name, from: folder) else { return false }
            return decidesAlone(path, known, depth: depth + 1)
        }
        if let name = file(in: first) {
            return SetupInstall.path(name, from: folder).map { decidesAlone($0, known, depth: depth + 1) } ?? false
        }
        if ["-i", "--index-url", "--extra-index-url", "--trusted-host", "--no-binary", "--only-binary", "--require-hashes"].contains(first)
        {
            return true
        }
        return isPackage(first) && !line.contains("file:") && !words.contains { $0.hasPrefix(".") || $0.hasPrefix("/") }
    }
}
