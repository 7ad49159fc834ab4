// The `.gitignore` files from the top down to one folder. They are read when somebody asks for the first time: files that the base has are
// never ignored, and most looks meet no others.

import CGit2
import ForgeCore

/// One folder, for the time of a look.
final class IgnoreChain {
    private let parent: IgnoreChain?
    private let folder: OpenFolder
    /// From the top, ending in a slash; empty at the top.
    private let path: [UInt8]
    private var read: (rules: IgnoreRules, isIgnored: Bool)?

    init(_ folder: OpenFolder, path: [UInt8] = [], below parent: IgnoreChain? = nil) {
        self.folder = folder
        self.path = path
        self.parent = parent
    }

    /// Of something right in this folder.
    func isIgnored(_ name: EntryName, isFolder: Bool) throws(GitError) -> Bool {
        if try facts().isIgnored { return true }
        return try verdict(path + name.bytes, isFolder: isFolder)
    }

    /// What lies in an ignored folder is ignored, whatever a file in it says. Else the patterns nearest to a path have their way.
    private func facts() throws(GitError) -> (rules: IgnoreRules, isIgnored: Bool) {
        if let read { return read }
        var isIgnored = false
        if let parent {
            isIgnored = try parent.facts().isIgnored
            if !isIgnored { isIgnored = try parent.verdict(path.dropLast(), isFolder: true) }
        }
        let found = (rules: isIgnored ? IgnoreRules([]) : IgnoreRules(try content() ?? []), isIgnored: isIgnored)
        read = found
        return found
    }

    private func verdict(_ path: [UInt8], isFolder: Bool) throws(GitError) -> Bool {
        var next: IgnoreChain? = self
        while let chain = next {
            let rules = try chain.facts().rules
            if !rules.isEmpty, let verdict = rules.verdict(path[chain.path.count...], isFolder: isFolder) { return verdict }
            next = chain.parent
        }
        return false
    }

    /// A link, or one that is larger than anybody's, ignores nothing.
    private func content() throws(GitError) -> [UInt8]? {
        guard let file = try folder.file(Self.name), let facts = file.facts() else { return nil }
        return try file.read(expecting: Int(facts.st_size), bytesMax: IgnoreRules.bytesMax)
    }

    private static let name = EntryName(".gitignore".utf8)
}
