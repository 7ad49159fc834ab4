// What one `.gitignore` says: which new files are no part of a change. Strangers write these patterns; a file of them is read up to a size
// and a number, as tools that list and search the same files read it.

import ForgeCore

/// The patterns of one folder.
struct IgnoreRules {
    static let bytesMax = 256 << 10
    private static let patternsMax = 4_000

    private let patterns: PathPatternList
    var isEmpty: Bool { patterns.isEmpty }

    init(_ content: [UInt8]) {
        let text = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: Self.patternsMax).prefix(Self.patternsMax)
        patterns = PathPatternList(lines.compactMap { PathPattern(line: $0) }.filter { $0.problem == nil })
    }

    /// Whether a path, from the folder of these patterns on, is ignored; nil when no pattern names it. The last one that does has its way.
    func verdict(_ path: ArraySlice<UInt8>, isFolder: Bool) -> Bool? { patterns.judgement(on: SplitPath(Array(path)), isFolder: isFolder) }
}
