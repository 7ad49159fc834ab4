// Names that no tree may hold, since some file system or some program takes them for a repository's own folder: whoever checks such a tree out
// runs what it says. https://git-scm.com/docs/git-fsck lists them (`hasDotgit` and others).

struct NameRules {
    /// Why a name is refused; nil when it is like any other.
    static func refusal(of name: EntryName, isLink: Bool = false) -> String? {
        // Nearly every name ends here.
        switch UInt8(bitPattern: name.raw[0]) {
        case UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G"), 0xE2, 0xEF: break
        default: return nil
        }
        let bytes = name.bytes
        if bytes == [0x2E] || bytes == [0x2E, 0x2E] { return "it leads elsewhere" }
        if isWindowsRepository(bytes) || isRepository(withoutHidden(bytes)) { return "git takes that name for a repository of its own" }
        let isModules = lowercased(withoutHidden(bytes)) == Array(".gitmodules".utf8)
        return isLink && isModules ? "it must not be a link" : nil
    }

    /// `.git` in any case, and the short name that Windows gives it.
    private static func isRepository(_ bytes: [UInt8]) -> Bool {
        let name = lowercased(bytes)
        return name == Array(".git".utf8) || name == Array("git~1".utf8)
    }

    /// The same with dots and spaces behind it, or anything behind `:` and `\`: Windows leaves that away.
    private static func isWindowsRepository(_ bytes: [UInt8]) -> Bool {
        let name = lowercased(bytes)
        for word in [".git", "git~1"] where name.starts(with: word.utf8) {
            let rest = name.dropFirst(word.utf8.count).drop { $0 == 0x2E || $0 == 0x20 }
            if rest.isEmpty || rest.first == 0x3A || rest.first == 0x5C { return true }
        }
        return false
    }

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] { bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } }

    /// Without the characters that HFS+ does not see: U+200C to 200F, 202A to 202E, 206A to 206F, FEFF.
    private static func withoutHidden(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
        var rest = bytes[...]
        var seen: [UInt8] = []
        while let byte = rest.first {
            let next = Array(rest.prefix(3))
            let isHidden =
                switch (next.first, next.count == 3 ? next[1] : 0, next.last ?? 0) {
                case (0xE2, 0x80, 0x8C...0x8F), (0xE2, 0x80, 0xAA...0xAE), (0xE2, 0x81, 0xAA...0xAF), (0xEF, 0xBB, 0xBF): true
                default: false
                }
            if !isHidden { seen.append(byte) }
            rest = rest.dropFirst(isHidden ? 3 : 1)
        }
        return seen
    }
}

/// What makes git take a folder for a repository, whatever its name: a bare one, or what stands for a linked worktree.
enum RepositoryShape {
    static let names = ["HEAD", "objects", "refs", "commondir"].map { EntryName($0.utf8) }

    static func isRepository(_ has: (EntryName) -> Bool) -> Bool {
        has(names[0]) && (has(names[3]) || (has(names[1]) && has(names[2])))
    }
}
