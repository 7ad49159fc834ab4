// The broker of one run or command: which models it lets through, whose money it spends, and the socket that a sandbox sees. The socket is there
// while the work lasts, for this user alone.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeHTTP
import ForgeModels
import ForgeSandbox
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

    /// Lets `work` have the path of a socket at which models answer, paid by this budget, and within the cap. When this is over, every call
    /// is counted.
    func withSocket<Answer>(
        _ name: String, paidBy budget: CallBudget, within cap: SpendingCap, _ work: (String) async throws -> Answer
    ) async throws -> Answer {
        let folder = "\(settings.data)/brokers"
        try Files.createFolder(folder)
        LeftSockets.remove(in: folder)
        let path = "\(folder)/\(name).sock"
        let broker = ModelBroker(
            endpoints: settings.model.brokerEndpoints, policy: BrokerPolicy(models: settings.model.names), purse: purse(budget, cap),
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

    private func purse(_ budget: CallBudget, _ cap: SpendingCap) -> BrokerPurse {
        BrokerPurse { [catalog] (asked: BrokerPurse.Call) async throws(BrokerRefusal) in
            let call: CallBudget.Call
            do throws(ModelError) {
                call = try await budget.reserve(
                    inputTokens: asked.inputTokensMax, answerTokens: asked.answerTokensMax, asking: asked.model,
                    at: catalog.worstPrice(of: asked.model), purpose: "sandbox: \(asked.model)", lifetime: asked.timeMax + .seconds(60))
            } catch {
                throw BrokerRefusal(error.kind == .spent ? .spent : .unavailable, error.message)
            }
            if let refusal = cap.setAside(call.most) {
                await budget.release(call)
                throw BrokerRefusal(.spent, refusal)
            }
            return { outcome in
                switch outcome {
                case .nothing:
                    await budget.release(call)
                    cap.settle(call.most, spent: nil)
                case .used(let usage, let isWhole):
                    cap.settle(call.most, spent: await budget.settle(call, usage, isWhole: isWhole))
                case .unknown(let isWhole):
                    cap.settle(call.most, spent: await budget.settle(call, nil, isWhole: isWhole))
                }
            }
        }
    }
}

extension ModelSettings {
    /// Why no program can be given models; nil when it can.
    var brokerProblem: String? {
        switch provider {
        case .scripted: "model.provider is scripted, which plays a file; set it to anthropic, openai or openai_responses"
        case .anthropic where apiKey == nil: "model.api_key_file is not set"
        case .anthropic, .openai, .openAIResponses: nil
        }
    }

    /// As whose API programs know what they find.
    var bridgedAPI: BridgedAPI { provider == .anthropic ? .anthropic : .openai }

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
