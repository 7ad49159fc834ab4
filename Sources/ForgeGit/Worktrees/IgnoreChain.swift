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
    private var read: (patterns: PathPatternList, isIgnored: Bool)?

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
    private func facts() throws(GitError) -> (patterns: PathPatternList, isIgnored: Bool) {
        if let read { return read }
        var isIgnored = false
        if let parent {
            isIgnored = try parent.facts().isIgnored
            if !isIgnored { isIgnored = try parent.verdict(path.dropLast(), isFolder: true) }
        }
        let found = (patterns: IgnoreFile.patterns(isIgnored ? [] : try content()), isIgnored: isIgnored)
        read = found
        return found
    }

    private func verdict(_ path: [UInt8], isFolder: Bool) throws(GitError) -> Bool {
        var next: IgnoreChain? = self
        while let chain = next {
            let patterns = try chain.facts().patterns
            if !patterns.isEmpty {
                let below = SplitPath(Array(path[chain.path.count...]))
                if let judgement = patterns.judgement(on: below, isFolder: isFolder) { return judgement }
            }
            next = chain.parent
        }
        return false
    }

    /// A link ignores nothing.
    private func content() throws(GitError) -> [UInt8] {
        guard let file = try folder.file(Self.name), let facts = file.facts() else { return [] }
        return try file.beginning(expecting: Int(facts.st_size), bytesMax: IgnoreFile.bytesRead)
    }

    private static let name = EntryName(".gitignore".utf8)
}
