// One failure of libgit2, with a sentence a person can act on. The library keeps its message per thread, so it is read on the line after
// the call and never later.

import CGit2

package struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        case notFound, ambiguous, exists, bareRepository, unbornBranch, notOwned, invalidName, locked, cancelled, conflict
        /// Any other: `message` says what.
        case other
    }

    package let code: Code
    /// The library's function, or what was asked for.
    package let call: String
    package let message: String

    package init(_ code: Code, _ call: String, _ message: String) {
        self.code = code
        self.call = call
        self.message = message
    }

    package var description: String { message }
}

/// Throws what the library says about a status below zero.
func check(_ call: String, _ status: Int32) throws(GitError) {
    guard status < 0 else { return }
    let detail = unsafe git_error_last().map { unsafe String(cString: $0.pointee.message) } ?? "no detail (\(call), \(status))"
    // The library calls every file locked that it may not open.
    let isForbidden = detail.contains("Permission denied")
    throw GitError(.init(status), call, isForbidden ? detail.replacing(" is locked:", with: " cannot be read:") : detail)
}

extension GitError.Code {
    fileprivate init(_ status: Int32) {
        self =
            switch git_error_code(status) {
            case GIT_ENOTFOUND: .notFound
            case GIT_EAMBIGUOUS: .ambiguous
            case GIT_EEXISTS: .exists
            case GIT_EBAREREPO: .bareRepository
            case GIT_EUNBORNBRANCH: .unbornBranch
            case GIT_EOWNER: .notOwned
            case GIT_EINVALIDSPEC: .invalidName
            case GIT_ELOCKED: .locked
            case GIT_EUSER: .cancelled
            default: .other
            }
    }
}
