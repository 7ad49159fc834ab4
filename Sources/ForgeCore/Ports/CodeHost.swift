// Where code lives, as the engine sees it: GitHub, or Forge's own local host. `CodeHostContract` (ForgeTestSupport) is these comments as
// tests, and every implementation passes it.
//
// A session is the work of one run in one repository. Its credential is made at first use, reaches that repository and that phase only, and
// is given back by `end`. Reads are repeated by the adapter while that may help. A write is repeated by the adapter only when it was
// certainly not carried out; otherwise it throws with `mayBeDone`, and the caller looks before it writes again. Writes wait their turn in
// the installation's one lane; a wait longer than the adapter's patience throws `limited` with the moment to come back.

/// What a session will need, and nothing above it.
package enum HostPhase: String, Hashable, Sendable, CaseIterable {
    /// Reads the code; writes reviews, comments, checks.
    case review
    /// Answers a person; may also write labels and descriptions.
    case command
    /// Pushes a branch and opens a pull request.
    case publish
}

/// Whose turn it is to write, the last first.
package enum WritePriority: Int, Hashable, Sendable, CaseIterable, Comparable {
    case background, work, person

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Forge's own account there. Comments are told as ours by these numbers, never by a name.
package struct HostIdentity: Hashable, Sendable {
    package var app: Int64?
    package var user: Int64?
    package var login: String

    package init(app: Int64?, user: Int64?, login: String) {
        self.app = app
        self.user = user
        self.login = login
    }

    package func isAuthor(_ actor: Actor) -> Bool {
        (user != nil && actor.number == user) || (app != nil && actor.viaApp == app)
    }
}

/// Where git fetches from. The credential is handed to git by callback; it must never stand in the address or in a file.
package struct GitRemote: Sendable {
    package var url: String
    package var user: String
    package var password: Secret?

    package init(url: String, user: String = "x-access-token", password: Secret? = nil) {
        self.url = url
        self.user = user
        self.password = password
    }

    /// A repository on this disk. Its path alone will not do: with a colon anywhere in it git's library takes it for a way to ssh, and connects.
    /// A path that does not begin at the root has no address, and stays as it is.
    package init(path: String) {
        guard path.hasPrefix("/") else {
            self.init(url: path)
            return
        }
        let digits = Array("0123456789ABCDEF".utf8)
        var address = Array("file:///".utf8)
        for byte in path.utf8.drop(while: { $0 == UInt8(ascii: "/") }) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                address.append(byte)
            default: address += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        self.init(url: String(decoding: address, as: UTF8.self))
    }
}

package protocol CodeHost: Sendable {
    func identity() async throws(CodeHostError) -> HostIdentity
    /// Asks the host for nothing yet.
    func session(_ place: HostPlace, _ phase: HostPhase, _ priority: WritePriority) -> any HostSession
}

package protocol HostSession: Sendable {
    // MARK: Reading

    func pullRequest(_ number: Int64) async throws(CodeHostError) -> PullRequest
    /// Open ones with this head, of forks too.
    func pullRequests(withHead head: CommitSHA) async throws(CodeHostError) -> [Int64]
    /// Nil when the repository is empty.
    func defaultBranch() async throws(CodeHostError) -> String?
    /// Open ones that something happened to since then, the newest word first.
    func openPullRequests(since: Timestamp, limit: Int) async throws(CodeHostError) -> [PullRequest]
    func gitRemote() async throws(CodeHostError) -> GitRemote
    /// The conversation, oldest first, all of it.
    func comments(on number: Int64) async throws(CodeHostError) -> [HostComment]
    /// Nil when it was deleted.
    func comment(_ id: Int64, _ place: CommentPlace) async throws(CodeHostError) -> HostComment?
    func reviews(on number: Int64) async throws(CodeHostError) -> [HostReview]
    func threads(on number: Int64) async throws(CodeHostError) -> [HostThread]
    func permission(of login: String) async throws(CodeHostError) -> HostPermission
    /// Of this name at this commit, newest first.
    func checkRuns(named name: String, at head: CommitSHA) async throws(CodeHostError) -> [HostCheckRun]

    /// What a check run says of lines, at most `limit`; one of another program, too.
    func annotations(ofCheck id: Int64, limit: Int) async throws(CodeHostError) -> [CheckAnnotation]

    // MARK: Writing

    /// All or nothing. Comments on whole files are no part of it where the host keeps them apart; when there are no others and the event is
    /// `comment`, they go out without the review's text.
    func post(_ review: NewReview, on number: Int64) async throws(CodeHostError) -> HostReview
    /// Takes back what a review of ours asked for or approved; its words and its threads stay.
    func dismiss(review id: Int64, because message: String, on number: Int64) async throws(CodeHostError)
    func postComment(_ body: String, on number: Int64) async throws(CodeHostError) -> HostComment
    func editComment(_ id: Int64, to body: String) async throws(CodeHostError)
    /// Under the comment that opened a thread.
    func reply(_ body: String, to comment: Int64, on number: Int64) async throws(CodeHostError) -> HostComment
    func resolve(thread: String) async throws(CodeHostError)
    func react(_ reaction: HostReaction, to comment: Int64, _ place: CommentPlace) async throws(CodeHostError)
    /// Its number.
    func createCheckRun(_ content: CheckRunContent) async throws(CodeHostError) -> Int64
    func updateCheckRun(_ id: Int64, _ content: CheckRunContent) async throws(CodeHostError)
    /// Adds these and removes those; what is there or gone already is no error.
    func changeLabels(on number: Int64, adding: [String], removing: [String]) async throws(CodeHostError)
    func setDescription(of number: Int64, to body: String) async throws(CodeHostError)

    /// Gives the credential back. Nothing is asked of the session afterwards.
    func end() async
}

package struct CodeHostError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// Not there, or not for us to see.
        case notFound
        /// The installation lacks a permission; its name as the host spells it, such as `pull_requests=write`, when it says so.
        case forbidden(missing: String?)
        /// The key, the App or the installation is not (or no longer) good for anything: revoked, suspended, removed.
        case unauthorized
        /// Well formed and refused, such as a line that is not in the diff.
        case refused
        /// Somebody changed it meanwhile: the head moved, it exists already.
        case conflict
        /// Not now; come back after so long. A queue waits, nobody is told.
        case limited(retryAfter: Duration)
        /// 5xx, no connection, no answer in time.
        case unavailable
        /// Ours: what we sent or could not read.
        case defect
    }

    package var kind: Kind
    package var message: String
    /// A write may have been carried out all the same.
    package var mayBeDone: Bool

    package init(_ kind: Kind, _ message: String, mayBeDone: Bool = false) {
        self.kind = kind
        self.message = message
        self.mayBeDone = mayBeDone
    }

    /// Trying again later may go better.
    package var isPassing: Bool {
        switch kind {
        case .limited, .unavailable: true
        case .notFound, .forbidden, .unauthorized, .refused, .conflict, .defect: false
        }
    }

    package var description: String { message }
}
