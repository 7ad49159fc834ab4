// A worktree before and after a setup: what decides over the setup's result, what it had, and what is new. It follows no link, and of what a
// setup left it opens nothing but folders that the commit has.

import CSandbox
import ForgeCore

struct WorktreeNames {
    /// A commit may have many packages, and no more than this is read of them.
    private static let filesMax = 2_000
    private static let fileBytesMax = 32 << 20
    private static let depthMax = 100

    private let top: TopFolder

    init(_ folder: String) throws(SandboxError) {
        do throws(SystemRefusal) {
            top = try TopFolder(folder)
        } catch {
            throw .system("open \(folder)", error.number)
        }
    }

    // MARK: Before

    /// More than can be read, and the result belongs to nothing that is known: then there is none.
    func setupFiles(_ named: Set<RepositoryPath>) throws(SandboxError) -> [SetupFile] {
        var paths: [[UInt8]] = []
        var hasLink = false
        try walk { folder, names, _ throws(SystemRefusal) in
            for name in names where name.kind != .folder {
                let path = RepositoryPath(bytes: Self.path(folder, name.bytes))
                let isFile = name.kind == .file
                guard named.contains(path) || (isFile ? SetupKey.decides(path) : SetupKey.leads(path)) else { continue }
                // What it leads to is not looked at, and can be another thing in another commit.
                if isFile { paths.append(path.bytes) } else { hasLink = true }
            }
        }
        guard !hasLink, paths.count <= Self.filesMax else { return [] }
        var files: [SetupFile] = []
        var room = Self.fileBytesMax
        for path in paths {
            guard let bytes = read(path, bytesMax: room) else { return [] }
            room -= bytes.count
            files.append(SetupFile(RepositoryPath(bytes: path), bytes))
        }
        return files
    }

    func record() throws(SandboxError) -> SetupRecord {
        var folders: [[UInt8]: [[UInt8]: SetupRecord.Stamp]] = [:]
        var hidden: Set<[UInt8]> = []
        try walk { [top] folder, names, hiddenNames throws(SystemRefusal) in
            let opened = try top.open(folder, forge_for_names)
            var stamps: [[UInt8]: SetupRecord.Stamp] = [:]
            stamps.reserveCapacity(names.count)
            for name in names { stamps[name.bytes] = SetupRecord.Stamp(try FileFacts(of: name.bytes, in: opened)) }
            folders[folder] = stamps
            for name in hiddenNames { hidden.insert(Self.path(folder, name.bytes)) }
        }
        return SetupRecord(folders, hidden: hidden)
    }

    // MARK: After

    /// Copies what was not there into the same folders of another tree. Answers what of the commit is another now: the first of it, and how
    /// much.
    func copyNew(
        since record: SetupRecord, to target: Descriptor, _ copy: inout TreeCopy
    ) throws(SandboxError) -> (first: [RepositoryPath], count: Int) {
        var first: [RepositoryPath] = []
        var count = 0
        for (folder, stamps) in record.folders.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let changed = try copyNew(in: folder, besides: stamps, record.hidden, to: target, &copy)
            count += changed.count
            let room = max(0, SetupContents.namedMax - first.count)
            first += changed.sorted { $0.lexicographicallyPrecedes($1) }.prefix(room).map { RepositoryPath(bytes: Self.path(folder, $0)) }
        }
        return (first, count)
    }

    /// Answers the names that were there and are another thing now.
    private func copyNew(
        in folder: [UInt8], besides stamps: [[UInt8]: SetupRecord.Stamp], _ hidden: Set<[UInt8]>, to target: Descriptor,
        _ copy: inout TreeCopy
    ) throws(SandboxError) -> [[UInt8]] {
        // A folder that was removed, or is a link by now, has none of its files.
        guard let opened = try reopen(folder), let reading = try reopen(folder) else { return Array(stamps.keys) }
        let names = try names(in: reading)
        copy.leaveOut(names.count { $0.isHidden && !hidden.contains(Self.path(folder, $0.bytes)) })
        let new = names.filter { !$0.isHidden && stamps[$0.bytes] == nil }
        if !new.isEmpty {
            var place = target
            for part in folder.split(separator: Self.slash) { place = try place.folder(made: Array(part)) }
            for name in new { try copy.one(name.bytes, of: opened, to: place) }
        }
        return stamps.filter { name, stamp in
            // What has gone has no facts.
            guard let facts = try? FileFacts(of: name, in: opened) else { return true }
            return SetupRecord.Stamp(facts) != stamp
        }.map(\.key)
    }

    /// Nil when it was removed, or is another thing by now. One that the setup closed is opened again where it is ours.
    private func reopen(_ folder: [UInt8]) throws(SandboxError) -> OpenFile? {
        do throws(SystemRefusal) {
            let place = try top.open(folder, forge_for_paths)
            // What cannot be done is told by the next line.
            if try FileFacts(of: place).mode & 0o700 != 0o700 { _ = forge_let_owner_in(place.number) }
            return try top.open(folder, forge_for_names)
        } catch {
            switch error.number {
            case ENOENT, ENOTDIR, ELOOP: return nil
            case EACCES, EPERM:
                let name = folder.isEmpty ? "its worktree" : RepositoryPath(bytes: folder).shown
                throw SandboxError(.invalid, "the setup closed \(name)")
            default: throw .system("open a folder of the worktree", error.number)
            }
        }
    }

    private func names(in folder: consuming OpenFile) throws(SandboxError) -> [FolderName] {
        do throws(SystemRefusal) {
            return try FolderNames.read(folder, showsHidden: true)
        } catch {
            throw .system("read a folder of the worktree", error.number)
        }
    }

    // MARK: Parts

    private static let slash = UInt8(ascii: "/")

    private static func path(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] { folder.isEmpty ? name : folder + [slash] + name }

    /// Every folder with its names, and apart from them what belongs to git.
    private func walk(
        _ visit: (_ folder: [UInt8], _ names: [FolderName], _ hidden: [FolderName]) throws(SystemRefusal) -> Void
    ) throws(SandboxError) {
        var waiting: [(path: [UInt8], depth: Int)] = [([], 0)]
        do throws(SystemRefusal) {
            while let (folder, depth) = waiting.popLast() {
                let all = try FolderNames.read(try top.open(folder, forge_for_names), showsHidden: true)
                let names = all.filter { !$0.isHidden }
                try visit(folder, names, all.filter(\.isHidden))
                guard depth < Self.depthMax else { continue }
                for name in names where name.kind == .folder { waiting.append((Self.path(folder, name.bytes), depth + 1)) }
            }
        } catch {
            throw .system("look through the worktree", error.number)
        }
    }

    /// Nil when it is larger, or cannot be read.
    private func read(_ path: [UInt8], bytesMax: Int) -> [UInt8]? {
        // Whatever is in the way: it cannot be read.
        guard let file = try? top.open(path, forge_for_reading), let facts = try? FileFacts(of: file), facts.kind == .file,
            facts.size <= bytesMax
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: facts.size)
        // Nor this.
        guard let count = try? file.read(into: &bytes, from: 0, to: bytes.count) else { return nil }
        return Array(bytes.prefix(count))
    }
}

extension FolderName {
    /// Git's own, or a file that is being written.
    fileprivate var isHidden: Bool { WorkPath.isHidden(bytes) }
}

extension SetupRecord.Stamp {
    /// A folder is compared by what is in it.
    fileprivate init(_ facts: FileFacts) {
        let isFolder = facts.kind == .folder
        self.init(
            isFolder: isFolder, size: isFolder ? 0 : facts.size, written: isFolder ? 0 : facts.written, mode: isFolder ? 0 : facts.mode)
    }
}
