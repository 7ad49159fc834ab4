// The checks that rules of scope name: what no pattern can say about a path, a change or all of them. It must never take a path for harmless
// because one system reads it so: Windows and macOS check out the same trees.

internal import ForgeCore

struct ScopeChecks {
    let policy: ScopePolicy
    let scene: ScopeScene
    private let paths: [RepositoryPath]

    init(_ policy: ScopePolicy, _ scene: ScopeScene, _ paths: [RepositoryPath]) {
        self.policy = policy
        self.scene = scene
        self.paths = paths
    }

    /// What the check finds; paths that the rule's own patterns do not match are left alone.
    func notes(_ check: ScopeCheck, _ rule: ScopeRule) -> [ScopeNote] {
        let notes = found(check)
        guard !rule.exact.isEmpty else { return notes }
        return notes.compactMap { note in
            let fitting = note.paths.filter { ScopePolicy.hit($0, PathReading.plain($0), rule.exact, rule.forgiving) != nil }
            return fitting.isEmpty ? nil : ScopeNote(paths: fitting, detail: note.detail, pattern: note.pattern, origin: note.origin)
        }
    }

    private func found(_ check: ScopeCheck) -> [ScopeNote] {
        switch check {
        case .outsideTree: pathsThat(PathChecks.isOutsideTree)
        case .backslash: pathsThat { $0.bytes.contains(Byte.backslash) }
        case .controlCharacters: pathsThat(PathChecks.hasControlCharacters)
        case .unseenCharacters: pathsThat { $0.text.unicodeScalars.contains(where: PathReading.isUnseen) }
        case .blankOrDotAtEnd: pathsThat(PathChecks.hasBlankOrDotAtEnd)
        case .reservedName: pathsThat(PathChecks.hasReservedName)
        case .reservedCharacters: pathsThat { $0.bytes.contains { Array("<>:\"|?*".utf8).contains($0) } }
        case .shortName: pathsThat(PathChecks.hasShortName)
        case .gitFolder: pathsThat(PathChecks.isInGitFolder)
        case .invalidText: pathsThat { String(validating: $0.bytes, as: UTF8.self) == nil }
        case .mixedScripts: pathsThat(PathChecks.mixesScripts)
        case .symlinkOutside: changedSymlinks(.outside)
        case .symlinkToProtected: changedSymlinks(.protected)
        case .symlinkUnknown: changedSymlinks(.unknown)
        case .protectedFolder: pathsThat { policy.protectedFolders.contains(PathReading.plain($0)) }
        case .throughSymlink: throughSymlinks
        case .madeExecutable: changesThat { $0.new?.mode == .executable && $0.old?.mode != .executable }
        case .submodule: changesThat { $0.new?.mode == .submodule || $0.old?.mode == .submodule }
        case .attributeDrivers: changesThat(setsDriver)
        case .binary: changesThat { $0.omitted == .binary && $0.kind != .deleted }
        case .collision: collisions
        case .bareRepository: bareRepositories
        case .files, .lines, .bytes, .fileBytes: limit(check)
        }
    }

    private func pathsThat(_ fits: (RepositoryPath) -> Bool) -> [ScopeNote] {
        paths.filter(fits).map { ScopeNote(paths: [$0]) }
    }

    private func changesThat(_ fits: (FileChange) -> Bool) -> [ScopeNote] {
        scene.changes.filter(fits).map { ScopeNote(paths: [$0.path]) }
    }

    // MARK: Symlinks

    /// Where a symlink leads.
    private enum Destination: Equatable {
        case inside, outside, protected
        /// The diff does not show its target, or its links lead in a circle.
        case unknown
    }

    private func changedSymlinks(_ destination: Destination) -> [ScopeNote] {
        scene.changes.compactMap { change in
            guard let new = change.new, new.mode == .symlink else { return nil }
            let target = scene.targets[new.path]
            guard self.destination(of: new.path, target) == destination else { return nil }
            return ScopeNote(paths: [new.path], detail: target.map { "it points to '\(RepositoryPath(bytes: $0).shown)'" })
        }
    }

    private func destination(of link: RepositoryPath, _ target: [UInt8]?) -> Destination {
        guard var target, !target.isEmpty else { return .unknown }
        var folder = Array(link.bytes.split(separator: Byte.slash).dropLast())
        for _ in 0..<40 {
            let read = target.map { $0 == Byte.backslash ? Byte.slash : $0 }
            guard read.first != Byte.slash, !PathChecks.hasDriveLetter(read[...]), read.first != UInt8(ascii: "~") else { return .outside }
            for part in read.split(separator: Byte.slash) where !part.elementsEqual([Byte.dot]) {
                guard part.elementsEqual([Byte.dot, Byte.dot]) else {
                    folder.append(part)
                    continue
                }
                guard folder.popLast() != nil else { return .outside }
            }
            let path = RepositoryPath(bytes: Array(folder.joined(separator: [Byte.slash])))
            if isProtected(path) { return .protected }
            guard let next = firstLink(in: folder) else { return .inside }
            target = next.target + (next.rest.isEmpty ? [] : [Byte.slash]) + Array(next.rest.joined(separator: [Byte.slash]))
            folder = Array(folder.prefix(next.depth))
        }
        return .unknown
    }

    /// The first symlink that a path leads through, what it points to, and what of the path is behind it.
    private func firstLink(in parts: [ArraySlice<UInt8>]) -> (depth: Int, target: [UInt8], rest: ArraySlice<ArraySlice<UInt8>>)? {
        guard !scene.targets.isEmpty else { return nil }
        for depth in parts.indices {
            let path = RepositoryPath(bytes: Array(parts[...depth].joined(separator: [Byte.slash])))
            if let target = scene.targets[path] { return (depth, target, parts[(depth + 1)...]) }
        }
        return nil
    }

    /// Itself, or as the folder that something protected is in; the whole tree is one, too.
    private func isProtected(_ path: RepositoryPath) -> Bool {
        if path.bytes.isEmpty || PathChecks.isInGitFolder(path) || policy.isDenied(path) { return true }
        return policy.protectedFolders.contains(PathReading.plain(path))
    }

    /// What is written below a symlink is written somewhere else.
    private var throughSymlinks: [ScopeNote] {
        let links = Set(scene.after.filter { $0.value == .symlink }.keys)
        guard !links.isEmpty || !scene.follows.isEmpty else { return [] }
        return paths.compactMap { path in
            if scene.follows.contains(path) { return ScopeNote(paths: [path], detail: "it is a symlink") }
            let parts = path.bytes.split(separator: Byte.slash)
            for depth in 1..<max(parts.count, 1) {
                let folder = RepositoryPath(bytes: Array(parts[..<depth].joined(separator: [Byte.slash])))
                if links.contains(folder) { return ScopeNote(paths: [path], detail: "'\(folder.shown)' is a symlink") }
            }
            return nil
        }
    }

    // MARK: Contents

    /// Lines that hand a file's bytes to a program when git reads or writes it. Without its lines the file may hold any.
    private func setsDriver(_ change: FileChange) -> Bool {
        guard let new = change.new, PathReading.parts(of: new.path).last.map({ $0.elementsEqual(".gitattributes".utf8) }) == true else {
            return false
        }
        if change.omitted != nil || change.hunks.isEmpty { return change.kind != .renamed || change.omitted != nil }
        return change.hunks.contains { hunk in hunk.lines.contains { $0.kind == .added && Self.namesDriver($0.text) } }
    }

    private static func namesDriver(_ line: ArraySlice<UInt8>) -> Bool {
        line.split { $0 == Byte.space || $0 == Byte.tab || $0 == Byte.carriageReturn }.contains { word in
            ["filter=", "diff=", "merge=", "textconv=", "ident", "export-subst", "working-tree-encoding=", "[attr]"].contains {
                word.starts(with: $0.utf8)
            }
        }
    }
}
