// Checks over all changes together: names that are one name somewhere, a repository inside the repository, and how much it is. It must never
// look at each pair of paths: trees have a hundred thousand.

internal import ForgeCore

extension ScopeChecks {
    /// Paths, or folders of paths, that differ in bytes and are one to a file system without letter case or with another form of the same
    /// letters, or to a reader. Told of when one of them has come with this change.
    var collisions: [ScopeNote] {
        guard !scene.arrived.isEmpty else { return [] }
        var spellings: [String: [UInt8]] = [:]
        var notes: [ScopeNote] = []
        // What was there first, so that the one that came is the one that is told of.
        let known = scene.after.keys.filter { !scene.arrived.contains($0) }.sorted() + scene.arrived.sorted()
        for path in known {
            let parts = path.bytes.split(separator: Byte.slash)
            let plain = PathReading.parts(of: path)
            guard parts.count == plain.count else { continue }
            for depth in 1...max(parts.count, 1) where depth <= parts.count {
                let spelling = Array(parts[..<depth].joined(separator: [Byte.slash]))
                // Two strings are the same when they are canonically equivalent: é is e with its accent behind it.
                let key = String(decoding: Array(plain[..<depth].joined(separator: [Byte.slash])), as: UTF8.self)
                guard let other = spellings[key] else {
                    spellings[key] = spelling
                    continue
                }
                guard other != spelling else { continue }
                if scene.arrived.contains(path) {
                    notes.append(ScopeNote(paths: [path], detail: "'\(RepositoryPath(bytes: other).shown)' is there already"))
                }
                break
            }
        }
        return notes
    }

    /// `HEAD`, `objects` and `refs` in one folder: git takes it for a repository, and its config for orders.
    var bareRepositories: [ScopeNote] {
        var folders: [[UInt8]: Set<String>] = [:]
        for path in scene.after.keys {
            let parts = PathReading.parts(of: path)
            for (depth, part) in parts.enumerated() {
                let name = String(decoding: part, as: UTF8.self)
                guard name == "head" && depth == parts.count - 1 || (name == "objects" || name == "refs") && depth < parts.count - 1 else {
                    continue
                }
                folders[Array(parts[..<depth].joined(separator: [Byte.slash])), default: []].insert(name)
            }
        }
        let bare = folders.filter { $0.value.count == 3 }.keys
        guard !bare.isEmpty else { return [] }
        let arrived = scene.arrived.filter { path in
            let plain = PathReading.plain(path).bytes
            return bare.contains { folder in folder.isEmpty || plain.starts(with: folder + [Byte.slash]) }
        }
        return arrived.isEmpty ? [] : [ScopeNote(paths: arrived.sorted())]
    }

    func limit(_ check: ScopeCheck) -> [ScopeNote] {
        let limits = policy.limits
        switch check {
        case .files: return exceeded(limits.filesMax, scene.changes.count, "files")
        case .lines: return exceeded(limits.linesMax, scene.changes.reduce(0) { $0 + $1.addedCount + $1.removedCount }, "lines")
        case .bytes: return exceeded(limits.bytesMax, scene.changes.reduce(0) { $0 + Self.addedBytes($1) }, "bytes")
        default:
            guard let limit = limits.fileBytesMax else { return [] }
            return scene.changes.compactMap { change in
                guard let new = change.new, case let size = Self.size(change, new), size > limit.value else { return nil }
                return ScopeNote(paths: [new.path], detail: "\(size) bytes, and \(limit.value) are allowed", origin: limit.origin)
            }
        }
    }

    private func exceeded(_ limit: ScopeLimit?, _ count: Int, _ unit: String) -> [ScopeNote] {
        guard let limit, count > limit.value else { return [] }
        return [ScopeNote(paths: [], detail: "\(count) \(unit), and \(limit.value) are allowed", origin: limit.origin)]
    }

    private static func addedBytes(_ change: FileChange) -> Int {
        if change.omitted != nil { return change.new.map { size(change, $0) } ?? 0 }
        return bytes(change) { $0 == .added }
    }

    /// At least this: a diff shows no more of a file than its hunks.
    private static func size(_ change: FileChange, _ new: FileSide) -> Int {
        if let count = new.byteCount { return count }
        if case .tooLarge(let count)? = change.omitted { return count }
        return bytes(change) { $0 != .removed }
    }

    private static func bytes(_ change: FileChange, _ counts: (DiffLine.Kind) -> Bool) -> Int {
        change.hunks.reduce(0) { sum, hunk in
            sum + hunk.lines.reduce(0) { counts($1.kind) ? $0 + $1.text.count + ($1.hasLineFeed ? 1 : 0) : $0 }
        }
    }
}

extension ScopePolicy {
    /// Folders that something denied is in: `.github` of `.github/workflows/**`. Only what a pattern names letter by letter.
    static func protectedFolders(_ pack: ScopePack, _ layers: [LayerLists]) -> Set<RepositoryPath> {
        let patterns =
            pack.rules.filter { $0.check == nil && $0.decision == .deny }.flatMap(\.forgiving.patterns)
            + layers.flatMap(\.deny.forgiving.patterns)
        var folders: Set<RepositoryPath> = []
        for pattern in patterns where !pattern.isNegated {
            let parts = pattern.leadingNames
            for depth in 0..<parts.count { folders.insert(RepositoryPath(bytes: Array(parts[...depth].joined(separator: [Byte.slash])))) }
        }
        return folders
    }
}
