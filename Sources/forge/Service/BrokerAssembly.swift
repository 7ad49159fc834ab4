// The broker of one run: which models it lets through, whose money it spends, and the socket that a sandbox sees. The socket is there while the
// run works, for this user alone.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeHTTP
import ForgeModels
import ForgeServer
import ForgeSystem
import Glibc

struct BrokerAssembly: Sendable {
    let settings: ServerSettings
    let client: HTTPClient
    let catalog: ModelCatalog
    let budgets: BudgetBook
    let metrics: Metrics
    let log: Log

    /// Lets `work` have the path of a socket at which models answer, paid by this budget.
    func withSocket<Answer>(_ name: String, paidBy budget: CallBudget, _ work: (String) async throws -> Answer) async throws -> Answer {
        let folder = "\(settings.data)/brokers"
        try Files.createFolder(folder)
        let path = "\(folder)/\(name).sock"
        let broker = ModelBroker(
            endpoints: settings.model.brokerEndpoints, policy: BrokerPolicy(models: settings.model.names), purse: purse(budget),
            catalog: catalog, client: client)
        let server = HTTPServer(
            socketPath: path, mode: Self.mode, routes: broker.routes, limits: Self.limits,
            dependencies: ServerDependencies(
                log: log.named("broker"), metrics: metrics, monotonic: { MonotonicClock.nanoseconds }, requestIDs: RequestNames().next))
        try server.start()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await broker.run() }
            let result: Result<Answer, any Error>
            do { result = .success(try await work(path)) } catch { result = .failure(error) }
            await server.stop(within: .seconds(2))
            group.cancelAll()
            return try result.get()
        }
    }

    /// A service of root runs its sandboxes as somebody else, who has to get in; nobody but root enters the folder.
    private static var mode: UInt32 { geteuid() == 0 ? 0o666 : 0o600 }

    private static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.connections = 64
        limits.connectionsPerAddress = 64
        limits.requestsPerAddressMinute = 600
        limits.bodyTimeout = .seconds(120)
        return limits
    }

    private func purse(_ budget: CallBudget) -> BrokerPurse {
        BrokerPurse { [catalog] (asked: BrokerPurse.Call) async throws(BrokerRefusal) in
            let call: CallBudget.Call
            do throws(ModelError) {
                call = try await budget.reserve(
                    inputTokens: asked.inputTokensMax, answerTokens: asked.answerTokensMax, asking: asked.model,
                    at: catalog.worstPrice(of: asked.model), purpose: "sandbox: \(asked.model)", lifetime: asked.timeMax + .seconds(60))
            } catch {
                throw BrokerRefusal(error.kind == .spent ? .spent : .unavailable, error.message)
            }
            return { outcome in
                switch outcome {
                case .nothing: await budget.release(call)
                case .used(let usage, let isWhole): await budget.settle(call, usage, isWhole: isWhole)
                case .unknown(let isWhole): await budget.settle(call, nil, isWhole: isWhole)
                }
            }
        }
    }
}

extension ModelSettings {
    /// Of the models at the main place: the broker has one key.
    fileprivate var names: Set<String> {
        let all = [name] + fallbacks + roles.values.flatMap { [$0.name] + $0.fallbacks }
        return Set(all.filter { others[$0] == nil })
    }

    /// The ways of asking that the provider knows.
    fileprivate var brokerEndpoints: [ModelEndpoint] {
        let wires: [ModelWire] =
            switch provider {
            case .anthropic: [.anthropic]
            case .openai, .openAIResponses: [.openAIChat, .openAIResponses]
            case .scripted: []
            }
        return wires.map { ModelEndpoint($0, baseURL: baseURL.description, key: apiKey, apiVersion: place.apiVersion) }
    }
}
