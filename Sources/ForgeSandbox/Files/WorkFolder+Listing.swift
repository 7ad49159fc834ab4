// What is in a worktree, sorted and bounded. It must never show what nobody can open: git directories, and files while they are written.

import CSandbox
import ForgeCore

extension WorkFolder {
    struct Listing: Sendable {
        var entries: [WorkEntry] = []
        var isCut = false
    }

    /// So many names are looked at, shown or not, before a list is cut: a tree can hold millions that are ignored.
    private static let namesMax = 2_000_000

    func listNow(
        _ folder: WorkPath?, _ options: FolderWalk.Options, entriesMax: Int, _ stop: StopSign
    ) throws(WorkFileError) -> Listing {
        var walk = try walk(folder, options)
        var listing = Listing()
        var looked = 0
        while let item = walk.next() {
            looked += 1
            try stop.check()
            guard listing.entries.count < entriesMax, looked <= Self.namesMax else {
                listing.isCut = true
                break
            }
            if let entry = entry(item) { listing.entries.append(entry) }
        }
        return listing
    }

    /// Nil when it has gone meanwhile.
    private func entry(_ item: FolderWalk.Item) -> WorkEntry? {
        let path = RepositoryPath(bytes: item.path)
        // Gone, or moved behind a symlink: not there.
        guard let folder = try? top.open(path.parent.bytes, forge_for_paths), let facts = try? FileFacts(of: Array(path.name), in: folder)
        else { return nil }
        return WorkEntry(path, facts)
    }

    func walk(_ folder: WorkPath?, _ options: FolderWalk.Options) throws(WorkFileError) -> FolderWalk {
        do throws(SystemRefusal) {
            return try FolderWalk(top, beneath: folder?.parts[...] ?? [], options)
        } catch {
            guard let folder else { throw WorkFileError(.unavailable, "the worktree cannot be read any more: it may have been removed") }
            // The last part may be a file; what is in the way above it is told like everywhere.
            let problem = refusals.error(error, folder, to: .list)
            guard error.number == ENOTDIR, problem.kind == .changed else { throw problem }
            throw WorkFileError(.notFound, "\(folder.path.shown) is a file, not a folder: read it, or list the folder it is in")
        }
    }
}
