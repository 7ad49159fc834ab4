// The port `SetupShelf` on the cache: what a setup made goes through a staged copy, and never by a name that a command can have replaced. All
// of it blocks, and is done on a thread of its own.

import CSandbox
package import ForgeCore

extension SetupCache: SetupShelf {
    private static let worktreePart = "worktree"
    private static let homePart = "home"

    package func files(in worktree: String, named: Set<RepositoryPath>) async throws(SandboxError) -> [SetupFile] {
        try await RunThread().carryOut { () throws(SandboxError) in try WorktreeNames(worktree).setupFiles(named) }.get()
    }

    package func record(of worktree: String) async throws(SandboxError) -> SetupRecord {
        try await RunThread().carryOut { () throws(SandboxError) in try WorktreeNames(worktree).record() }.get()
    }

    package func makeHome() async throws(SandboxError) -> String { try stage() }

    package func remove(home: String) async {
        _ = await RunThread().carryOut { () throws(SandboxError) in self.discard(home) }
    }

    package func put(_ key: SetupKey, into place: SetupPlace) async throws(SandboxError) -> Bool {
        try await carryOut { stop throws(SandboxError) in
            try self.with(key) { entry throws(SandboxError) in
                guard let entry else { return false }
                try self.put(entry, bytes: self.bytes(of: key), into: place, stop)
                return true
            }
        }
    }

    package func take(
        from made: SetupPlace, since record: SetupRecord, into place: SetupPlace, as key: SetupKey?
    ) async throws(SandboxError) -> SetupContents {
        try await carryOut { stop throws(SandboxError) in
            let staged = try self.stage()
            do throws(SandboxError) {
                var copy = TreeCopy(
                    bytesMax: self.limits.entryBytesMax, entriesMax: self.limits.entryFilesMax, reserveBytes: self.limits.reserveBytes,
                    stop: stop)
                let contents = try self.copy(made, since: record, to: staged, &copy)
                try self.put(staged, bytes: copy.copiesBytes ? copy.bytes : 0, into: place, stop)
                guard let key else {
                    self.discard(staged)
                    return contents
                }
                try copy.endIfStopped()
                try self.publish(staged, as: key)
                return contents
            } catch {
                self.discard(staged)
                throw error
            }
        }
    }

    // MARK: Blocking

    /// On a thread of its own. `work` is told by what it is given that nobody waits any more.
    private func carryOut<Answer: Sendable>(
        _ work: @escaping @Sendable (Descriptor) throws(SandboxError) -> Answer
    ) async throws(SandboxError) -> Answer {
        let stop = try Descriptor.event()
        let thread = RunThread()
        let result = await withTaskCancellationHandler {
            await thread.carryOut { () throws(SandboxError) in try work(stop) }
        } onCancel: {
            stop.signal()
        }
        return try result.get()
    }

    private func copy(
        _ made: SetupPlace, since record: SetupRecord, to staged: String, _ copy: inout TreeCopy
    ) throws(SandboxError) -> SetupContents {
        let top = try Descriptor.open(staged, O_RDONLY | O_DIRECTORY)
        let worktree = try top.folder(made: Array(Self.worktreePart.utf8))
        let home = try top.folder(made: Array(Self.homePart.utf8))
        let changes = try WorktreeNames(made.worktree).copyNew(since: record, to: worktree, &copy)
        try copy.all(of: try Self.openMade(made.home), to: home)
        return SetupContents(
            entries: copy.entries, bytes: copy.bytes, leftOut: copy.leftOut, changed: changes.first, changedCount: changes.count)
    }

    /// A setup may have closed its own home.
    private static func openMade(_ home: String) throws(SandboxError) -> Descriptor {
        let opened = unsafe forge_open_made(home)
        guard opened < 0 else { return Descriptor(owned: opened) }
        guard forge_sandbox_errno() == EACCES else { throw .system("open \(home)", forge_sandbox_errno()) }
        throw SandboxError(.invalid, "the setup closed its home")
    }

    /// All of it or, when the disk has no room for so many bytes (`invalid`), nothing.
    private func put(_ entry: String, bytes: Int, into place: SetupPlace, _ stop: Descriptor) throws(SandboxError) {
        // As large as what was let in.
        var copy = TreeCopy(bytesMax: .max, entriesMax: .max, reserveBytes: limits.reserveBytes, stop: stop)
        try copy.expect(bytes, in: try Descriptor.open(place.worktree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
        do throws(SandboxError) {
            try put(entry, into: place, &copy)
        } catch {
            // Half of a setup is worse than none: there, no tests are run.
            throw error.kind == .invalid ? SandboxError(.unavailable, error.message) : error
        }
    }

    private func put(_ entry: String, into place: SetupPlace, _ copy: inout TreeCopy) throws(SandboxError) {
        for (part, folder) in [(Self.worktreePart, place.worktree), (Self.homePart, place.home)] {
            let from = try Descriptor.open("\(entry)/\(part)", O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            try copy.all(of: from, to: try Descriptor.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
        }
        guard let user else { return }
        // A worktree is given away before each command; of a home, its top alone.
        let failed = unsafe forge_give_tree(place.home, geteuid(), user)
        guard failed == 0 else { throw .system("give \(place.home) to user \(user)", failed) }
    }
}
