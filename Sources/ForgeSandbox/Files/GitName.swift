// Which names are a git directory to some git on some system. A name must never pass because it is spelled for another file system: what is
// written here is checked out elsewhere.

enum GitName {
    /// What git itself refuses in an index: `.git` in any letter case, as NTFS folds it (`git~1`, `.git.`, `.git::$INDEX`, behind a
    /// backslash) and as HFS+ does (characters without width in between).
    static func isGit(_ name: some Collection<UInt8>) -> Bool {
        guard mayBe(name) else { return false }
        return isGitOnNTFS(name) || isGitOnHFS(name)
    }

    /// Nearly every name is none by its first byte.
    private static func mayBe(_ name: some Collection<UInt8>) -> Bool {
        switch name.first {
        case UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G"), 0xE2, 0xEF: true
        default: name.contains(backslash)
        }
    }

    private static let backslash = UInt8(ascii: "\\")

    /// git's `is_ntfs_dotgit`, for the name and for what stands behind each backslash.
    private static func isGitOnNTFS(_ name: some Collection<UInt8>) -> Bool {
        name.split(separator: backslash, omittingEmptySubsequences: false).contains { part in
            let lower = part.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
            guard let stem = [".git", "git~1"].first(where: { lower.starts(with: $0.utf8) }) else { return false }
            let rest = lower.dropFirst(stem.utf8.count).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ".") }
            return rest.isEmpty || rest.first == UInt8(ascii: ":")
        }
    }

    private static func isGitOnHFS(_ name: some Collection<UInt8>) -> Bool {
        let left = String(decoding: name, as: UTF8.self).unicodeScalars.filter { !hasNoWidth($0) }
        return left.count == 4 && String(String.UnicodeScalarView(left)).lowercased() == ".git"
    }

    /// Those that HFS+ leaves out when it compares names.
    private static func hasNoWidth(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF: true
        default: false
        }
    }
}
