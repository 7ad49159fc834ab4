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
        try await RunThread().carryOut { () throws(SandboxError) in
            try self.with(key) { entry throws(SandboxError) in
                guard let entry else { return false }
                try self.put(entry, into: place)
                return true
            }
        }.get()
    }

    package func take(
        from made: SetupPlace, since record: SetupRecord, into place: SetupPlace, as key: SetupKey?
    ) async throws(SandboxError) -> SetupContents {
        try await RunThread().carryOut { () throws(SandboxError) in
            let staged = try self.stage()
            do throws(SandboxError) {
                let contents = try self.copy(made, since: record, to: staged)
                try self.put(staged, into: place)
                guard let key else {
                    self.discard(staged)
                    return contents
                }
                try self.publish(staged, as: key)
                return contents
            } catch {
                self.discard(staged)
                throw error
            }
        }.get()
    }

    // MARK: Blocking

    private func copy(_ made: SetupPlace, since record: SetupRecord, to staged: String) throws(SandboxError) -> SetupContents {
        var copy = TreeCopy(bytesMax: limits.entryBytesMax, entriesMax: limits.entryFilesMax)
        let top = try Descriptor.open(staged, O_RDONLY | O_DIRECTORY)
        let worktree = try top.folder(made: Array(Self.worktreePart.utf8))
        let home = try top.folder(made: Array(Self.homePart.utf8))
        let changes = try WorktreeNames(made.worktree).copyNew(since: record, to: worktree, &copy)
        try copy.all(of: try Descriptor.open(made.home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), to: home)
        return SetupContents(
            entries: copy.entries, bytes: copy.bytes, leftOut: copy.leftOut, changed: changes.first, changedCount: changes.count)
    }

    private func put(_ entry: String, into place: SetupPlace) throws(SandboxError) {
        // As large as what was let in.
        var copy = TreeCopy(bytesMax: .max, entriesMax: .max)
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
