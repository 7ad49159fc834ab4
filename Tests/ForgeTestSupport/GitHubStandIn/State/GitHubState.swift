// The whole of what the stand-in remembers. A value: handlers change it under one lock, and a copy of it is an older world.

import ForgeCore
import ForgeCrypto
import Foundation

package struct GitHubState: Sendable {
    package var apiURL = ""
    package var webURL = ""
    /// Holds the bare repositories.
    package var root = ""
    package var app = StandInApp()
    /// What the server's clock is ahead of this machine's.
    package var clockAhead: Duration = .zero
    package var options = StandInOptions()

    package var accounts: [String: StandInAccount] = [:]
    package var installations: [Int64: StandInInstallation] = [:]
    /// By full name in lower case.
    package var repositories: [String: StandInRepository] = [:]
    /// Numbers of repositories that were renamed, by the full names they had, in lower case.
    var formerNames: [String: Int64] = [:]
    package var tokens: [String: StandInToken] = [:]
    package var deliveries: [StandInDelivery] = []
    package var requests: [StandInRequest] = []
    package var violations: [String] = []
    package var refusals: [String] = []
    var outbox: [Int64] = []
    var rateLimitUsed = 0
    /// Codes of a manifest, each good for one conversion.
    var manifestCodes: [String: JSON] = [:]
    private var lastID: Int64 = 4_000_000_000
    /// Of the newest commit, in seconds.
    private var lastCommitAt: Int64 = 0

    package init() {}

    var now: Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) + clockAhead
    }

    mutating func newID() -> Int64 {
        lastID += 7
        return lastID
    }

    /// A second of its own for every commit. Git names a commit by what is in it: two alike of one second would be one commit, and two pull
    /// requests with that head would have each other's check runs.
    mutating func newCommitMoment() -> Int64 {
        lastCommitAt = max(lastCommitAt + 1, now.milliseconds / 1_000)
        return lastCommitAt
    }

    mutating func note(violation: String) { violations.append(violation) }
    /// Well formed, and refused: with the reason that the real answer does not give.
    mutating func note(refusal: String) { refusals.append(refusal) }

    /// The account of a login, made when nobody had it.
    @discardableResult
    mutating func account(_ login: String) -> StandInAccount {
        if let known = accounts[login.lowercased()] { return known }
        let made = StandInAccount(id: newID(), login: login, kind: login.hasSuffix("[bot]") ? "Bot" : "User", app: nil)
        accounts[login.lowercased()] = made
        return made
    }

    func repository(_ name: String) throws(GitHubRefusal) -> StandInRepository {
        guard let found = repositories[name.lowercased()] else { throw .notFound }
        return found
    }

    func pull(_ number: Int64, in repository: String) throws(GitHubRefusal) -> StandInPull {
        guard let found = try self.repository(repository).pulls[number] else { throw .notFound }
        return found
    }

    /// Changes one pull request, and notes when.
    mutating func change(_ number: Int64, in repository: String, _ work: (inout StandInPull) -> Void) {
        let moment = now
        guard repositories[repository.lowercased()]?.pulls[number] != nil else { return }
        work(&repositories[repository.lowercased()]!.pulls[number]!)
        repositories[repository.lowercased()]!.pulls[number]!.updatedAt = moment
    }

    func installation(of repository: StandInRepository) -> StandInInstallation? {
        installations.values.first { $0.account.lowercased() == repository.owner.lowercased() && !$0.isDeleted }
    }
}

package struct StandInApp: Hashable, Sendable {
    package var id: Int64 = 424_242
    package var clientID = "Iv23standin0000000000"
    package var slug = "forge"
    package var hookID: Int64 = 515_151
    package var webhookURL: String?
    package var botLogin: String { "\(slug)[bot]" }
    /// The public key that tokens are checked with; nil when it was revoked.
    package var publicKey: String?
    package var permissions = [
        "metadata": "read", "contents": "read", "pull_requests": "write", "issues": "write", "checks": "write",
    ]
    package var events = [
        "check_run", "check_suite", "issue_comment", "issues", "merge_group", "pull_request", "pull_request_review",
        "pull_request_review_comment", "pull_request_review_thread", "push", "repository",
    ]
}

/// What public sources leave in doubt or a host may choose.
package struct StandInOptions: Hashable, Sendable {
    package var tokenLife: Duration = .seconds(3_600)
    /// The long tokens of 2026, with dots inside.
    package var tokensAreStateless = false
    package var rateLimit = 5_000
    /// Sends webhooks for what the App did itself, too, as GitHub does.
    package var echo = true
    /// GitHub was seen to want `contents: write` for resolving a thread.
    package var resolvingNeedsContents = false
    /// A refused review leaves an empty one behind, as was seen on GitHub.
    package var refusedReviewStays = false
    /// So many reviews are refused though nothing is wrong with them: GitHub's reading of a diff is not always ours.
    package var reviewsToRefuse = 0
    /// The texts that GitHub has used for a line outside the diff.
    package var lineRefusal = "Line could not be resolved"
    /// How many a request for a page gets at most: fewer make paging show.
    package var pageMax = 100
}
