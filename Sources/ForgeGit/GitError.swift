// One failure of libgit2, with a sentence a person can act on. The library keeps its message per thread, so it is read on the line after
// the call and never later.

import CGit2

package struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        case notFound, ambiguous, exists, bareRepository, unbornBranch, notOwned, invalidName, locked, cancelled, conflict
        /// Who we are was not enough, or the other side is not who it says.
        case unauthorized, untrustedCertificate
        /// Any other: `message` says what.
        case other
    }

    /// Which part of the library gave up.
    package enum Area: Hashable, Sendable {
        case network
        /// What lies on the disk: objects, packs, references.
        case storage
        /// A pack while it is taken in.
        case transfer
        case system
        case other
    }

    package let code: Code
    package let area: Area
    /// The library's function, or what was asked for.
    package let call: String
    package let message: String

    package init(_ code: Code, _ call: String, _ message: String, area: Area = .other) {
        self.code = code
        self.call = call
        self.message = message
        self.area = area
    }

    package var description: String { message }
}

/// Throws what the library says about a status below zero.
func check(_ call: String, _ status: Int32) throws(GitError) {
    guard status < 0 else { return }
    let last = unsafe git_error_last()
    let detail = unsafe last.map { unsafe String(cString: $0.pointee.message) } ?? "no detail (\(call), \(status))"
    let area = unsafe last.map { unsafe GitError.Area($0.pointee.klass) } ?? .other
    // The library calls every file locked that it may not open.
    let isForbidden = detail.contains("Permission denied")
    let message = isForbidden ? detail.replacing(" is locked:", with: " cannot be read:") : detail
    throw GitError(.init(status), call, message, area: area)
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
            case GIT_EAUTH: .unauthorized
            case GIT_ECERTIFICATE: .untrustedCertificate
            default: .other
            }
    }
}

extension GitError.Area {
    fileprivate init(_ number: Int32) {
        self =
            switch git_error_t(UInt32(bitPattern: number)) {
            case GIT_ERROR_NET, GIT_ERROR_HTTP, GIT_ERROR_SSL: .network
            case GIT_ERROR_ODB, GIT_ERROR_OBJECT, GIT_ERROR_TREE, GIT_ERROR_ZLIB, GIT_ERROR_REFERENCE, GIT_ERROR_REPOSITORY,
                GIT_ERROR_CONFIG, GIT_ERROR_SHA, GIT_ERROR_TAG:
                .storage
            case GIT_ERROR_INDEXER: .transfer
            case GIT_ERROR_OS, GIT_ERROR_FILESYSTEM, GIT_ERROR_NOMEMORY: .system
            default: .other
            }
    }
}
