// Single files and links of a look: whether they changed, whether they count, and what they hold.

import CGit2
import ForgeCore

extension Look {
    /// Brings one file or link up to date. True when it changed.
    func settleFile(_ name: EntryName, _ facts: stat, isLink: Bool, _ level: Level) throws(GitError) -> Bool {
        var known: FileNode?
        switch level.node.children[name] {
        case .file(let file): known = file
        case .submodule: throw .refused(level.path(of: name), "the base has a submodule there")
        case .awayFolder: throw .refused(level.path(of: name), "the base has a folder there, which was not written out")
        case .folder, .awayFile, nil: break
        }
        let stamp = FileStamp(facts)
        if let known, known.isInBase, known.stamp == stamp { return false }
        let isInBase: Bool
        if let known { isInBase = known.isInBase } else { isInBase = try isFile(name, inBaseOf: level.node) }
        if !isInBase, try level.ignores.isIgnored(name, isFolder: false) { return try vanish(name, level.node) }
        if let known, known.stamp == stamp { return false }
        guard let read = try isLink ? readLink(name, stamp, level) : readFile(name, level) else { return try vanish(name, level.node) }
        level.node.children[name] = .file(FileNode(id: read.id, mode: read.mode, stamp: read.stamp, isInBase: isInBase))
        return known?.id != read.id || known?.mode != read.mode
    }

    private func isFile(_ name: EntryName, inBaseOf node: FolderNode) throws(GitError) -> Bool {
        guard let entry = try node.inBase(name, store) else { return false }
        return entry.mode != .folder && entry.mode != .submodule
    }

    private typealias Read = (id: ObjectName, mode: EntryMode, stamp: FileStamp?)

    /// Nil when it is a link no more.
    private func readLink(_ name: EntryName, _ stamp: FileStamp, _ level: Level) throws(GitError) -> Read? {
        let moment = FileStamp.clock
        guard let target = level.folder.target(name) else { return nil }
        return (try id(of: target, level.path(of: name)), .link, stamp.isSettled(at: moment) ? stamp : nil)
    }

    /// Nil when it is a file no more. One that is written to all the time is taken as it was read last.
    private func readFile(_ name: EntryName, _ level: Level) throws(GitError) -> Read? {
        guard let file = try level.folder.file(name) else { return nil }
        for attempt in 1...3 {
            let moment = FileStamp.clock
            guard let before = file.facts() else { return nil }
            guard before.st_size <= limits.fileBytesMax,
                let bytes = try file.read(expecting: Int(before.st_size), bytesMax: limits.fileBytesMax)
            else { throw .limit(level.path(of: name).bytes, "the file has more than the \(limits.fileBytesMax) bytes that are kept") }
            let stamp = FileStamp(before)
            let isSteady = file.facts().map { FileStamp($0) } == stamp
            guard isSteady || attempt == 3 else { continue }
            let mode: EntryMode = before.st_mode & 0o100 != 0 ? .executable : .file
            return (try id(of: bytes, level.path(of: name)), mode, isSteady && stamp.isSettled(at: moment) ? stamp : nil)
        }
        return nil
    }

    private func id(of bytes: [UInt8], _ path: RepositoryPath) throws(GitError) -> ObjectName {
        guard keeps else { return try store.name(of: bytes) }
        byteCount += bytes.count
        guard byteCount <= limits.keptBytesMax else {
            throw .limit(path.bytes, "the files that changed have more than the \(limits.keptBytesMax) bytes that are kept at once")
        }
        return try store.write(bytes, GIT_OBJECT_BLOB)
    }
}
