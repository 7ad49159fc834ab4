// Patterns in their order, as in a `.gitignore`: the last one that fits a path decides, and what is inside a folder that is matched is
// matched, whatever is said about it. It must never look at a file system: whether a path is a folder is told by the caller.

/// A path with its parts found once, for many patterns.
package struct SplitPath {
    let bytes: [UInt8]
    private let parts: [Range<Int>]
    let count: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var parts: [Range<Int>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == PathByte.slash {
            parts.append(start..<index)
            start = index + 1
        }
        parts.append(start..<bytes.count)
        self.parts = parts
        count = parts.count
    }

    private init(_ whole: SplitPath, count: Int) {
        bytes = whole.bytes
        parts = whole.parts
        self.count = count
    }

    subscript(index: Int) -> ArraySlice<UInt8> { bytes[parts[index]] }

    /// The folder of its first `count` parts.
    func folder(_ count: Int) -> SplitPath { SplitPath(self, count: count) }
}

package struct PathPatternList: Hashable, Sendable {
    package let patterns: [PathPattern]
    private let ignoresCase: Bool

    package init(_ patterns: [PathPattern]) {
        self.patterns = patterns
        ignoresCase = false
    }

    /// Patterns that were compiled without regard to letter case.
    package init(folded patterns: [PathPattern]) {
        self.patterns = patterns
        ignoresCase = true
    }

    /// Blank texts and comments are left out. Letter case is that of ASCII.
    package init(_ texts: [String], ignoresCase: Bool = false) {
        patterns = texts.compactMap { PathPattern($0, ignoresCase: ignoresCase) }
        self.ignoresCase = ignoresCase
    }

    package var isEmpty: Bool { patterns.isEmpty }

    /// Whether the path is matched, itself or with a folder above it.
    package func contains(_ path: RepositoryPath, isFolder: Bool = false) -> Bool {
        decidingIndex(path, isFolder: isFolder).map { !patterns[$0].isNegated } ?? false
    }

    /// The pattern that decides, which may be a negated one; nil when none fits.
    package func decidingIndex(_ path: RepositoryPath, isFolder: Bool = false) -> Int? {
        guard !patterns.isEmpty, !path.bytes.isEmpty else { return nil }
        let split = SplitPath(ignoresCase ? path.bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } : path.bytes)
        for depth in 1..<split.count {
            if let index = lastFitting(split.folder(depth), isFolder: true), !patterns[index].isNegated { return index }
        }
        return lastFitting(split, isFolder: isFolder)
    }

    /// What the last pattern says that fits this path itself: true when it is matched, false when it is taken out again, nil when none fits.
    /// For whoever walks down from the top, and so never comes to what is in a folder that is matched.
    package func judgement(on path: SplitPath, isFolder: Bool) -> Bool? {
        lastFitting(path, isFolder: isFolder).map { !patterns[$0].isNegated }
    }

    private func lastFitting(_ path: SplitPath, isFolder: Bool) -> Int? {
        patterns.lastIndex { $0.fits(path, isFolder: isFolder) }
    }
}
