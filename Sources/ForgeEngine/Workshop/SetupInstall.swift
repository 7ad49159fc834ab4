// Which setups make the same of the same lock files, whatever else a commit has: those whose every command is a package manager's own install
// line, where nothing of the packages runs code of the commit or is copied from it. Pure. In doubt it says no: then a result serves the
// commit it was made of and no other, which costs time; the other mistake would fail the tests of a commit that is right.
//
// Accepted: manifests that are programs (a Gemfile, a mix.exs) are only searched for words by which they read other files.

import ForgeCore

struct SetupInstall {
    /// What the line begins with.
    var words: [String]
    /// One of them lies in the setup's folder or above it.
    var locks: [String]
    /// Without any of these words it changes the lock, or builds the project itself.
    var needs: [String] = []
    var flags: [String] = []
    /// By the name of a file: with one of these texts in it, more than the lock decides; the empty one is in each.
    var ties: [String: [String]] = [:]

    /// Whether files like these decide alone over what comes of a setup.
    static func decidesAlone(_ setup: String, folder: RepositoryPath?, files: [SetupFile]) -> Bool {
        guard let lines = lines(of: setup, folder: folder) else { return false }
        var hasInstall = false
        for line in lines {
            guard !isPreparation(line.words) else { continue }
            guard isKnown(line, files) else { return false }
            hasInstall = true
        }
        return hasInstall
    }

    /// Files that the lines name, which may be called anything.
    static func named(in setup: String, folder: RepositoryPath?) -> Set<RepositoryPath> {
        let lines = lines(of: setup, folder: folder) ?? []
        return Set(lines.flatMap { line in (RequirementsLine(line.words)?.files ?? []).compactMap { path($0, from: line.folder) } })
    }

    // MARK: Lines

    struct Line: Equatable {
        var words: [String]
        /// Parts of its path.
        var folder: [String]
    }

    private static let linesMax = 16

    /// Nil when a shell would make more of it than commands one after the other.
    private static func lines(of setup: String, folder: RepositoryPath?) -> [Line]? {
        let parts = setup.split(whereSeparator: { $0 == "\n" || $0 == ";" }).flatMap { $0.split(separator: "&&") }
        var folder = folder.map { $0.text.split(separator: "/").map(String.init) } ?? []
        var lines: [Line] = []
        guard parts.count <= linesMax else { return nil }
        for part in parts {
            guard part.allSatisfy(isPlain) else { return nil }
            let words = part.split(separator: " ").map(String.init)
            if words.first == "cd" {
                guard words.count == 2, let next = path(words[1], from: folder) else { return nil }
                folder = next.text.split(separator: "/").map(String.init)
            } else if !words.isEmpty {
                lines.append(Line(words: words, folder: folder))
            }
        }
        return lines
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber) || " ._-/+@=:,".contains(character)
    }

    /// Nil when it leads out of the worktree.
    static func path(_ text: String, from folder: [String]) -> RepositoryPath? {
        guard !text.hasPrefix("/") else { return nil }
        var parts = folder
        for part in text.split(separator: "/") where part != "." {
            if part != ".." { parts.append(String(part)) } else if parts.popLast() == nil { return nil }
        }
        return RepositoryPath(parts.joined(separator: "/"))
    }

    /// It installs nothing.
    private static func isPreparation(_ words: [String]) -> Bool {
        if words.first == "set" { return words.dropFirst().allSatisfy { ["-e", "-eu", "-ex", "-eux", "-x"].contains($0) } }
        return words.count == 4 && ["python3", "python"].contains(words[0]) && words[1...2] == ["-m", "venv"] && !words[3].hasPrefix("/")
    }

    // MARK: What is known

    private static func isKnown(_ line: Line, _ files: [SetupFile]) -> Bool {
        // A folder of another name, or a link to one, has nothing that could decide.
        let start = line.folder.joined(separator: "/") + "/"
        guard line.folder.isEmpty || files.contains(where: { $0.path.text.hasPrefix(start) }) else { return false }
        if let requirements = RequirementsLine(line.words) { return requirements.decidesAlone(in: line.folder, files) }
        return table.contains { $0.fits(line.words) && $0.hasLock(line.folder, files) && !$0.isTied(line.words, files) }
    }

    private func fits(_ line: [String]) -> Bool {
        guard line.starts(with: words) else { return false }
        let rest = line.dropFirst(words.count)
        return (needs.isEmpty || rest.contains(where: needs.contains))
            && rest.allSatisfy { needs.contains($0) || flags.contains($0) || Self.flags.contains($0) }
    }

    private func hasLock(_ folder: [String], _ files: [SetupFile]) -> Bool {
        let places = (0...folder.count).map { folder.prefix($0) }
        let wanted = Set(places.flatMap { place in locks.map { RepositoryPath((place + [$0]).joined(separator: "/")) } })
        return files.contains { wanted.contains($0.path) }
    }

    private func isTied(_ line: [String], _ files: [SetupFile]) -> Bool {
        files.contains { file in
            let name = String(decoding: file.path.name, as: UTF8.self)
            let text = String(decoding: file.bytes, as: UTF8.self)
            if name == "package.json", !line.contains("--ignore-scripts"), ties[name] != nil, Self.runsScripts(file.bytes) { return true }
            return ties[name]?.contains { $0.isEmpty || text.contains($0) } == true
        }
    }

    private static let lifecycle = [
        "preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare", "dependencies",
    ].flatMap { [$0, "pnpm:" + $0] }

    /// After an install, with the files of the commit before them.
    private static func runsScripts(_ package: [UInt8]) -> Bool {
        // What cannot be read may say anything.
        guard let json = try? JSONParser.parse(package).value else { return true }
        return lifecycle.contains { json["scripts"]?[$0] != nil }
    }
}
