// GitHub as a code host. It makes sessions, and knows who Forge is there.

package import ForgeCore
import Synchronization

package final class GitHubHost: CodeHost {
    private struct State {
        var app: (number: Int64, slug: String)?
        var user: (number: Int64, login: String)?
        var userAskedAt: Timestamp?
        /// Resolving a thread took a token that may push.
        var resolvesByPushing = false
    }

    /// After a failure, who the App's account is is asked again only so often.
    private static let patience = Duration.seconds(600)

    package let app: GitHubApp
    /// All requests of all sessions.
    package let tally = RequestTally()
    let client: GitHubClient
    let installations: Installations
    let wall: WallClock
    private let log: Log
    private let state = Mutex(State())
    private let asking = SingleFlight<HostIdentity>()

    package init(client: GitHubClient, app identity: AppIdentity) {
        self.client = client
        wall = client.dependencies.wall
        log = client.dependencies.log
        app = GitHubApp(client: client, identity: identity, tally: tally)
        installations = Installations(app: app, wall: wall, log: log)
    }

    package func session(_ place: HostPlace, _ phase: HostPhase, _ priority: WritePriority) -> any HostSession {
        openSession(place, phase, priority)
    }

    /// The same, with what only GitHub has.
    package func openSession(_ place: HostPlace, _ phase: HostPhase, _ priority: WritePriority) -> GitHubSession {
        GitHubSession(host: self, place: place, phase: phase, priority: priority)
    }

    var resolvesByPushing: Bool {
        get { state.withLock { $0.resolvesByPushing } }
        set { state.withLock { $0.resolvesByPushing = newValue } }
    }

    // MARK: Who Forge is

    package func identity() async throws(CodeHostError) -> HostIdentity {
        if let known = known() { return known }
        return try await asking.run { () async throws(CodeHostError) in
            if let known = self.known() { return known }
            return try await self.ask()
        }
    }

    /// Nil while something is worth asking.
    private func known() -> HostIdentity? {
        let now = wall.now
        return state.withLock { state in
            guard let app = state.app else { return nil }
            if let user = state.user { return HostIdentity(app: app.number, user: user.number, login: user.login) }
            guard let asked = state.userAskedAt, now - asked < Self.patience else { return nil }
            return HostIdentity(app: app.number, user: nil, login: app.slug + "[bot]")
        }
    }

    private func ask() async throws(CodeHostError) -> HostIdentity {
        let answer = try await app.send(.get("/app"))
        guard let number = answer.json["id"]?.integer, let slug = answer.json["slug"]?.string else {
            throw CodeHostError(.defect, "GitHub's answer does not say which App this is")
        }
        let login = slug + "[bot]"
        let user = await account(login)
        let now = wall.now
        state.withLock { state in
            state.app = (number, slug)
            state.user = user.map { ($0, login) }
            state.userAskedAt = now
        }
        return HostIdentity(app: number, user: user, login: login)
    }

    /// The number of the App's own account. Anybody may ask on github.com; a closed GitHub Enterprise wants a token, of any installation.
    private func account(_ login: String) async -> Int64? {
        let call = GitHubCall.get("/users/\(login.percentEncoded)")
        do throws(CodeHostError) {
            return try await client.send(call, as: GitHubCaller(NoCredential(), tally: tally)).json["id"]?.integer
        } catch {
            log.debug("the App's account is not for everybody to see", [.init("error", .string(error.message))])
        }
        do throws(CodeHostError) {
            guard let installation = try await app.send(.get("/app/installations", query: [("per_page", "1")])).json[0]?["id"]?.integer
            else { return nil }
            let credential = InstallationCredential(
                installation, ["metadata": .read], app: app, installations: installations, wall: wall, tally: tally)
            let answer = try await client.send(call, as: GitHubCaller(credential, tally: tally))
            await credential.end()
            return answer.json["id"]?.integer
        } catch {
            log.warning("the number of the App's own account is unknown", [.init("error", .string(error.message))])
            return nil
        }
    }
}
