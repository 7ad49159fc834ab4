// Single files of a worktree: read, written as a whole, removed, moved. Each is opened or named in a folder that is open, never by its path as
// a whole after a look at it.

import CSandbox
import ForgeCore

extension WorkFolder {
    func readNow(_ path: WorkPath, bytesMax: Int) throws(WorkFileError) -> WorkFile {
        // Who reads while another one writes gets a mixture, and sees by the stamp that it is one.
        for _ in 0..<3 {
            if let file = try reading(path, to: .read, { file throws(SystemRefusal) in try contents(of: file, path, bytesMax) }) {
                return try file.get()
            }
        }
        throw WorkFileError(.changed, "\(path.path.shown) is being written just now: try again")
    }

    private func reading<Answer>(
        _ path: WorkPath, to purpose: Purpose, _ work: (borrowing OpenFile) throws(SystemRefusal) -> Answer
    ) throws(WorkFileError) -> Answer {
        do throws(SystemRefusal) {
            return try work(try top.open(path.parts[...], forge_for_reading))
        } catch {
            throw refusals.error(error, path, to: purpose)
        }
    }

    /// Nil when it was written meanwhile.
    private func contents(
        of file: borrowing OpenFile, _ path: WorkPath, _ bytesMax: Int
    ) throws(SystemRefusal) -> Result<WorkFile, WorkFileError>? {
        let facts = try FileFacts(of: file)
        if let problem = Self.problem(facts, path, to: .read) { return .failure(problem) }
        guard facts.size <= bytesMax else { return .failure(Self.tooLarge(path, facts.size, bytesMax)) }
        // One byte more shows whether it has grown; files of other kinds of file system may say that they are empty.
        var bytes = [UInt8](repeating: 0, count: facts.size + 1)
        let count = try file.read(into: &bytes, from: 0, to: bytes.count)
        let after = try FileFacts(of: file)
        guard count == facts.size, after.stamp == facts.stamp else { return nil }
        bytes.removeLast()
        return .success(WorkFile(bytes: bytes, isExecutable: facts.isExecutable, stamp: facts.stamp))
    }

    private static func tooLarge(_ path: WorkPath, _ size: Int, _ bytesMax: Int) -> WorkFileError {
        WorkFileError(
            .tooLarge, "\(path.path.shown) has \(size) bytes, more than the \(bytesMax) that are read at once: search in it instead")
    }

    private static func problem(_ facts: FileFacts, _ path: WorkPath, to purpose: Purpose) -> WorkFileError? {
        switch facts.kind {
        case .file: nil
        case .folder: Refusals.isFolder(path, to: purpose)
        case .symlink: Refusals.isSymlink(path)
        case .other: Refusals.notAFile(path)
        }
    }

    func entryNow(_ path: WorkPath) throws(WorkFileError) -> WorkEntry? {
        do throws(SystemRefusal) {
            let folder = try top.open(path.parts.dropLast(), forge_for_paths)
            return WorkEntry(path.path, try FileFacts(of: path.name, in: folder))
        } catch {
            let problem = refusals.error(error, path, to: .read)
            if problem.kind == .notFound { return nil }
            throw problem
        }
    }

    // MARK: Writing

    func createNow(_ path: WorkPath, _ bytes: [UInt8]) throws(WorkFileError) {
        do throws(SystemRefusal) {
            let folder = try makeFolders(path)
            if (try? FileFacts(of: path.name, in: folder)) != nil { throw SystemRefusal(number: EEXIST) }  // Else it is looked for in vain.
            do throws(SystemRefusal) {
                try create(path, bytes, in: try folder.open([0x2E], forge_for_paths), usesUnnamed: options.usesUnnamedFiles)
            } catch {
                guard options.usesUnnamedFiles, error.number == ENOSYS else { throw error }
                try create(path, bytes, in: folder, usesUnnamed: false)
            }
        } catch {
            if error.number == EEXIST { throw Refusals.exists(path) }
            throw refusals.error(error, path, to: .write)
        }
    }

    private func create(
        _ path: WorkPath, _ bytes: [UInt8], in folder: consuming OpenFile, usesUnnamed: Bool
    ) throws(SystemRefusal) {
        var staged = try StagedFile(in: folder, usesUnnamed: usesUnnamed)
        try staged.write(bytes)
        try staged.publishNew(as: path.name)
    }

    func replaceNow(_ path: WorkPath, with bytes: [UInt8], _ stamp: WorkStamp) throws(WorkFileError) {
        let changed = WorkFileError(.changed, "\(path.path.shown) was changed after it was read: read it again, then make the change anew")
        let outcome: Result<Bool, WorkFileError>
        do throws(SystemRefusal) {
            let folder = try top.open(path.parts.dropLast(), forge_for_paths)
            let facts = try FileFacts(of: path.name, in: folder)
            if let problem = Self.problem(facts, path, to: .write) {
                outcome = .failure(problem)
            } else if facts.stamp != stamp {
                outcome = .failure(changed)
            } else {
                var staged = try StagedFile(in: folder, usesUnnamed: options.usesUnnamedFiles)
                try staged.write(bytes)
                outcome = .success(try staged.replace(path.name, facts))
            }
        } catch {
            let problem = refusals.error(error, path, to: .write)
            throw problem.kind == .notFound ? WorkFileError(.changed, "\(path.path.shown) was removed after it was read") : problem
        }
        guard try outcome.get() else { throw changed }
    }

    /// The folder of a file, with those above it that are not there yet.
    private func makeFolders(_ path: WorkPath) throws(SystemRefusal) -> OpenFile {
        let folders = path.parts.dropLast()
        do throws(SystemRefusal) {
            return try top.open(folders, forge_for_paths)
        } catch {
            guard error.number == ENOENT else { throw error }
        }
        var folder = try top.open([][...], forge_for_paths)
        for name in folders { folder = try Self.makeFolder(name, in: folder) }
        return folder
    }

    private static func makeFolder(_ name: [UInt8], in folder: borrowing OpenFile) throws(SystemRefusal) -> OpenFile {
        let parent = folder.number
        let isNew = unsafe name.withTerminated { unsafe mkdirat(parent, $0, 0o755) } == 0
        if !isNew, forge_files_errno() != EEXIST { throw .last }
        let made = try folder.open(name, forge_for_paths)
        guard isNew else { return made }
        let (own, above) = (try FileFacts(of: made), try FileFacts(of: folder))
        // Only root may give folders away; whoever else makes one keeps it.
        if own.user != above.user || own.group != above.group { _ = forge_give_to(made.number, above.user, above.group) }
        return made
    }

    // MARK: Removing and moving

    func removeNow(_ path: WorkPath) throws(WorkFileError) {
        do throws(SystemRefusal) {
            let folder = try folder(holding: path)
            let number = folder.number
            guard unsafe path.name.withTerminated({ unsafe forge_remove_here(number, $0) }) == 0 else { throw .last }
        } catch {
            throw refusals.error(error, path, to: .remove)
        }
    }

    func removeFolderNow(_ path: WorkPath) throws(WorkFileError) {
        do throws(SystemRefusal) {
            let folder = try top.open(path.parts.dropLast(), forge_for_paths)
            let number = folder.number
            guard unsafe path.name.withTerminated({ unsafe unlinkat(number, $0, AT_REMOVEDIR) }) == 0 else { throw .last }
        } catch {
            throw refusals.error(error, path, to: .remove)
        }
    }

    func moveNow(_ path: WorkPath, to other: WorkPath) throws(WorkFileError) {
        // Each failure is told of the path that it is about, so that of the source is over before anything is made at the other end.
        var isAboutOther = false
        do throws(SystemRefusal) {
            let source = try folder(holding: path)
            isAboutOther = true
            try rename(path.name, in: source, to: other.name, in: try makeFolders(other))
        } catch {
            if isAboutOther, error.number == EEXIST { throw Refusals.exists(other) }
            throw refusals.error(error, isAboutOther ? other : path, to: .move)
        }
    }

    /// The folder of something that can be removed or moved. A symlink goes itself; what it leads to stays.
    private func folder(holding path: WorkPath) throws(SystemRefusal) -> OpenFile {
        let folder = try top.open(path.parts.dropLast(), forge_for_paths)
        switch try FileFacts(of: path.name, in: folder).kind {
        case .file, .symlink: return folder
        case .folder: throw SystemRefusal(number: EISDIR)
        case .other: throw SystemRefusal(number: ENXIO)
        }
    }
}

extension WorkEntry {
    init(_ path: RepositoryPath, _ facts: FileFacts) {
        let kind: Kind =
            switch facts.kind {
            case .file: facts.isExecutable ? .executable : .file
            case .folder: .folder
            case .symlink: .symlink
            case .other: .other
            }
        self.init(path: path, kind: kind, size: facts.kind == .folder ? 0 : facts.size)
    }
}
