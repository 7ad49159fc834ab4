// What `.gitignore` files say, from the top of the worktree down to one folder: the nearest one that says anything about a path decides. It
// must never look into a git directory: `info/exclude` and a person's own settings are not read.

import ForgeCore

final class IgnoreChain: Sendable {
    private let above: IgnoreChain?
    /// Bytes of the path of its folder, with the slash.
    private let prefixCount: Int
    private let patterns: PathPatternList

    /// Nil when neither says anything.
    static func extend(_ above: IgnoreChain?, with text: [UInt8], folder: [UInt8]) -> IgnoreChain? {
        let patterns = IgnoreFile.patterns(text)
        guard !patterns.isEmpty else { return above }
        return IgnoreChain(above, prefixCount: folder.isEmpty ? 0 : folder.count + 1, patterns)
    }

    private init(_ above: IgnoreChain?, prefixCount: Int, _ patterns: PathPatternList) {
        self.above = above
        self.prefixCount = prefixCount
        self.patterns = patterns
    }

    /// Of a path whose folder is not ignored.
    func ignores(_ path: [UInt8], isFolder: Bool) -> Bool {
        var chain: IgnoreChain? = self
        while let here = chain {
            let split = SplitPath(here.prefixCount == 0 ? path : Array(path[here.prefixCount...]))
            if let judgement = here.patterns.judgement(on: split, isFolder: isFolder) { return judgement }
            chain = here.above
        }
        return false
    }
}
