// A small GitHub for the tests: App tokens, REST, a little GraphQL, real git over HTTP, signed webhooks, and everything that goes wrong there.
// It follows what is public about GitHub and knows nothing of the product. It must never listen beyond loopback.
//
// Its own HTTP and threads, not the product's server: it has to break connections in ways that no server should, and hold an answer for as
// long as a test likes.

import ForgeCore
import ForgeCrypto
import Foundation
import Synchronization

package final class GitHubStandIn: Sendable {
    /// What webhooks are signed with.
    package static let webhookSecret = String(repeating: "5", count: 40)

    let core: StandInCore
    fileprivate let listener: LoopbackListener
    private let folder: URL
    /// The App's key, as GitHub would hand it out.
    package let privateKeyPEM: String

    package init(owner: String = "acme") throws {
        let key = try StandInKey.shared.get()
        privateKeyPEM = key.privatePEM
        folder = FileManager.default.temporaryDirectory.appending(path: "forge-github-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var state = GitHubState()
        state.root = folder.path
        state.app.publicKey = key.publicPEM
        state.account(owner)
        state.accounts[owner.lowercased()]?.kind = "Organization"
        state.account(state.app.botLogin)
        state.accounts[state.app.botLogin]?.app = state.app.id
        let installation = StandInInstallation(id: 7_001, account: owner, permissions: state.app.permissions)
        state.installations[installation.id] = installation
        let core = StandInCore(state)
        self.core = core
        listener = try LoopbackListener { core.answer($0) }
        let url = "http://127.0.0.1:\(listener.port)"
        core.state.withLock { state in
            state.apiURL = url
            state.webURL = url
        }
    }

    deinit {
        core.hold.release()
        core.courier.stop()
        listener.stop()
        // A folder that stays lies among the temporary ones.
        try? FileManager.default.removeItem(at: folder)
    }

    package var apiURL: String { "http://127.0.0.1:\(listener.port)" }
    package var appID: Int64 { state.app.id }
    package var botLogin: String { state.app.botLogin }
    package var installationID: Int64 { 7_001 }

    /// All of it, as it is now.
    package var state: GitHubState { core.state.withLock { $0 } }

    package func change(_ work: (inout GitHubState) -> Void) { core.state.withLock { work(&$0) } }

    // MARK: - What was asked, and how well

    package var requests: [StandInRequest] { state.requests }
    package var writes: [StandInRequest] { requests.filter(\.isWrite) }
    /// What no client should have sent. Empty at the end of every story.
    package var violations: [String] { state.violations }
    /// What was well formed and refused, with the reason the answer did not give.
    package var refusals: [String] { state.refusals }

    // MARK: - What goes wrong

    package func fail(_ fault: WireFault) { core.faults.add(fault) }
    package func fail(_ match: String, _ kind: WireFault.Kind, times: Int = 1, skip: Int = 0) {
        core.faults.add(WireFault(match, kind, times: times, skip: skip))
    }
    package func clearFaults() { core.faults.clear() }
    package var hasFaultsLeft: Bool { !core.faults.isEmpty }

    /// Stops whoever makes the Nth write from now on.
    package func hold(write number: Int, _ moment: HoldMoment) { core.hold.set(number, moment) }
    package func release() { core.hold.release() }

    /// The write that is held, or nil when none came in that time.
    package func heldWrite(within limit: Duration) async -> String? {
        let end = Date(timeIntervalSinceNow: limit.seconds)
        return await onThread { [core] in core.hold.wait(until: end) }
    }

    /// The write that is held right now.
    package var heldLine: String? { core.hold.heldNow }

    // MARK: - Webhooks

    /// Where they go from now on; nil for nowhere.
    package func sendWebhooks(toPort port: Int?, path: String = "/webhooks/github", secret: String = GitHubStandIn.webhookSecret) {
        core.courier.set(port.map { Courier.Address(port: $0, path: path, secret: secret) })
        core.state.withLock { $0.app.webhookURL = port.map { "http://127.0.0.1:\($0)\(path)" } }
    }

    package func setWeather(_ weather: DeliveryWeather) { core.courier.set(weather) }
    package func pauseWebhooks(_ isPaused: Bool) { core.courier.pause(isPaused) }
    package var hasWebhooksToSend: Bool { !core.courier.isIdle }

    /// Goes up with each request and each delivery.
    package var activityCount: Int { core.activity.count }

    /// Returns when something more has happened, or after so long.
    package func waitForActivity(past count: Int, atMost limit: Duration) async {
        let end = Date(timeIntervalSinceNow: limit.seconds)
        await onThread { [core] in core.activity.wait(past: count, until: end) }
    }
}

extension GitHubStandIn {
    /// Raw bytes to it and all that comes back, for tests of the stand-in itself; nil when the connection broke before anything came.
    package func exchange(_ request: [UInt8]) -> [UInt8]? { exchangeOnLoopback(port: listener.port, request, within: 60) }
}
