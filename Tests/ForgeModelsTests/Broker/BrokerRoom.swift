// A broker at a socket, a provider behind it, and money that a test decides about.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeServer
import ForgeTestSupport
import Foundation
import Synchronization

final class BrokerRoom: Sendable {
    let provider: ModelStandIn
    let path: String
    private let settled = Mutex<[BrokerPurse.Outcome]>([])
    private let reserved = Mutex<[BrokerPurse.Call]>([])
    private let refusal = Mutex<BrokerRefusal?>(nil)

    private init(_ provider: ModelStandIn, _ path: String) {
        self.provider = provider
        self.path = path
    }

    var outcomes: [BrokerPurse.Outcome] { settled.withLock { $0 } }
    var calls: [BrokerPurse.Call] { reserved.withLock { $0 } }

    /// No money from now on.
    func spend() { refusal.withLock { $0 = BrokerRefusal(.spent, "the budget of this run has $0.00 left of $2.00") } }

    private var purse: BrokerPurse {
        BrokerPurse { [self] (call: BrokerPurse.Call) async throws(BrokerRefusal) in
            if let refusal = refusal.withLock({ $0 }) { throw refusal }
            reserved.withLock { $0.append(call) }
            return { [self] outcome in settled.withLock { $0.append(outcome) } }
        }
    }

    static func with(_ wires: [ModelWire] = ModelWire.allCases, url: String? = nil, _ work: (BrokerRoom) async throws -> Void) async throws
    {
        try await TemporaryFolder.with { folder in
            let provider = try ModelStandIn()
            let room = BrokerRoom(provider, folder.path(of: "m"))
            let key = Secret(Array(ModelStandIn.key.utf8))
            let price = ModelPrice(input: 1_000_000, output: 10_000_000, cacheRead: 100_000, cacheWrite: 1_250_000)
            let broker = ModelBroker(
                endpoints: wires.map { ModelEndpoint($0, baseURL: url ?? provider.url, key: key) },
                policy: BrokerPolicy(models: ["m-1"]), purse: room.purse,
                catalog: ModelCatalog([ModelFacts(prefix: "m-1", provider: "p", price: price, window: nil)]), client: HTTPClient())
            let server = HTTPServer(
                socketPath: room.path, routes: broker.routes,
                dependencies: ServerDependencies(
                    log: .silent, metrics: Metrics(), monotonic: { DispatchTime.now().uptimeNanoseconds }, requestIDs: { "r" }))
            try server.start()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await broker.run() }
                let result: Result<Void, any Error>
                do { result = .success(try await work(room)) } catch { result = .failure(error) }
                await server.stop(within: .seconds(1))
                group.cancelAll()
                try result.get()
            }
        }
    }

    /// As a program in the sandbox would: `curl --unix-socket`, with whatever key it may have. Status, head and body.
    func ask(_ path: String, _ body: String, _ more: String...) async throws -> (status: String, head: String, body: String) {
        let words = [
            "-sS", "-i", "--unix-socket", self.path, "http://models\(path)", "-H", "x-api-key: of-the-program", "--data-binary", body,
        ]
        // On a thread of its own: it must take none from the handlers it waits for.
        let run = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try ProcessRun("/usr/bin/curl", words + more, in: "/") }) }
        }
        let text = String(decoding: run.output, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let status = text.split(separator: " ").dropFirst().first.map(String.init) ?? "none: \(run.errors)"
        return (status, parts.first.map(String.init) ?? "", parts.count == 2 ? String(parts[1]) : "")
    }
}
