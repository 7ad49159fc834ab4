// Which names are a git directory to some git on some system, or its list of submodules. A name must never pass because it is spelled for another
// file system: what is written here is checked out elsewhere. git's own rules are those of `git fsck` (`hasDotgit`, `gitmodulesSymlink`):
// https://github.com/git/git/blob/master/path.c and utf8.c.

package enum GitName {
    /// What git itself refuses in a tree: `.git` in any letter case, as NTFS folds it (`git~1`, `.git.`, `.git::$INDEX`, behind a
    /// backslash) and as HFS+ does (characters without width in between).
    package static func isGit(_ name: [UInt8]) -> Bool {
        guard mayBeGit(name) else { return false }
        let folded = withSmallLetters(name)
        return places(in: folded).contains { isGitOnNTFS(folded[$0...]) } || isOnHFS(folded, ".git")
    }

    /// `.gitmodules`, which must not be a symlink, in the same spellings.
    package static func isModules(_ name: [UInt8]) -> Bool {
        let folded = withSmallLetters(name)
        return places(in: folded).contains { isModulesOnNTFS(folded[$0...]) } || isOnHFS(folded, ".gitmodules")
    }

    /// Nearly every name is none by its first byte.
    private static func mayBeGit(_ name: [UInt8]) -> Bool {
        switch name.first {
        case UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G"), 0xE2, 0xEF: true
        default: name.contains(backslash)
        }
    }

    private static let backslash = UInt8(ascii: "\\")
    private static let colon = UInt8(ascii: ":")
    private static let tilde = UInt8(ascii: "~")

    private static func withSmallLetters(_ name: [UInt8]) -> [UInt8] { name.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } }

    // MARK: NTFS

    /// Where a name begins for Windows: at its start, and behind each backslash.
    private static func places(in name: [UInt8]) -> [Int] { [0] + name.indices.filter { name[$0] == backslash }.map { $0 + 1 } }

    /// git's `is_ntfs_dotgit`.
    private static func isGitOnNTFS(_ name: ArraySlice<UInt8>) -> Bool {
        guard let stem = [".git", "git~1"].first(where: { name.starts(with: $0.utf8) }) else { return false }
        let end = behindFiller(name.dropFirst(stem.utf8.count))
        return end == nil || end == colon || end == backslash
    }

    /// git's `is_ntfs_dotgitmodules`.
    private static func isModulesOnNTFS(_ name: ArraySlice<UInt8>) -> Bool {
        let stem = ".gitmodules".utf8
        let count = name.starts(with: stem) ? stem.count : 8
        guard count == stem.count || isModulesShort(Array(name.prefix(8))) else { return false }
        let end = behindFiller(name.dropFirst(count))
        return end == nil || end == colon
    }

    /// The first six characters and a number up to 4; and where those are taken, as many as fit of what Windows computes of the whole name.
    private static func isModulesShort(_ name: [UInt8]) -> Bool {
        guard name.count == 8, let mark = name.firstIndex(of: tilde) else { return false }
        let (word, number) = (name[..<mark], name[(mark + 1)...])
        guard let first = number.first, first >= 0x31, number.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
        return word.elementsEqual("gitmod".utf8) && first <= 0x34 || Array("gi7eba".utf8).starts(with: word)
    }

    /// The first byte behind the dots and spaces, which Windows leaves away.
    private static func behindFiller(_ rest: ArraySlice<UInt8>) -> UInt8? {
        rest.first { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: " ") }
    }

    // MARK: HFS+

    /// git's `is_hfs_dot_generic`, to which a name ends where it is no UTF-8.
    private static func isOnHFS(_ name: [UInt8], _ word: String) -> Bool {
        let seen = withoutHidden(name)
        guard seen.starts(with: word.utf8) else { return false }
        var rest = seen.dropFirst(word.utf8.count).makeIterator()
        var decoder = UTF8()
        switch decoder.decode(&rest) {
        case .emptyInput, .error: return true
        // These two are no characters.
        case .scalarValue(let scalar): return scalar.value == 0xFFFE || scalar.value == 0xFFFF
        }
    }

    /// Without the characters that HFS+ does not see: U+200C to 200F, 202A to 202E, 206A to 206F, FEFF.
    private static func withoutHidden(_ name: [UInt8]) -> [UInt8] {
        guard name.contains(where: { $0 >= 0x80 }) else { return name }
        var seen: [UInt8] = []
        var index = 0
        while index < name.count {
            let isWhole = index + 2 < name.count
            switch (name[index], isWhole ? name[index + 1] : 0, isWhole ? name[index + 2] : 0) {
            case (0xE2, 0x80, 0x8C...0x8F), (0xE2, 0x80, 0xAA...0xAE), (0xE2, 0x81, 0xAA...0xAF), (0xEF, 0xBB, 0xBF): index += 3
            default:
                seen.append(name[index])
                index += 1
            }
        }
        return seen
    }
}
