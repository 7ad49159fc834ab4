// Names that no tree may hold, since some file system or some program takes them for a repository's own folder: whoever checks such a tree out
// runs what it says. https://git-scm.com/docs/git-fsck lists them (`hasDotgit` and others).

import CGit2
import ForgeCore

struct NameRules {
    /// Why a name is refused; nil when it is like any other.
    static func refusal(of name: EntryName, isLink: Bool = false) -> String? {
        guard isLink || isUnusual(name) else { return nil }
        let bytes = name.bytes
        if bytes == [0x2E] || bytes == [0x2E, 0x2E] { return "it leads elsewhere" }
        if GitName.isGit(bytes) { return "git takes that name for a repository of its own" }
        return isLink && GitName.isModules(bytes) ? "it must not be a link, since git takes it for its list of submodules" : nil
    }

    /// Nearly every name ends here. It is asked for every file at every look: no byte is copied, and one call goes over them.
    private static func isUnusual(_ name: EntryName) -> Bool {
        switch UInt8(bitPattern: name.raw[0]) {
        case UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G"), 0xE2, 0xEF: true
        default: unsafe strchr(name.raw, 0x5C) != nil
        }
    }
}

/// What makes git take a folder for a repository, whatever its name: a bare one, or what stands for a linked worktree.
enum RepositoryShape {
    static let names = ["HEAD", "objects", "refs", "commondir"].map { EntryName($0.utf8) }

    static func isRepository(_ has: (EntryName) -> Bool) -> Bool {
        has(names[0]) && (has(names[3]) || (has(names[1]) && has(names[2])))
    }
}
