// Names that git refuses in a tree, in every spelling, and those that only look like them. The lists were judged by `git fsck --strict`.

import ForgeCore
import Testing

struct GitNameTests {
    @Test(
        arguments: [
            ".git", ".GIT", ".git ", ".git.", ".git . .", ".git:", ".git::$INDEX", "git~1", "GIT~1", "git~1. .", ".git\\config", "git~1\\x",
            "a\\.git", "a\\.git\\config", "a\\b\\.GIT.", "x\\git~1", "\\.git", ".g\u{200C}it", "\u{FEFF}.git", ".git\u{202A}",
            ".gi\u{206F}T",
            ".git\u{FFFE}",
        ])
    func `a git directory is known however it is spelled`(_ name: String) { #expect(GitName.isGit(Array(name.utf8))) }

    @Test(arguments: [[0xFF], [0xFF, 0x61], [0xE2, 0x80, 0x8C, 0xFF], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func `where a name is no text, it ends for git`(_ end: [UInt8]) {
        #expect(GitName.isGit(Array(".git".utf8) + end) && GitName.isModules(Array(".gitmodules".utf8) + end))
    }

    @Test(
        arguments: [
            "", ".", "..", "...", ".gitignore", ".github", "git", ".git2", "agit~1", "git~2", "git~11", "x.git", ".g it", "a\\git",
            "a\\x.git",
            "git\u{200C}~1", "a\\.g\u{200C}it", ".git\u{E9}", ".git\u{FFFD}", "\u{200C}", "\u{200D}git",
        ])
    func `names that only look like it are none`(_ name: String) { #expect(!GitName.isGit(Array(name.utf8))) }

    @Test(
        arguments: [
            ".gitmodules", ".GitModules", ".gitmodules . ", ".gitmodules:$DATA", "gitmod~1", "GITMOD~4. ", "gitmod~2:x", "gi7eba~1",
            "gi7eba~9",
            "gi7e~123", "gi~12345", "~1000000", "a\\.gitmodules", "a\\gitmod~2", ".gitmod\u{200C}ules",
        ])
    func `a list of submodules is known however it is spelled`(_ name: String) { #expect(GitName.isModules(Array(name.utf8))) }

    @Test(
        arguments: [
            "", ".gitmodules2", "gitmodules", "gitmod~5", "gitmod~0", "gitmod~", "gitmod~1x", "gi7eba~0", "gi7eba~12", "gi7ebb~1",
            "gi7e~12",
            ".gitmodules\\x", "gitmod~1\\x", ".gitignore", "~0100000",
        ])
    func `names that only look like the list are none`(_ name: String) { #expect(!GitName.isModules(Array(name.utf8))) }
}
