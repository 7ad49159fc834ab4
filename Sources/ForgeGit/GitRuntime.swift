// The library's own start and end, as a value: whoever opens a repository holds one, so that no call can come before it.

import CGit2

package final class GitRuntime: Sendable {
    /// All of it holds for the process.
    ///
    /// - Parameters:
    ///   - verifiesObjects: computes the name of every object that is read from its content, which takes as long as all else of reading it.
    ///     Git itself leaves that to `git fsck`: what is damaged does not unpack, and is an error either way.
    ///   - certificates: a PEM file with the authorities to trust in place of the system's.
    ///   - objectBytesMax: the size above which a single object is not taken in from a host; nil leaves the library's 2 GiB.
    package init(verifiesObjects: Bool = true, certificates: String? = nil, objectBytesMax: Int? = nil) throws(GitError) {
        try check("git_libgit2_init", git_libgit2_init())
        try check("git_libgit2_opts", forge_git_verify_objects(verifiesObjects ? 1 : 0))
        if let objectBytesMax { try check("git_libgit2_opts", forge_git_limit_object_bytes(objectBytesMax)) }
        if let certificates { try check("git_libgit2_opts", unsafe forge_git_trust_certificates(certificates)) }
        try LimitedStream.register()
    }

    deinit {
        git_libgit2_shutdown()
    }

    /// As `1.5.1`.
    package var version: String {
        var major: Int32 = 0
        var minor: Int32 = 0
        var revision: Int32 = 0
        unsafe git_libgit2_version(&major, &minor, &revision)
        return "\(major).\(minor).\(revision)"
    }
}
