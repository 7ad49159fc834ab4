// One object of the library, freed exactly once. It must never outlive the repository it came from.

import CGit2

/// Owns what a `…_lookup`, `…_open` or `…_new` of libgit2 handed out. A class, because some are optional and handed on.
@safe final class GitHandle {
    typealias Release = @convention(c) (OpaquePointer?) -> Void

    let raw: OpaquePointer
    private let release: Release

    /// Takes what `body` writes into its place; `release` is the function that frees that kind.
    init(_ call: String, _ release: @escaping Release, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) throws(GitError) {
        var made: OpaquePointer?
        try check(call, unsafe body(&made))
        guard let made = unsafe made else { throw GitError(.other, call, "the library gave nothing") }
        unsafe raw = made
        unsafe self.release = release
    }

    deinit {
        unsafe release(raw)
    }
}
