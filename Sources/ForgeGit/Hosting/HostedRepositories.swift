// The bare repositories in a folder, which Forge is the code host of: the port `LocalRepositories` on libgit2. It makes none and removes
// none; what it writes are refs and merge commits.

package import ForgeCore

package struct HostedRepositories: LocalRepositories {
    private let folder: String
    private let runtime: GitRuntime

    package init(folder: String, runtime: GitRuntime) {
        self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        self.runtime = runtime
    }

    /// What right in the folder is called `name.git` is `local/name`.
    private static let folderOwner = "local"

    package func path(of repository: RepositoryName) async throws(SourceError) -> String {
        let owned = "\(folder)/\(repository.owner)/\(repository.name).git"
        if Disk.exists("\(owned)/HEAD") { return owned }
        let own = "\(folder)/\(repository.name).git"
        if repository.owner == Self.folderOwner, Disk.exists("\(own)/HEAD") { return own }
        throw SourceError(.notFound, "there is no repository \(repository) in \(folder): it would be \(owned)")
    }

    package func names() async throws(SourceError) -> [RepositoryName] {
        var names: [RepositoryName] = []
        for entry in Disk.names(in: folder) {
            if let name = Self.name(entry, owner: Self.folderOwner, in: folder) {
                names.append(name)
            } else if !entry.hasSuffix(".git") {
                names += Disk.names(in: "\(folder)/\(entry)").compactMap { Self.name($0, owner: entry, in: "\(folder)/\(entry)") }
            }
        }
        return names.sorted()
    }

    private static func name(_ entry: String, owner: String, in folder: String) -> RepositoryName? {
        guard entry.hasSuffix(".git"), Disk.exists("\(folder)/\(entry)/HEAD") else { return nil }
        return RepositoryName("\(owner)/\(entry.dropLast(".git".count))")
    }

    package func commit(of ref: String, in repository: RepositoryName) async throws(SourceError) -> CommitSHA? {
        try await with(repository) { found throws(GitError) in try await found.commit(ofRef: ref) }
    }

    package func defaultBranch(of repository: RepositoryName) async throws(SourceError) -> String? {
        try await with(repository) { found throws(GitError) in try await found.headBranch() }
    }

    package func subject(of commit: CommitSHA, in repository: RepositoryName) async throws(SourceError) -> String {
        try await with(repository) { found throws(GitError) in try await found.subject(of: commit) }
    }

    package func mergeBase(
        _ first: CommitSHA, _ second: CommitSHA, in repository: RepositoryName
    ) async throws(SourceError) -> CommitSHA? {
        try await with(repository) { found throws(GitError) in try await found.mergeBase(first, second) }
    }

    package func diff(from base: CommitSHA?, to head: CommitSHA, in repository: RepositoryName) async throws(SourceError) -> Diff {
        try await with(repository) { found throws(GitError) in try await found.diff(DiffRequest(.commits(base, head))) }
    }

    package func setRef(_ ref: String, to commit: CommitSHA, in repository: RepositoryName) async throws(SourceError) {
        try await with(repository) { found throws(GitError) in try await found.setRef(ref, to: commit) }
    }

    package func merge(_ request: MergeRequest) async throws(SourceError) -> MergeOutcome {
        try await with(request.repository) { found throws(GitError) in try await found.merge(request) }
    }

    private func with<Result: Sendable>(
        _ name: RepositoryName, _ work: (LocalRepository) async throws(GitError) -> Result
    ) async throws(SourceError) -> Result {
        let path = try await path(of: name)
        do throws(GitError) {
            return try await work(try LocalRepository(bare: path, runtime: runtime))
        } catch {
            if error.code == .locked { throw SourceError(.unavailable, error.message) }
            throw SourceError(reading: error, name.description)
        }
    }
}
