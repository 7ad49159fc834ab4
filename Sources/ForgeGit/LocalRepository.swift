// A repository on this machine's disk, read only. Nothing here runs a program: libgit2 knows no hooks and no external filters. It must
// never write into a repository, and never look at one that belongs to somebody else.

import CGit2
import ForgeBlocking

package actor LocalRepository {
    private let executor = BlockingExecutor(label: "forge.repository")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Before the runtime: properties are let go of in this order, and nothing is freed after the library's end.
    let repository: GitHandle
    private let runtime: GitRuntime
    /// The folder with the files, ending in `/`; nil in a bare repository.
    package nonisolated let workTree: String?
    package nonisolated let isShallow: Bool

    /// Opens the repository that a folder is in.
    ///
    /// - Parameter indexFile: the index to look at instead of the repository's own: `git commit -a` makes one, and names it to its hooks.
    package init(containing folder: String, indexFile: String? = nil, runtime: GitRuntime) throws(GitError) {
        self.runtime = runtime
        do throws(GitError) {
            repository = try unsafe GitHandle("git_repository_open_ext", git_repository_free) {
                unsafe git_repository_open_ext($0, folder, 0, nil)
            }
        } catch {
            throw error.aboutOpening(folder)
        }
        workTree = unsafe git_repository_workdir(repository.raw).map { unsafe String(cString: $0) }
        isShallow = unsafe git_repository_is_shallow(repository.raw) == 1
        guard let indexFile else { return }
        let index = try unsafe GitHandle("git_index_open", git_index_free) { unsafe git_index_open($0, indexFile) }
        try check("git_repository_set_index", unsafe git_repository_set_index(repository.raw, index.raw))
    }

    /// Opens a bare repository of our own, which sees its own configuration and no other.
    package init(bare folder: String, runtime: GitRuntime) throws(GitError) {
        self.runtime = runtime
        repository = try .openBare(folder)
        workTree = nil
        isShallow = false
    }
}

extension GitError {
    /// What git wants to be told: the folder with the files, or a bare repository itself, whole.
    private static func trustedFolder(_ repository: String) -> String {
        let folder = repository.hasSuffix("/") ? String(repository.dropLast()) : repository
        return folder.hasSuffix("/.git") ? String(folder.dropLast(5)) : folder
    }

    /// The library says of somebody else's repository that there is none, and finds it when it is only asked where it is.
    fileprivate func aboutOpening(_ folder: String) -> GitError {
        var place = unsafe git_buf()
        defer { unsafe git_buf_dispose(&place) }
        let isThere = unsafe git_repository_discover(&place, folder, 0, nil) == 0
        let found = unsafe isThere ? String(cString: place.ptr) : folder
        return switch code {
        case .notOwned,
            .notFound where isThere:
            GitError(
                .notOwned, call,
                "the repository \(found) belongs to another user; if you trust it: git config --global --add safe.directory "
                    + "'\(Self.trustedFolder(found))'"
            )
        case .notFound: GitError(code, call, "there is no git repository in \(folder) or above it")
        case _ where message.contains("objectformat"):
            GitError(
                code, call,
                "the repository in \(folder) names its objects by SHA-256, which cannot be read here; "
                    + "git diff main | forge review --patch - looks at the same change")
        default: GitError(code, call, "the repository in \(folder) cannot be opened: \(message)")
        }
    }
}
