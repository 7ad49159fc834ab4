// What lies where the base has a submodule. Forge writes none out, so the folder is empty, and nothing that is made in it is part of a change. But
// a repository in it would be met by every git that is run on the worktree: `status` alone runs what its settings name. So it is refused.

import CGit2
import ForgeCore

extension Look {
    /// Changes nothing of what is known: only names and shapes are looked at.
    func inspectSubmodule(_ name: EntryName, _ above: Level) throws(GitError) {
        guard let folder = try above.folder.folder(name) else { return }
        let path = above.path + name.bytes + [0x2F]
        // In the base there is no folder here, so no repository is excused.
        let node = FolderNode(base: nil)
        let ignores = IgnoreChain(folder, path: path, below: above.ignores)
        let level = Level(folder: folder, node: node, path: path, depth: above.depth + 1, ignores: ignores)
        guard level.depth <= limits.depthMax else { throw .limit(path, "folders lie deeper than \(limits.depthMax)") }
        let entries = try folder.entries(countMax: limits.filesMax)
        let names = Set(entries.map(\.name))
        try checkShape(level) { names.contains($0) }
        for (name, _) in entries {
            try meet(name, level)
            // What is no folder has nothing in it.
            try inspectSubmodule(name, level)
        }
    }
}
