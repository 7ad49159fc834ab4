// A path that was looked at before the system sees it: relative, without detours, and in no git directory. Where it leads is not decided here
// but by the kernel, beneath the open folder: no look at the text can do that.

import ForgeCore

struct WorkPath: Sendable {
    let path: RepositoryPath
    let parts: [[UInt8]]

    /// Files that are being written; nobody else sees them.
    static let stagingPrefix = Array(".forge-write-".utf8)

    private static let bytesMax = 4_000
    private static let nameBytesMax = 255

    init(_ path: RepositoryPath) throws(WorkFileError) {
        let bytes = path.bytes
        guard !bytes.isEmpty else {
            throw WorkFileError(.invalid, "the path is empty: name a file by its path from the top of the worktree")
        }
        guard bytes.count <= Self.bytesMax else {
            throw WorkFileError(.invalid, "the path has \(bytes.count) bytes, more than any file here can have: name it by a shorter one")
        }
        guard !bytes.contains(0) else { throw WorkFileError(.invalid, "\(path.shown): a path has no zero bytes: leave them out") }
        guard bytes.first != UInt8(ascii: "/") else {
            throw WorkFileError(
                .forbidden, "\(path.shown): an absolute path leads out of the worktree: write it from the top of the worktree")
        }
        parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        self.path = path
        for part in parts { try Self.check(part, of: path, parts) }
    }

    var name: [UInt8] { parts[parts.count - 1] }

    private static func check(_ part: [UInt8], of path: RepositoryPath, _ parts: [[UInt8]]) throws(WorkFileError) {
        if part == Array("..".utf8) {
            throw WorkFileError(.forbidden, "\(path.shown): '..' can lead out of the worktree: write the path from the top of the worktree")
        }
        if part.isEmpty || part == [UInt8(ascii: ".")] {
            let plain = RepositoryPath(bytes: Array(parts.filter { !$0.isEmpty && $0 != [UInt8(ascii: ".")] }.joined(separator: [0x2F])))
            throw WorkFileError(.invalid, "\(path.shown): write it plainly, as \(plain.bytes.isEmpty ? "a path" : plain.shown)")
        }
        if GitName.isGit(part) { throw WorkFileError(.forbidden, "\(path.shown): nothing in a git directory can be read or written") }
        if part.starts(with: stagingPrefix) {
            throw WorkFileError(.forbidden, "\(path.shown): names that begin with .forge-write- are kept for files that are being written")
        }
        if part.count > nameBytesMax {
            throw WorkFileError(.invalid, "\(path.shown): a name has at most \(nameBytesMax) bytes: choose a shorter one")
        }
    }

    /// Whether a name found in a folder is shown to anybody.
    static func isHidden(_ name: [UInt8]) -> Bool { GitName.isGit(name) || name.starts(with: stagingPrefix) }
}
