// Who asks. A credential is presented with each request, and says what helps when GitHub does not take it.

package import ForgeCore
import Synchronization

/// What goes with one request.
package struct PresentedCredential: Sendable {
    /// The value of `Authorization`; none for what anybody may ask.
    package var authorization: Secret?
    /// Tells one token from the next.
    var number: Int
    /// What this very token was answered: an ETag is another one for another token.
    var cache: AnswerCache?
}

/// A 401, or a 403 that is no limit.
package struct CredentialDenial: Hashable, Sendable {
    var status: Int
    var message: String
    /// Any of these lists would do, as `X-Accepted-GitHub-Permissions` has them: `pull_requests` to `write`.
    var accepted: [[String: String]]
    var serverTime: Timestamp?
    var isGraph = false

    var isSuspension: Bool { message.lowercased().contains("suspended") }
    /// GitHub's words for a token that lacks a permission; other 403s speak of the thing itself, such as a locked conversation.
    var isOfPermission: Bool {
        let text = message.lowercased()
        return status == 403 && (text.contains("not accessible by") || text.contains("admin rights") || isGraph)
    }
}

package enum CredentialRecourse: Sendable {
    case again(after: Duration)
    case fail(CodeHostError)
}

package protocol GitHubCredential: Sendable {
    /// Whose limits count; known once `present` has returned.
    var lane: String { get }
    func present() async throws(CodeHostError) -> PresentedCredential
    /// `count` denials of the same request came before this one.
    func recourse(after denial: CredentialDenial, of presented: PresentedCredential, count: Int) async -> CredentialRecourse
}

extension GitHubCredential {
    static func fail(_ kind: CodeHostError.Kind, _ message: String) -> CredentialRecourse { .fail(CodeHostError(kind, message)) }
}

/// Counts requests: of a session, and of all.
package final class RequestTally: Sendable {
    private let sent = Atomic<Int>(0)
    private let unchanged = Atomic<Int>(0)
    private let parent: RequestTally?

    package init(parent: RequestTally? = nil) { self.parent = parent }

    /// All that went out, repeats and tokens too.
    package var requests: Int { sent.load(ordering: .relaxed) }
    /// Those answered 304, which count against no limit.
    package var unchangedAnswers: Int { unchanged.load(ordering: .relaxed) }

    func countRequest() {
        sent.wrappingAdd(1, ordering: .relaxed)
        parent?.countRequest()
    }

    func countUnchanged() {
        unchanged.wrappingAdd(1, ordering: .relaxed)
        parent?.countUnchanged()
    }
}

/// Who asks, how urgent it is, and where it is counted.
package struct GitHubCaller: Sendable {
    package var credential: any GitHubCredential
    package var priority: WritePriority
    package var tally: RequestTally

    package init(_ credential: any GitHubCredential, priority: WritePriority = .work, tally: RequestTally) {
        self.credential = credential
        self.priority = priority
        self.tally = tally
    }
}

/// What anybody may ask.
package struct NoCredential: GitHubCredential {
    package let lane = "anonymous"

    package init() {}

    package func present() -> PresentedCredential { PresentedCredential(authorization: nil, number: 0, cache: nil) }

    package func recourse(after denial: CredentialDenial, of presented: PresentedCredential, count: Int) -> CredentialRecourse {
        Self.fail(.unauthorized, "GitHub wants to know who asks: \(denial.message)")
    }
}

/// The App itself, for what concerns no repository.
extension AppIdentity: GitHubCredential {
    package var lane: String { "app" }

    package func present() -> PresentedCredential {
        let (value, number) = authorization()
        return PresentedCredential(authorization: value, number: number, cache: nil)
    }

    package func recourse(after denial: CredentialDenial, of presented: PresentedCredential, count: Int) -> CredentialRecourse {
        if denial.status == 401, count == 0, let server = denial.serverTime, adjust(toServerTime: server) { return .again(after: .zero) }
        if denial.status == 403, !denial.isSuspension { return Self.fail(.refused, denial.message) }
        return Self.fail(.unauthorized, "GitHub does not take the App's key: \(denial.message)")
    }
}
