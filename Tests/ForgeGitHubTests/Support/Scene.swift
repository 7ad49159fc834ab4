// A client, a host and a session against a scripted server, with a clock that stands still. Whoever sleeps in a scene is moved on by
// `drive`, which tells how long each sleep was.

import ForgeCore
import ForgeCrypto
import ForgeHTTP
import ForgeTestSupport

@testable import ForgeGitHub

/// Made once: a key costs more than a test.
private let sharedKey = RSAPrivateKey.generate()

struct Scene: Sendable {
    static let place = HostPlace(tenant: .installation(7), repository: RepositoryName("acme/shop")!)
    static let key = AppKey(sharedKey)
    static let signer = sharedKey

    let clock = TestClock()
    let server: ScriptedServer
    let lanes: FakeLanes
    let log = LogCapture()
    let client: GitHubClient
    let identity: AppIdentity
    let host: GitHubHost

    init(
        limits: LaneLimits = LaneLimits(interval: .zero), patience: Duration = .seconds(30), apiPath: String = "",
        outgoing: OutgoingLimits = GitHubClientSettings.outgoing, skew: Duration = .zero
    ) throws {
        let clock = clock
        server = try ScriptedServer { clock.timestamp + skew }
        lanes = FakeLanes(wall: clock.wallClock)
        let addresses = GitHubAddresses(api: server.url + apiPath, web: server.url)
        client = GitHubClient(
            GitHubClientSettings(addresses: addresses, userAgent: "forge/test", limits: limits, patience: patience, outgoing: outgoing),
            GitHubClientDependencies(
                http: HTTPClient(), lanes: lanes, clock: clock, wall: clock.wallClock, jitter: TestJitter.fixed(1), log: log.log))
        identity = AppIdentity(issuer: "Iv1.abc", key: Self.key, wall: clock.wallClock)
        host = GitHubHost(client: client, app: identity)
        server.on(Self.mintLine, .made { _ in token("ghs_one", expires: clock.timestamp + .seconds(3600)) })
        server.on("DELETE /installation/token", .empty)
        server.on("GET /app", .json(200, ["id": 42, "slug": "forge"]))
        server.on("GET /users/forge%5Bbot%5D", .json(200, ["id": 4242, "login": "forge[bot]", "type": "Bot"]))
    }

    static let mintLine = "POST /app/installations/7/access_tokens"

    func session(_ phase: HostPhase = .review, _ priority: WritePriority = .work) -> GitHubSession {
        host.openSession(Self.place, phase, priority)
    }

    func drive<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async -> (result: Result<Value, any Error>, waits: [Duration]) {
        await drivenWith(clock, work)
    }

    /// What the work fails with.
    func failure<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async -> (error: CodeHostError?, waits: [Duration])
    {
        let (result, waits) = await drive(work)
        if case .failure(let error as CodeHostError) = result { return (error, waits) }
        return (nil, waits)
    }
}

/// An answer to a request for a token.
func token(_ text: String, expires: Timestamp, permissions: JSON = ["contents": "read", "pull_requests": "write", "checks": "write"])
    -> JSON
{
    ["token": .string(text), "expires_at": .string(expires.description), "permissions": permissions]
}

let someHead = CommitSHA(String(repeating: "ab", count: 20))!
let someBase = CommitSHA(String(repeating: "cd", count: 20))!

func pullRequestJSON(_ number: Int64, head: CommitSHA = someHead, state: String = "open", extra: [JSON.Member] = []) -> JSON {
    .object(
        [
            .init("number", .integer(number)), .init("title", "Coupons"), .init("body", .null), .init("state", .string(state)),
            .init("draft", false), .init("merged", false), .init("user", ["login": "alice", "id": 11, "type": "User"]),
            .init("head", ["sha": .string(head.description), "ref": "coupons", "repo": ["full_name": "acme/shop"]]),
            .init("base", ["sha": .string(someBase.description), "ref": "main", "repo": ["default_branch": "main"]]),
            .init("labels", [["name": "bug"]]), .init("html_url", "https://github.com/acme/shop/pull/7"),
        ] + extra)
}

/// Runs the work, moves the clock whenever somebody sleeps, and tells how far.
func drivenWith<Value: Sendable>(
    _ clock: TestClock, _ work: @escaping @Sendable () async throws -> Value
) async -> (result: Result<Value, any Error>, waits: [Duration]) {
    let waits = Kept<[Duration]>([])
    let result = await withTaskGroup(of: Result<Value, any Error>?.self) { group in
        group.addTask {
            do { return .success(try await work()) } catch { return .failure(error) }
        }
        group.addTask {
            // Ends when it is cancelled.
            while (try? await clock.waitForSleepers()) != nil {
                if let wait = clock.advanceToNextDeadline() { waits.change { $0.append(wait) } }
            }
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
    return (result ?? .failure(CancellationError()), waits.now)
}
