// A worktree that is open: its files on one side, the objects and refs of its mirror on the other, and what was seen of the files last. Trees and
// commits are made from what is read here, by name and bytes; nothing that a repository configures has a say.

import CGit2
import ForgeCore

/// Used on the worktree's thread. Its parts are let go of in this order: the folder goes while the mirror is still held in place.
final class WorktreeState {
    let folder: WorktreeFolder
    let store: ObjectStore
    let repository: BareRepository
    private let use: FileLock
    private let limits: WorktreeLimits
    private let request: WorktreeRequest
    private let baseTree: ObjectName
    private var root: FolderNode
    /// A look ended early: nobody knows what it has not seen, whatever was touched since.
    private var isUnsettled = false
    private(set) var leftAlone: [RepositoryPath: String] = [:]
    private var pointers: [RepositoryPath: ObjectName] = [:]

    init(
        _ request: WorktreeRequest, _ folder: WorktreeFolder, _ repository: BareRepository, use: FileLock, _ limits: WorktreeLimits
    ) throws(GitError) {
        self.request = request
        self.folder = folder
        self.repository = repository
        self.use = use
        self.limits = limits
        store = try ObjectStore(repository.handle)
        baseTree = try store.root(of: request.commit)
        root = FolderNode(base: baseTree)
        try writeAnew(baseTree, isBase: true)
    }

    private func writeAnew(_ tree: ObjectName, isBase: Bool) throws(GitError) {
        root = FolderNode(base: baseTree)
        let writer = TreeWriter(store, limits, folders: request.folders)
        isUnsettled = true
        try writer.write(tree, to: try folder.makeTree(), root, isFresh: true)
        isUnsettled = false
        guard isBase else { return }
        leftAlone = writer.leftAlone
        pointers = writer.pointers
    }

    // MARK: Steps

    /// A commit of the files as they are. The same files have the same commit, however often they are kept.
    func snapshot(touched: Set<RepositoryPath>? = nil) throws(GitError) -> CommitSHA {
        let tree = try lookAndWrite(touched)
        let base = try store.handle(of: request.commit)
        var author: UnsafeMutablePointer<git_signature>?
        let status = unsafe git_signature_new(&author, "Forge", "forge@localhost", git_commit_time(base.raw), 0)
        try check("git_signature_new", status)
        defer { unsafe git_signature_free(author) }
        return try unsafe commit(tree, "The files of run \(request.run), kept between its steps\n", author, on: base)
    }

    private func lookAndWrite(_ touched: Set<RepositoryPath>?) throws(GitError) -> ObjectName {
        let look = Look(store, limits)
        let top = try OpenFolder(folder.tree)
        let hints = touched.flatMap { mayTrust($0) ? $0 : nil }
        isUnsettled = true
        if let hints {
            try look.look(at: hints, in: top, root)
        } else {
            _ = try look.look(at: top, root)
        }
        isUnsettled = false
        if let tree = try store.writeTree(of: root) { return tree }
        return try store.emptyTree()
    }

    /// What is ignored may have changed for every file; and above some number a whole look is quicker.
    private func mayTrust(_ touched: Set<RepositoryPath>) -> Bool {
        !isUnsettled && touched.count <= 1_000 && !touched.contains { $0.name.elementsEqual(".gitignore".utf8) }
    }

    func keep(_ commit: CommitSHA, step: Int) throws(GitError) {
        try repository.keep(commit, as: "\(RunRefs.prefix(of: request.run))\(step)")
    }

    func restore(step: Int) throws(GitError) {
        guard let commit = try RunRefs.commit(of: request.run, step: step, repository) else {
            throw GitError(.notFound, "step", "run \(request.run) has no step \(step) kept")
        }
        let tree = try store.root(of: commit)
        do throws(GitError) {
            if try bringBack(tree) { return }
        } catch {
            // Whatever stands in the way, such as a repository somebody made in it.
            guard error.code != .cancelled, !error.isDamage else {
                // What was named and not written must not count as seen.
                root.forEachFile { $0.stamp = nil }
                throw error
            }
        }
        try writeAnew(tree, isBase: false)
    }

    /// Leaves what is as it should be. What was ignored until now, and by the step's own patterns is not, is only seen when those are back. False
    /// when somebody is still at work in it.
    private func bringBack(_ tree: ObjectName) throws(GitError) -> Bool {
        let top = try OpenFolder(folder.tree)
        isUnsettled = true
        // Only named, since nobody wants it.
        _ = try Look(store, limits, keeps: false).look(at: top, root)
        for _ in 0..<3 {
            try TreeWriter(store, limits, folders: request.folders).write(tree, to: top, root, isFresh: false)
            let hasChanged = try Look(store, limits, keeps: false).look(at: top, root)
            if !hasChanged {
                isUnsettled = false
                return true
            }
        }
        return false
    }

    func lastStep() throws(GitError) -> Int? { try RunRefs.steps(of: request.run, repository).max() }

    // MARK: Commits

    func commit(_ commit: CommitRequest) throws(GitError) -> CommitSHA {
        let tree: ObjectName
        if let kept = commit.tree { tree = try store.root(of: kept) } else { tree = try lookAndWrite(nil) }
        try checkPointers(in: tree)
        let base = try store.handle(of: request.commit)
        var author: UnsafeMutablePointer<git_signature>?
        let seconds = git_time_t(commit.time.milliseconds / 1_000)
        let status = unsafe git_signature_new(&author, commit.identity.name, commit.identity.email, seconds, 0)
        try check("git_signature_new", status)
        defer { unsafe git_signature_free(author) }
        let made = try unsafe self.commit(tree, commit.message, author, on: base)
        _ = try keepCommit(made)
        return made
    }

    /// Nothing else leads to it until it is pushed. The name of the ref.
    func keepCommit(_ commit: CommitSHA) throws(GitError) -> String {
        let ref = "\(RunRefs.prefix(of: request.run))commit-\(commit)"
        try repository.keep(commit, as: ref)
        return ref
    }

    private func commit(
        _ tree: ObjectName, _ message: String, _ author: UnsafeMutablePointer<git_signature>?, on base: GitHandle
    ) throws(GitError) -> CommitSHA {
        let tree = try store.tree(tree)
        var id = git_oid()
        var parents: [OpaquePointer?] = unsafe [base.raw]
        defer { withExtendedLifetime(base) {} }
        let status = unsafe git_commit_create(
            &id, store.repository.raw, nil, author, author, nil, message, tree.raw, 1, &parents)
        try check("git_commit_create", status)
        return CommitSHA(id)
    }

    /// The content of a large file belongs where the pointer says. Removing both is fine.
    private func checkPointers(in tree: ObjectName) throws(GitError) {
        for (path, id) in pointers {
            guard let entry = try store.entry(at: path, in: tree), entry.id != id, entry.mode != .folder else { continue }
            let isPointer = try unsafe store.withContent(of: entry.id) { content in unsafe LargeFilePointer.isPointer(content) }
            if !isPointer { throw .refused(path, "it is a large file (LFS), whose content is kept elsewhere") }
        }
    }
}

/// `refs/forge/runs/<run>/<step>` in a mirror, and the commits of the run beside them.
enum RunRefs {
    static func prefix(of run: RunID) -> String { "refs/forge/runs/\(run)/" }

    static func commit(of run: RunID, step: Int, _ repository: BareRepository) throws(GitError) -> CommitSHA? {
        var id = git_oid()
        let status = unsafe git_reference_name_to_id(&id, repository.raw, "\(prefix(of: run))\(step)")
        if status == GIT_ENOTFOUND.rawValue { return nil }
        try check("git_reference_name_to_id", status)
        return CommitSHA(id)
    }

    static func steps(of run: RunID, _ repository: BareRepository) throws(GitError) -> [Int] {
        try repository.refs(below: prefix(of: run)).compactMap { Int($0.dropFirst(prefix(of: run).count)) }
    }

    static func forget(_ run: RunID, _ repository: BareRepository) throws(GitError) {
        for ref in try repository.refs(below: prefix(of: run)) {
            try check("git_reference_remove", unsafe git_reference_remove(repository.raw, ref))
        }
    }
}
