// Removes what strangers made: as deep as they like, with any names, folders without permissions, and somebody still at work in it. Nothing
// outside of the folder is ever touched: every name is taken from a folder held open, and links are removed, never followed.

import CGit2

extension OpenFolder {
    /// Descriptors held at once; what lies deeper is moved up to the top and removed from there.
    private static let depthMax = 64
    private static let roundsMax = 1_000_000

    /// Whatever it is. What cannot be removed stays.
    func remove(_ name: EntryName) {
        if unlink(name) { return }
        var movedCount = 0
        remove(folder: name, depth: 0, top: self, moved: &movedCount)
        // Each was cut off a deeper one, so there is an end to them.
        var next = 0
        while next < movedCount, next < Self.roundsMax {
            remove(folder: Self.movedName(next), depth: 0, top: self, moved: &movedCount)
            next += 1
        }
    }

    /// What a folder of ours never has a file of: with the number of this process, since others may be at work beside it.
    private static func movedName(_ number: Int) -> EntryName { EntryName(".forge-removed-\(getpid())-\(number)".utf8) }

    /// True when it is gone, and was no folder.
    private func unlink(_ name: EntryName) -> Bool {
        if unsafe unlinkat(descriptor, name.raw, 0) == 0 { return true }
        return forge_git_errno() == ENOENT
    }

    private func remove(folder name: EntryName, depth: Int, top: OpenFolder, moved: inout Int) {
        guard let folder = usableFolder(name) else {
            _ = unlink(name)
            return
        }
        // A folder that cannot be listed is not empty, and so stays.
        for (entry, kind) in (try? folder.entries()) ?? [] {
            if kind == .other, folder.unlink(entry) { continue }
            guard depth >= Self.depthMax else {
                folder.remove(folder: entry, depth: depth + 1, top: top, moved: &moved)
                continue
            }
            let place = Self.movedName(moved)
            if unsafe renameat(folder.descriptor, entry.raw, top.descriptor, place.raw) == 0 { moved += 1 }
        }
        _ = unsafe unlinkat(descriptor, name.raw, AT_REMOVEDIR)
    }

    private func usableFolder(_ name: EntryName) -> OpenFolder? {
        // Whatever is in the way of opening it may be its permissions.
        if let found = try? folder(name) {
            _ = fchmod(found.descriptor, 0o700)
            return found
        }
        unsafe forge_git_make_usable(descriptor, name.raw)
        // Nil says it: what still cannot be opened cannot be emptied.
        return try? folder(name)
    }
}
