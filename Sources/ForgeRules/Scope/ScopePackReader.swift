// `Rules/scope.yml` to a pack, as strictly as every other pack is read. It must never take a pattern that can match nothing: that would be a
// denial that denies nothing.

package import ForgeCore
internal import ForgeYAML

extension ScopePack {
    /// Reads a pack; its examples are run by `exampleReport()`.
    package init(yaml bytes: [UInt8], name: String, layer: RuleLayer = .builtIn) throws(PackError) {
        let problems = PackProblems()
        let root: YAMLNode
        do throws(YAMLError) {
            root = try parseYAML(bytes)
        } catch {
            throw PackError(
                name: name,
                problems: error.problems.map { PackProblem(line: $0.position.line, column: $0.position.column, message: $0.message) })
        }
        self.init(file: name, layer: layer)
        var entry = PackEntry(root, problems)
        if entry.number("version") != 1 { entry.problem("'version' is 1") }
        if entry.text("pack") != "scope" { entry.problem("'pack' is scope") }
        if var limits = entry.entry("limits") { self.limits = readLimits(&limits) }
        var ids: Set<String> = []
        for var rule in entry.entries("rules") {
            let read = readRule(&rule)
            if !ids.insert(read.id).inserted { rule.problem("there is already a rule '\(read.id)'") }
            rules.append(read)
        }
        entry.finish()
        guard problems.list.isEmpty else { throw PackError(name: name, problems: problems.list) }
    }

    private func origin(_ position: YAMLPosition) -> RuleOrigin { RuleOrigin(layer: layer, file: file, line: position.line) }

    private func readLimits(_ entry: inout PackEntry) -> ScopeLimits {
        func limit(_ key: String) -> ScopeLimit? {
            let place = entry.place(of: key)
            guard let value = entry.number(key) else { return nil }
            if value < 1 { entry.problem(at: place, "'\(key)' is at least 1") }
            return ScopeLimit(value, origin: origin(place))
        }
        let limits = ScopeLimits(
            filesMax: limit("max_files"), linesMax: limit("max_lines"), bytesMax: limit("max_bytes"), fileBytesMax: limit("max_file_bytes"))
        entry.finish()
        return limits
    }

    private func readRule(_ entry: inout PackEntry) -> ScopeRule {
        let checks = Dictionary(uniqueKeysWithValues: ScopeCheck.allCases.map { ($0.rawValue, $0) })
        let paths = entry.locatedTexts("paths")
        for path in paths {
            guard let pattern = PathPattern(path.text) else {
                entry.problem(at: path.position, "'\(path.text)' is no pattern")
                continue
            }
            if let problem = pattern.problem { entry.problem(at: path.position, "'\(path.text)' matches nothing: it \(problem)") }
        }
        let patterns = paths.map(\.text)
        let decision = entry.choice("decision", ["deny": Decision.deny, "ask": .ask]) ?? .deny
        // A file that only looks like a lock file is none; one that looks like a workflow may be meant to.
        let forgiving = decision == .deny ? patterns.compactMap { PathPattern(PathReading.folded($0), ignoresCase: true) } : []
        let rule = ScopeRule(
            id: entry.required("id"), title: entry.required("title"), decision: decision, message: entry.required("message"),
            fix: entry.text("fix"), references: entry.texts("references"), matches: readExamples(&entry, "matches"),
            ignores: readExamples(&entry, "ignores"), origin: origin(entry.position), paths: patterns,
            check: entry.choice("check", checks), exact: PathPatternList(patterns), forgiving: PathPatternList(folded: forgiving))
        if rule.paths.isEmpty, rule.check == nil { entry.problem("a rule has 'paths' or a 'check'") }
        if rule.matches.isEmpty { entry.problem("a rule shows an example under 'matches'") }
        if rule.ignores.isEmpty { entry.problem("a rule shows under 'ignores' what it leaves alone") }
        entry.finish()
        return rule
    }

    /// Each a path that is written, or what happens to one.
    private func readExamples(_ entry: inout PackEntry, _ key: String) -> [ScopeExample] {
        guard let node = entry.node(key) else { return [] }
        guard case .sequence(let items) = node.content else {
            entry.problem(at: node.position, "'\(key)' is a list")
            return []
        }
        return items.compactMap { item in
            if case .scalar(let scalar) = item.content {
                let side = FileSide(path: RepositoryPath(scalar.text))
                let diff = Diff(files: [FileChange(kind: .modified, old: side, new: side)])
                return ScopeExample(diff: diff, beside: [], line: item.position.line)
            }
            var change = entry.nested(item)
            defer { change.finish() }
            return readExample(&change)
        }
    }

    private func readExample(_ entry: inout PackEntry) -> ScopeExample? {
        if let patch = entry.text("diff") {
            do throws(PatchError) {
                let diff = try PatchText.parse(Array(patch.utf8))
                return ScopeExample(diff: diff, beside: readBeside(&entry), line: entry.position.line)
            } catch {
                entry.problem("the diff of an example is none: \(error)")
                return nil
            }
        }
        let path = RepositoryPath(entry.required("path"))
        let modes: [String: FileMode] = ["file": .regular, "executable": .executable, "symlink": .symlink, "submodule": .submodule]
        let kinds: [String: ChangeKind] = ["added": .added, "deleted": .deleted, "modified": .modified, "renamed": .renamed]
        let kind = entry.choice("kind", kinds) ?? .added
        let mode = entry.choice("mode", modes) ?? .regular
        let from = entry.text("from").map { RepositoryPath($0) }
        let oldMode = entry.choice("old_mode", modes) ?? mode
        let lines = (entry.text("text") ?? entry.text("target")).map { [$0] } ?? []
        let count = exampleCount(&entry, "lines") ?? lines.count
        let added = (0..<count).map { number in
            DiffLine(.added, old: nil, new: number + 1, text: Array((lines.first ?? "").utf8)[...], hasLineFeed: mode != .symlink)
        }
        let change = FileChange(
            kind: kind, old: kind == .added ? nil : FileSide(path: from ?? path, mode: oldMode),
            new: kind == .deleted ? nil : FileSide(path: path, mode: mode, byteCount: entry.number("bytes")),
            hunks: added.isEmpty ? [] : [Hunk(oldStart: 0, newStart: 1, lines: added)], omitted: entry.flag("binary") ? .binary : nil)
        // As many files as the example wants, of names that count on.
        let others = (1..<max(1, exampleCount(&entry, "files") ?? 1)).map { number in
            FileChange(kind: .added, old: nil, new: FileSide(path: RepositoryPath("\(path.text)\(number)")))
        }
        return ScopeExample(diff: Diff(files: [change] + others), beside: readBeside(&entry), line: entry.position.line)
    }

    /// How many lines or files an example has.
    private func exampleCount(_ entry: inout PackEntry, _ key: String) -> Int? {
        let place = entry.place(of: key)
        guard let count = entry.number(key) else { return nil }
        if (0...20_000).contains(count) { return count }
        entry.problem(at: place, "'\(key)' of an example is at most 20000")
        return nil
    }

    private func readBeside(_ entry: inout PackEntry) -> [TreeEntry] {
        entry.texts("beside").map { TreeEntry(path: RepositoryPath($0)) }
            + entry.map("links").map { TreeEntry(path: RepositoryPath($0.key), mode: .symlink, target: Array($0.value.utf8)) }
    }
}
