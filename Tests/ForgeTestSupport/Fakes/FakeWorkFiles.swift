// The files of a worktree in memory, with stamps that change as real ones do. It knows no symlinks and no `.gitignore` but a set of ignored
// paths; patterns are looked for as Swift's own expressions.
package import ForgeCore
import Synchronization

package final class FakeWorkFiles: WorkFiles {
    package typealias Snapshot = [RepositoryPath: File]

    package struct File: Hashable, Sendable {
        package var bytes: [UInt8]
        package var isExecutable = false
        var writes: Int64 = 0
    }

    private struct State {
        var files: Snapshot = [:]
        var ignored: Set<RepositoryPath> = []
        var writes: Int64 = 0
        var failures: [(call: String, error: WorkFileError)] = []
        var calls: [String] = []
    }

    private let state = Mutex(State())
    /// Runs in the middle of a call, which it is told: to change a file between a look and a write, or to wait.
    private let meanwhile: @Sendable (String) async throws(WorkFileError) -> Void

    package init(
        _ files: [String: String] = [:], meanwhile: @escaping @Sendable (String) async throws(WorkFileError) -> Void = { _ in }
    ) {
        self.meanwhile = meanwhile
        for (name, text) in files { put(name, text) }
    }

    package func put(_ name: String, _ text: String) { put(name, Array(text.utf8)) }

    package func put(_ name: String, _ bytes: [UInt8], executable isExecutable: Bool = false) {
        state.withLock { state in
            state.writes += 1
            state.files[RepositoryPath(name)] = File(bytes: bytes, isExecutable: isExecutable, writes: state.writes)
        }
    }

    package func ignore(_ names: [String]) { state.withLock { $0.ignored.formUnion(names.map { RepositoryPath($0) }) } }
    package func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }
    package func bytes(_ name: String) -> [UInt8]? { state.withLock { $0.files[RepositoryPath(name)]?.bytes } }
    package var snapshot: Snapshot { state.withLock { $0.files } }
    package func reset(to snapshot: Snapshot) { state.withLock { $0.files = snapshot } }
    /// `read`, `write`, `remove`, `move`, `list`, `search`, with the path behind a blank; in the order they began.
    package var calls: [String] { state.withLock { $0.calls } }
    /// The next call of this name fails so.
    package func failNext(_ call: String, _ error: WorkFileError) { state.withLock { $0.failures.append((call, error)) } }

    private func begin(_ call: String, _ path: RepositoryPath?) async throws(WorkFileError) {
        let name = "\(call) \(path?.shown ?? ".")"
        let failure = state.withLock { state -> WorkFileError? in
            state.calls.append(name)
            guard let index = state.failures.firstIndex(where: { $0.call == call }) else { return nil }
            return state.failures.remove(at: index).error
        }
        if let failure { throw failure }
        try await meanwhile(name)
    }

    package func read(_ path: RepositoryPath, bytesMax: Int) async throws(WorkFileError) -> WorkFile {
        try await begin("read", path)
        let (file, isFolder) = state.withLock { state in (state.files[path], state.files.keys.contains { $0.isIn(path) }) }
        guard let file else {
            throw isFolder ? WorkFileError(.isFolder, "\(path.shown) is a folder") : WorkFileError(.notFound, "there is no \(path.shown)")
        }
        guard file.bytes.count <= bytesMax else { throw WorkFileError(.tooLarge, "\(path.shown) has \(file.bytes.count) bytes") }
        return WorkFile(bytes: file.bytes, isExecutable: file.isExecutable, stamp: file.stamp)
    }

    package func entry(_ path: RepositoryPath) async throws(WorkFileError) -> WorkEntry? {
        try await begin("entry", path)
        return state.withLock { state in
            if let file = state.files[path] { return file.entry(path) }
            return state.files.keys.contains { $0.isIn(path) } ? WorkEntry(path: path, kind: .folder, size: 0) : nil
        }
    }

    package func write(_ bytes: [UInt8], to path: RepositoryPath, replacing stamp: WorkStamp?) async throws(WorkFileError) {
        try await begin("write", path)
        let error = state.withLock { state -> WorkFileError? in
            let old = state.files[path]
            if let stamp, old?.stamp != stamp { return WorkFileError(.changed, "\(path.shown) was changed meanwhile: read it again") }
            if stamp == nil, old != nil { return WorkFileError(.exists, "\(path.shown) is there already") }
            state.writes += 1
            state.files[path] = File(bytes: bytes, isExecutable: old?.isExecutable ?? false, writes: state.writes)
            return nil
        }
        if let error { throw error }
    }

    package func remove(_ path: RepositoryPath) async throws(WorkFileError) {
        try await begin("remove", path)
        guard state.withLock({ $0.files.removeValue(forKey: path) }) != nil else {
            throw WorkFileError(.notFound, "there is no \(path.shown)")
        }
    }

    /// Folders are there as long as files are in them.
    package func removeFolder(_ path: RepositoryPath) async throws(WorkFileError) {
        try await begin("removeFolder", path)
        guard state.withLock({ state in !state.files.keys.contains { $0.isIn(path) } }) else {
            throw WorkFileError(.unavailable, "\(path.shown) is not empty")
        }
    }

    package func move(_ path: RepositoryPath, to other: RepositoryPath) async throws(WorkFileError) {
        try await begin("move", path)
        let error = state.withLock { state -> WorkFileError? in
            guard let file = state.files[path] else { return WorkFileError(.notFound, "there is no \(path.shown)") }
            guard state.files[other] == nil else { return WorkFileError(.exists, "\(other.shown) is there already") }
            state.files[path] = nil
            state.files[other] = file
            return nil
        }
        if let error { throw error }
    }

    package func list(
        _ folder: RepositoryPath?, depth: Int, includesIgnored: Bool, entriesMax: Int
    ) async throws(WorkFileError) -> (entries: [WorkEntry], isCut: Bool) {
        try await begin("list", folder)
        let all = state.withLock { state in
            var entries: Set<WorkEntry> = []
            for (path, file) in state.files where folder.map(path.isIn) ?? true {
                if !includesIgnored, state.ignored.contains(path) { continue }
                let parts = path.bytes.split(separator: UInt8(ascii: "/"))
                let start = folder?.bytes.split(separator: UInt8(ascii: "/")).count ?? 0
                for count in (start + 1)...max(start + 1, parts.count) where count <= start + depth {
                    let part = RepositoryPath(bytes: Array(parts.prefix(count).joined(separator: [UInt8(ascii: "/")])))
                    entries.insert(count == parts.count ? file.entry(part) : WorkEntry(path: part, kind: .folder, size: 0))
                }
            }
            return entries.sorted { $0.path < $1.path }
        }
        return (Array(all.prefix(entriesMax)), all.count > entriesMax)
    }

    package func search(_ search: WorkSearch) async throws(WorkFileError) -> WorkMatches {
        try await begin("search", search.beneath)
        let files = state.withLock { state in
            state.files.filter { path, _ in
                (search.beneath.map { path == $0 || path.isIn($0) } ?? true) && (search.includesIgnored || !state.ignored.contains(path))
            }
        }
        let expression: Regex<AnyRegexOutput>?
        do {
            expression = search.isLiteral ? nil : try Regex(search.pattern)
        } catch {
            throw WorkFileError(.invalid, "the pattern cannot be read: \(error)")
        }
        var matches: [WorkMatch] = []
        for (path, file) in files.sorted(by: { $0.key < $1.key }) {
            for (index, line) in file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
                let text = String(decoding: line, as: UTF8.self)
                let isFound = expression.map { text.contains($0) } ?? text.contains(search.pattern)
                if isFound { matches.append(WorkMatch(path: path, line: index + 1, text: Array(line))) }
            }
        }
        return WorkMatches(
            matches: Array(matches.prefix(search.matchesMax)), isCut: matches.count > search.matchesMax, filesSearched: files.count)
    }
}

extension FakeWorkFiles.File {
    fileprivate var stamp: WorkStamp { WorkStamp(inode: 1, size: bytes.count, modifiedNanoseconds: writes) }

    fileprivate func entry(_ path: RepositoryPath) -> WorkEntry {
        WorkEntry(path: path, kind: isExecutable ? .executable : .file, size: bytes.count)
    }
}

extension RepositoryPath {
    fileprivate func isIn(_ folder: RepositoryPath) -> Bool { bytes.starts(with: folder.bytes + [UInt8(ascii: "/")]) }
}
