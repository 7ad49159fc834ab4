// The library's own start and end, as a value: whoever opens a repository holds one, so that no call can come before it.

import CGit2

package final class GitRuntime: Sendable {
    package init() throws(GitError) {
        try check("git_libgit2_init", git_libgit2_init())
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
