// A path as a model writes it, made plain: below the worktree, without `.`, never through `..`, never into a git directory. What stands behind
// it on the disk is looked at by whoever opens it.

package import ForgeCore

package enum ToolPath {
    private static let bytesMax = 4_096

    package static func read(_ text: String) throws(ToolProblem) -> RepositoryPath {
        let shown = ShownText.line(String(text.prefix(200)))
        guard !text.isEmpty else { throw ToolProblem("a path is empty; give one below the top of the worktree, such as \"src/main.py\".") }
        guard text.utf8.count <= bytesMax, !text.utf8.contains(0) else { throw ToolProblem("this is no path.") }
        guard !text.hasPrefix("/"), !text.hasPrefix("~") else {
            throw ToolProblem("'\(shown)' is not below the worktree; paths begin at its top, without a slash: \"src/main.py\".")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
        guard !parts.isEmpty else { throw ToolProblem("'\(shown)' is the worktree itself; name something in it.") }
        guard !parts.contains(Array("..".utf8)) else {
            throw ToolProblem("'\(shown)' has '..' in it; write the path from the top of the worktree.")
        }
        guard !parts.contains(where: isGitFolder) else {
            throw ToolProblem("'\(shown)' is in a git directory, which no tool reads or writes.")
        }
        return RepositoryPath(bytes: Array(parts.joined(separator: [UInt8(ascii: "/")])))
    }

    /// `.` and its likes.
    static func isTop(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("/") && text.utf8.split(separator: UInt8(ascii: "/")).allSatisfy { $0.elementsEqual(".".utf8) }
    }

    private static func isGitFolder(_ part: [UInt8]) -> Bool {
        part.count == 4 && part[0] == UInt8(ascii: ".") && part.dropFirst().map { $0 | 0x20 } == Array("git".utf8)
    }
}
