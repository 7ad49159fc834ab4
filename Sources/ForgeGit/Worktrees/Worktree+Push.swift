// A commit to a branch of the code host. The branch is moved from where it was looked at and from nowhere else: over the network the host itself
// compares before it moves it, in a repository on this disk we do. What would be lost by it has to be our own, every commit of it.

import CGit2
package import ForgeCore

extension Worktree {
    package func push(_ request: PushRequest) async throws(SourceError) -> PushOutcome {
        let ref = "refs/heads/\(request.branch)"
        let fetch = FetchRequest(place: place, remote: request.remote, refs: [ref])
        let tip = try await tip(of: ref, fetch)
        if tip == request.commit { return .alreadyThere }
        guard tip == request.expected else { return .moved(to: tip) }
        if let tip, let foreign = try foreignCommit(replacing: tip, request) { return .foreign(foreign.commit, by: foreign.author) }
        switch try send(request, ref, fetch) {
        case .pushed: return .pushed
        case .elsewhere: return .moved(to: try await self.tip(of: ref, fetch))
        case .refused(let words):
            // A host says in many ways that somebody else was quicker.
            let now = try await self.tip(of: ref, fetch)
            if now == request.commit { return .alreadyThere }
            return now == request.expected ? .refused(words.withoutCredential(request.remote)) : .moved(to: now)
        }
    }

    /// Where the branch is now, with the commits that lead there.
    private func tip(of ref: String, _ fetch: FetchRequest) async throws(SourceError) -> CommitSHA? {
        let snapshot = try await mirrors.open(fetch)
        let tip = try await snapshot.commit(of: ref)
        await snapshot.release()
        return tip
    }

    private func foreignCommit(replacing tip: CommitSHA, _ request: PushRequest) throws(SourceError) -> (commit: CommitSHA, author: String)?
    {
        try work { state throws(GitError) in try state.foreignCommit(from: tip, replacedBy: request.commit, request.identity) }
    }

    private func send(_ request: PushRequest, _ ref: String, _ fetch: FetchRequest) throws(SourceError) -> PushAnswer {
        let watch = FetchWatch(mirrors.options, remote: request.remote, deadline: .now.advanced(by: mirrors.options.fetchTimeout))
        var failure: GitError?
        let answer = try work { state throws(GitError) in
            do throws(GitError) {
                return try state.push(request, ref, watch)
            } catch {
                // What happened on the way says nothing of the mirror.
                failure = error
                return PushAnswer.elsewhere
            }
        }
        guard var failure else { return answer }
        if let stop = watch.stop { failure = GitError(stop, mirrors.options) }
        if watch.isCredentialRefused { failure = GitError(.unauthorized, failure.call, failure.message, area: .network) }
        throw SourceError(pushing: failure, fetch)
    }
}

/// What became of it, as far as the other side said.
enum PushAnswer {
    case pushed
    /// The branch is not where it was looked at.
    case elsewhere
    case refused(String)
}

extension WorktreeState {
    /// Commits beyond this are not gone through: nobody made so many in one run.
    private static let replacedMax = 1_000

    /// The newest commit of somebody else among those that only the old tip leads to.
    func foreignCommit(
        from tip: CommitSHA, replacedBy commit: CommitSHA, _ identity: CommitIdentity
    ) throws(GitError) -> (commit: CommitSHA, author: String)? {
        let walk = try unsafe GitHandle("git_revwalk_new", git_revwalk_free) { unsafe git_revwalk_new($0, repository.raw) }
        var (tipID, commitID) = (try tip.objectID(), try commit.objectID())
        try check("git_revwalk_push", unsafe git_revwalk_push(walk.raw, &tipID))
        try check("git_revwalk_hide", unsafe git_revwalk_hide(walk.raw, &commitID))
        var id = git_oid()
        for _ in 0..<Self.replacedMax {
            let status = unsafe git_revwalk_next(&id, walk.raw)
            if status == GIT_ITEROVER.rawValue { return nil }
            try check("git_revwalk_next", status)
            let sha = CommitSHA(id)
            let found = try store.handle(of: sha)
            for person in unsafe [person(git_commit_author(found.raw)), person(git_commit_committer(found.raw))] where person != identity {
                return (sha, RepositoryPath("\(person.name) <\(person.email)>").shown)
            }
        }
        throw GitError(.other, "limit", "more than \(Self.replacedMax) commits would be replaced")
    }

    private func person(_ signature: UnsafePointer<git_signature>?) -> CommitIdentity {
        guard let signature = unsafe signature else { return CommitIdentity(name: "", email: "") }
        return unsafe CommitIdentity(name: String(cString: signature.pointee.name), email: String(cString: signature.pointee.email))
    }

    func push(_ request: PushRequest, _ ref: String, _ watch: FetchWatch) throws(GitError) -> PushAnswer {
        if RemoteAddress(request.remote.url).scheme == "file" { return try repository.pushOnDisk(request, ref) }
        // The library sends what a ref leads to, and nothing by its name alone.
        let source = try keepCommit(request.commit)
        return try repository.push(request, from: source, to: ref, watch)
    }
}

extension SourceError {
    /// What became of a push.
    init(pushing error: GitError, _ request: FetchRequest) {
        let told = SourceError(error, request)
        let place = request.place.repository
        switch told.kind {
        case .unauthorized:
            self.init(.unauthorized, "\(place) does not take this push: see that the installation may write the repository's contents")
        case .tooLarge: self.init(.tooLarge, "\(place) is not pushed to: \(error.message)")
        case .unavailable, .defect:
            self.init(told.kind, told.message.replacing("could not be fetched from", with: "could not be pushed to"))
        case .notFound, .refused: self = told
        }
    }
}
