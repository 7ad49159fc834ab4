// What one `.gitignore` says, for whoever reads such files: the look at a worktree and the tools that list and search it have to leave out the
// same. It must never leave out more than the file says: one that is larger than the bounds is taken to its last whole line within them.

package enum IgnoreFile {
    /// Strangers write these files, and each name in the tree may be held against each pattern.
    package static let bytesMax = 256 << 10
    package static let linesMax = 4_000
    /// To be read of a file: one byte more than counts, which tells that the last line may be cut.
    package static let bytesRead = bytesMax + 1

    /// The patterns of a file that begins with these bytes. Lines that can never match anything are left out.
    package static func patterns(_ beginning: [UInt8]) -> PathPatternList {
        let whole = beginning.count > bytesMax ? wholeLines(beginning.prefix(bytesRead)) : beginning[...]
        let text = whole.starts(with: [0xEF, 0xBB, 0xBF]) ? whole.dropFirst(3) : whole
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: linesMax).prefix(linesMax)
        return PathPatternList(lines.compactMap { PathPattern(line: $0) }.filter { $0.problem == nil })
    }

    /// A pattern that was cut may take far more than the one that was written.
    private static func wholeLines(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[..<$0] } ?? []
    }
}
