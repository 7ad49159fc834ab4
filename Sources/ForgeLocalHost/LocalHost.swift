// A code host on this machine: a folder of bare repositories, and pull requests in Forge's own store. The engine sees it as it sees GitHub,
// and it is as strict where that matters: a comment stands on a line of the diff, a review is of the head, a check that ended stays ended.
//
// Where a pull request is, its branch says; what is stored never contradicts git. `refs/pull/<number>/head` follows the branch, so that it
// can be fetched as from GitHub. Every user of this machine who can reach the store is a person with write access.

package import ForgeCore

package struct LocalHost: CodeHost {
    package typealias Keeping = LocalHostStore & DeliveryStore

    let store: any Keeping
    let repositories: any LocalRepositories
    let clock: WallClock

    package init(store: any Keeping, repositories: any LocalRepositories, clock: WallClock) {
        self.store = store
        self.repositories = repositories
        self.clock = clock
    }

    /// Nobody else has a number here, so no person can be taken for Forge, whatever the login.
    static let ownUser: Int64 = 1

    package func identity() async throws(CodeHostError) -> HostIdentity {
        HostIdentity(app: nil, user: Self.ownUser, login: "forge")
    }

    package func session(_ place: HostPlace, _ phase: HostPhase, _ priority: WritePriority) -> any HostSession {
        LocalSession(host: self, place: place)
    }
}

/// Where the two branches of a pull request are, or were when it ended.
struct PullRequestEnds: Hashable, Sendable {
    var head: CommitSHA
    var base: CommitSHA
}

extension LocalHost {
    func discussion(_ key: LocalPullRequestKey) async throws(CodeHostError) -> LocalDiscussion {
        let found = try await stored { () throws(StoreError) in try await store.localDiscussion(key) }
        guard let found else { throw CodeHostError(.notFound, "there is no pull request \(key.repository)#\(key.number)") }
        return found
    }

    func ends(of pull: LocalPullRequest) async throws(CodeHostError) -> PullRequestEnds {
        if pull.state != .open, let head = pull.lastHead, let base = pull.lastBase { return PullRequestEnds(head: head, base: base) }
        let repository = pull.key.repository
        let hidden = "refs/pull/\(pull.key.number)/head"
        return try await inRepository { () throws(SourceError) in
            let branch = try await repositories.commit(of: "refs/heads/\(pull.headBranch)", in: repository)
            let fetched = try await repositories.commit(of: hidden, in: repository)
            guard let head = branch ?? fetched else {
                throw SourceError(.notFound, "the branch \(pull.headBranch) of \(repository)#\(pull.key.number) is gone")
            }
            guard let base = try await repositories.commit(of: "refs/heads/\(pull.baseBranch)", in: repository) else {
                throw SourceError(.notFound, "the branch \(pull.baseBranch) that \(repository)#\(pull.key.number) goes into is gone")
            }
            if fetched != head { try await repositories.setRef(hidden, to: head, in: repository) }
            return PullRequestEnds(head: head, base: base)
        }
    }

    /// What the pull request changes: from where its branch left the base.
    func diff(of ends: PullRequestEnds, in repository: RepositoryName) async throws(CodeHostError) -> Diff {
        try await inRepository { () throws(SourceError) in
            let parted = try await repositories.mergeBase(ends.base, ends.head, in: repository)
            return try await repositories.diff(from: parted ?? ends.base, to: ends.head, in: repository)
        }
    }

    // MARK: Failures

    func stored<Result>(_ work: () async throws(StoreError) -> Result) async throws(CodeHostError) -> Result {
        do throws(StoreError) {
            return try await work()
        } catch {
            switch error.code {
            case .refused: throw CodeHostError(.conflict, error.message)
            // The answer may have been lost after the commit.
            case .inputOutput, .busy: throw CodeHostError(.unavailable, error.description, mayBeDone: true)
            default: throw CodeHostError(error.isPassing ? .unavailable : .defect, error.description)
            }
        }
    }

    func inRepository<Result>(_ work: () async throws(SourceError) -> Result) async throws(CodeHostError) -> Result {
        do throws(SourceError) {
            return try await work()
        } catch {
            let kind: CodeHostError.Kind =
                switch error.kind {
                case .notFound: .notFound
                case .unauthorized: .unauthorized
                case .unavailable: .unavailable
                case .tooLarge, .refused: .refused
                case .defect: .defect
                }
            throw CodeHostError(kind, error.message)
        }
    }
}

extension LocalAuthor {
    package var actor: Actor {
        switch self {
        case .forge: Actor(login: "forge", number: LocalHost.ownUser, kind: "Bot")
        case .person(let login): Actor(login: login, kind: "User")
        }
    }

    package var login: String { actor.login ?? "" }
}
