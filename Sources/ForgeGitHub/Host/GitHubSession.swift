// The work of one run in one repository on GitHub. What is read is in the other files of this type, by what it is about.

package import ForgeCore

package final class GitHubSession: HostSession {
    package let place: HostPlace
    /// Requests of this session, its tokens and repeats included.
    package let tally: RequestTally
    let host: GitHubHost
    private let credential: InstallationCredential
    private let resolver: InstallationCredential
    private let priority: WritePriority

    init(host: GitHubHost, place: HostPlace, phase: HostPhase, priority: WritePriority) {
        let tally = RequestTally(parent: host.tally)
        func credential(_ permissions: [String: AppPermission.Level]) -> InstallationCredential {
            InstallationCredential(
                place, permissions, app: host.app, installations: host.installations, wall: host.wall, tally: tally)
        }
        self.host = host
        self.place = place
        self.priority = priority
        self.tally = tally
        self.credential = credential(AppPermissions.granted(to: phase))
        resolver = credential(AppPermissions.resolving)
    }

    // MARK: Asking

    var root: String { "/repos/\(place.repository)" }

    private var caller: GitHubCaller { GitHubCaller(credential, priority: priority, tally: tally) }

    @discardableResult
    func send(_ call: GitHubCall) async throws(CodeHostError) -> JSON { try await host.client.send(call, as: caller).json }

    @discardableResult
    func write(_ method: HTTPMethod, _ path: String, _ body: JSON? = nil) async throws(CodeHostError) -> JSON {
        try await send(GitHubCall(method, path, body: body))
    }

    func all(
        _ path: String, query: [(name: String, value: String)] = [], in member: String? = nil, pagesMax: Int = 50
    ) async throws(CodeHostError) -> [JSON] {
        let call = GitHubCall.get(path, query: query + [("per_page", "100")])
        return try await host.client.all(call, in: member, pagesMax: pagesMax, as: caller)
    }

    func graph(_ query: String, _ variables: JSON, effect: GitHubCall.Effect = .repeatable) async throws(CodeHostError) -> JSON {
        try await send(.graph(query, variables, effect: effect))
    }

    /// With a token that may push, which GitHub demands of an App that resolves a thread.
    func graphAsPusher(_ query: String, _ variables: JSON) async throws(CodeHostError) -> JSON {
        let caller = GitHubCaller(resolver, priority: priority, tally: tally)
        return try await host.client.send(.graph(query, variables, effect: .write), as: caller).json
    }

    /// Throws for what GitHub left out.
    func need<Value>(_ value: Value?, _ what: String) throws(CodeHostError) -> Value {
        guard let value else { throw CodeHostError(.defect, "GitHub's answer has no \(what) that can be read") }
        return value
    }

    /// What was written is there, but GitHub's answer does not say what it is.
    func needWritten<Value>(_ value: Value?, _ what: String) throws(CodeHostError) -> Value {
        guard let value else {
            throw CodeHostError(.defect, "GitHub's answer has no \(what) that can be read", mayBeDone: true)
        }
        return value
    }

    // MARK: Git

    package func gitRemote() async throws(CodeHostError) -> GitRemote {
        let token = try await credential.token()
        return GitRemote(url: "\(host.client.settings.addresses.web)/\(place.repository).git", password: token.secret)
    }

    package func end() async {
        await resolver.end()
        await credential.end()
    }
}
