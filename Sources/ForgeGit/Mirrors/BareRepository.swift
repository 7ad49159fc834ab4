// One bare repository of ours, opened for a moment to write to: made, asked what it has, fetched into, told to keep something. It sees the
// configuration that we wrote and no other: what a user or the machine configured for git could send a fetch elsewhere.

import CGit2
import ForgeCore

/// Used on one thread and let go of; readers have handles of their own.
final class BareRepository {
    let handle: GitHandle
    private let runtime: GitRuntime
    var raw: OpaquePointer { unsafe handle.raw }

    init(_ path: String, runtime: GitRuntime) throws(GitError) {
        self.runtime = runtime
        handle = try .openBare(path)
    }

    /// Made aside and moved to its place, so that there is all of it or nothing.
    static func create(at path: String, aside: String, runtime: GitRuntime) throws(GitError) {
        var options = unsafe git_repository_init_options()
        try unsafe check("git_repository_init_options_init", git_repository_init_options_init(&options, 1))
        unsafe options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
        _ = try unsafe GitHandle("git_repository_init_ext", git_repository_free) { made in
            unsafe "main".withCString { name in
                unsafe options.initial_head = name
                return unsafe git_repository_init_ext(made, aside, &options)
            }
        }
        let made = try GitHandle.openBare(aside)
        let configuration = try unsafe GitHandle("git_repository_config", git_config_free) { unsafe git_repository_config($0, made.raw) }
        // A file that there never is, in place of the one in a user's home.
        let none = "\(path)/info/none"
        try check("git_config_set_string", unsafe git_config_set_string(configuration.raw, "core.attributesFile", none))
        try Disk.rename(aside, to: path)
    }

    // MARK: What is here

    /// Whether a commit is here with its tree. One without is damage.
    func has(_ commit: CommitSHA) throws(GitError) -> Bool {
        guard commit.description.utf8.count == 40 else { return false }
        var id = try commit.objectID()
        var found: OpaquePointer?
        let status = unsafe git_commit_lookup(&found, raw, &id)
        if status == GIT_ENOTFOUND.rawValue { return false }
        try check("git_commit_lookup", status)
        defer { unsafe git_commit_free(found) }
        _ = try unsafe GitHandle("git_commit_tree", git_tree_free) { unsafe git_commit_tree($0, found) }
        return true
    }

    /// The commit that a ref of the host led to when it was last fetched, be it through a tag.
    func remembered(_ ref: String) throws(GitError) -> CommitSHA? {
        var found: OpaquePointer?
        let status = unsafe git_reference_lookup(&found, raw, Self.ownName(of: ref))
        if status == GIT_ENOTFOUND.rawValue { return nil }
        try check("git_reference_lookup", status)
        defer { unsafe git_reference_free(found) }
        let commit = try unsafe GitHandle("git_reference_peel", git_object_free) {
            unsafe git_reference_peel($0, found, GIT_OBJECT_COMMIT)
        }
        return CommitSHA(unsafe git_object_id(commit.raw).pointee)
    }

    /// A ref to what is not here is damage: the host was told that we have it, and will not send it again.
    func checkRefs() throws(GitError) {
        let database = try unsafe GitHandle("git_repository_odb", git_odb_free) { unsafe git_repository_odb($0, raw) }
        for ref in try ownRefs() {
            var id = git_oid()
            try check("git_reference_name_to_id", unsafe git_reference_name_to_id(&id, raw, ref))
            guard unsafe git_odb_exists(database.raw, &id) == 1 else {
                throw GitError(.other, "refs", "\(ref) leads to what is not here", area: .storage)
            }
        }
    }

    func ownRefs() throws(GitError) -> [String] { try refs(below: Self.remotePrefix) }

    /// Whose names begin so.
    func refs(below prefix: String) throws(GitError) -> [String] {
        var iterator: OpaquePointer?
        let status = unsafe git_reference_iterator_glob_new(&iterator, raw, prefix + "*")
        try check("git_reference_iterator_glob_new", status)
        defer { unsafe git_reference_iterator_free(iterator) }
        var found: [String] = []
        var name: UnsafePointer<CChar>?
        while unsafe git_reference_next_name(&name, iterator) == 0, let text = unsafe name { found.append(unsafe String(cString: text)) }
        return found
    }

    func forget(_ ref: String) throws(GitError) {
        let status = unsafe git_reference_remove(raw, Self.ownName(of: ref))
        if status != GIT_ENOTFOUND.rawValue { try check("git_reference_remove", status) }
    }

    /// Under a digest: the host's own names may be too long for a file, differ in case only, or stand in each other's way (`a`, `a/b`).
    static func ownName(of ref: String) -> String { remotePrefix + MirrorPlace.digest(ref) }
    static let remotePrefix = "refs/forge/remote/"

    func keep(_ commit: CommitSHA, as ref: String) throws(GitError) {
        var id = try commit.objectID()
        _ = try unsafe GitHandle("git_reference_create", git_reference_free) {
            unsafe git_reference_create($0, raw, ref, &id, 1, nil)
        }
    }

    // MARK: What is there

    /// Brings these refspecs, and says which of `refs` the host has.
    func fetch(
        _ specifications: [String], from url: String, _ watch: FetchWatch, refs: [String] = []
    ) throws(GitError) -> Set<String> {
        let remote = try remote(url)
        var options = unsafe git_fetch_options()
        try unsafe check("git_fetch_options_init", git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION)))
        unsafe options.callbacks.credentials = credentialCallback
        unsafe options.callbacks.transfer_progress = transferCallback
        unsafe options.callbacks.sideband_progress = sidebandCallback
        unsafe options.callbacks.payload = Unmanaged.passUnretained(watch).toOpaque()
        unsafe options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        unsafe options.prune = GIT_FETCH_NO_PRUNE
        unsafe options.update_fetchhead = 0
        // To the same host only, such as the new name of a repository.
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        unsafe options.proxy_opts.type = GIT_PROXY_AUTO
        let texts = TextList(specifications.map { $0.utf8.map { CChar(bitPattern: $0) } })
        var list = unsafe texts.raw
        git_error_clear()
        let status = FetchWatch.$current.withValue(watch) {
            withExtendedLifetime((texts, watch)) { unsafe git_remote_fetch(remote.raw, &list, &options, nil) }
        }
        try check("git_remote_fetch", status)
        return try advertised(refs, by: remote)
    }

    /// Without a name, and so without a place in any configuration. The library's look for addresses to replace is left out: there are none,
    /// and version 1.5 loses twenty kilobytes for each line of configuration that it looks at.
    func remote(_ url: String) throws(GitError) -> GitHandle {
        var options = unsafe git_remote_create_options()
        let version = UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION)
        try check("git_remote_create_options_init", unsafe git_remote_create_options_init(&options, version))
        unsafe options.repository = raw
        unsafe options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC.rawValue
        return try unsafe GitHandle("git_remote_create_with_opts", git_remote_free) {
            unsafe git_remote_create_with_opts($0, url, &options)
        }
    }

    /// A host tells all it has, which may be a hundred thousand: compared as the bytes they are.
    private func advertised(_ refs: [String], by remote: GitHandle) throws(GitError) -> Set<String> {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try check("git_remote_ls", unsafe git_remote_ls(&heads, &count, remote.raw))
        var found: Set<String> = []
        let wanted = refs.map { (text: $0, bytes: Array($0.utf8CString)) }
        for index in 0..<count {
            guard let head = unsafe heads?[index], let name = unsafe head.pointee.name else { continue }
            for ref in wanted where unsafe strcmp(name, ref.bytes) == 0 { found.insert(ref.text) }
        }
        return found
    }
}

extension GitHandle {
    /// A bare repository with the configuration in its own folder and no other.
    static func openBare(_ path: String) throws(GitError) -> GitHandle {
        let repository = try unsafe GitHandle("git_repository_open_bare", git_repository_free) {
            unsafe git_repository_open_bare($0, path)
        }
        try repository.useOwnConfiguration(of: path)
        return repository
    }

    /// On a repository: the configuration in this folder, and none of a user or of the machine.
    func useOwnConfiguration(of folder: String) throws(GitError) {
        let configuration = try unsafe GitHandle("git_config_new", git_config_free) { unsafe git_config_new($0) }
        let status = unsafe git_config_add_file_ondisk(configuration.raw, "\(folder)/config", GIT_CONFIG_LEVEL_LOCAL, raw, 0)
        try check("git_config_add_file_ondisk", status)
        try check("git_repository_set_config", unsafe git_repository_set_config(raw, configuration.raw))
    }
}
