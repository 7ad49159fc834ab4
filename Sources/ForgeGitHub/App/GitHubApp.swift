// The App as itself: what it may ask that concerns no single repository, such as who it is, where it is installed, and where its webhooks
// go. `forge app status` and the gap healer ask through this.

package import ForgeCore

package struct GitHubApp: Sendable {
    package let client: GitHubClient
    package let identity: AppIdentity
    private let caller: GitHubCaller

    package init(client: GitHubClient, identity: AppIdentity, tally: RequestTally = RequestTally()) {
        self.client = client
        self.identity = identity
        caller = GitHubCaller(identity, priority: .work, tally: tally)
    }

    /// The same App, with its requests counted for somebody else.
    func counting(in tally: RequestTally) -> GitHubApp { GitHubApp(client: client, identity: identity, tally: tally) }

    package func send(_ call: GitHubCall) async throws(CodeHostError) -> GitHubAnswer { try await client.send(call, as: caller) }

    package func all(
        _ call: GitHubCall, pagesMax: Int = 50, while isWanted: (JSON) -> Bool = { _ in true }
    ) async throws(CodeHostError) -> [JSON] {
        try await client.all(call, pagesMax: pagesMax, as: caller, while: isWanted)
    }
}
