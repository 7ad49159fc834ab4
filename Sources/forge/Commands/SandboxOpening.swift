// What a person lets one command behind the walls reach: hosts, through the proxy, and the configured model, through the broker. It opens
// nothing that the settings do not allow, and everything is closed again when the command has ended.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeModels
import ForgeRules
import ForgeSandbox
import ForgeSystem
import Glibc

struct SandboxOpening: Sendable {
    private enum Network: String, CaseIterable { case none }

    /// Where the sandbox shows the broker's socket.
    static let modelSocketInside = "/run/forge/model.sock"

    private let settings: ServerSettings
    private let context: CommandContext
    private let hosts: [EgressPattern]
    /// Nil without a model.
    let cap: SpendingCap?

    init(_ arguments: Arguments, _ settings: ServerSettings, _ context: CommandContext) throws(CommandFailure) {
        self.settings = settings
        self.context = context
        hosts = try Self.hosts(arguments, settings.sandbox)
        cap = try Self.cap(arguments, settings)
        let isWalled = settings.sandbox.kind == .bubblewrap
        if !hosts.isEmpty, !isWalled {
            context.note("forge: warning: --egress limits nothing here: without walls a command has this machine's own network")
        }
        if cap != nil, isWalled, !settings.sandbox.loopback {
            context.note("forge: sandbox.loopback is off: the model is at the socket \(Self.modelSocketInside) alone")
        }
    }

    private static func hosts(_ arguments: Arguments, _ settings: SandboxSettings) throws(CommandFailure) -> [EgressPattern] {
        let network = try arguments.choice("network", Network.self)
        let texts = arguments.values["egress"] ?? []
        guard network == nil || texts.isEmpty else { throw .badInput("--network none and --egress: only one of them can be meant") }
        var hosts: [EgressPattern] = []
        for text in texts {
            guard let host = EgressPattern(text) else {
                throw .badInput(
                    "--egress takes a host such as registry.npmjs.org, '*.pythonhosted.org' or host.example:8443, not '\(text)'")
            }
            guard settings.egress.patterns.contains(where: { $0.covers(host) }) else {
                throw .badInput("--egress \(host): the settings do not allow it; whoever runs this machine adds it to sandbox.egress")
            }
            hosts.append(host)
        }
        return hosts
    }

    private static func cap(_ arguments: Arguments, _ settings: ServerSettings) throws(CommandFailure) -> SpendingCap? {
        guard arguments.has("model") else {
            guard arguments.value("usd") == nil else { throw .badInput("--usd limits what --model may cost, which is missing") }
            return nil
        }
        if let problem = settings.model.brokerProblem { throw .badInput("--model: there is none to ask: \(problem); see docs/models.md") }
        guard let text = arguments.value("usd") else { return SpendingCap(limit: settings.budget.limits.run) }
        guard let dollars = Double(text), (0...10_000).contains(dollars) else {
            throw .badInput("--usd takes US dollars from 0 to 10000, such as 0.50, not '\(text)'")
        }
        return SpendingCap(limit: Int((dollars * 1_000_000).rounded(.down)))
    }

    // MARK: While it is open

    /// Also when the work ends with an error: what was spent is spent.
    func tellingCosts<Answer>(_ work: () async throws -> Answer) async throws -> Answer {
        do {
            return try await work()
        } catch {
            if let cap { context.note("forge: " + cap.said) }
            guard let error = error as? SandboxError else { throw error }
            throw error.kind == .invalid ? CommandFailure.badInput(error.message) : CommandFailure.failed(error.message)
        }
    }

    /// Hands on the way, and the variables that tell of it.
    func whileOpen(
        _ work: @escaping @Sendable (WayOut, [String: String]) async throws -> SandboxEnding
    ) async throws -> (SandboxEnding, EgressSeen) {
        guard cap != nil || !hosts.isEmpty else { return (try await work(.none, [:]), EgressSeen()) }
        return try await withStore(in: settings.data, context) { store in
            let payer = BudgetPayer(tenant: .local, repository: "person/uid-\(geteuid())")
            let (ending, seen) = try await EgressAssembly(settings, journal: store, for: payer).withWayOut(to: hosts) { way in
                guard let cap else { return try await work(way, [:]) }
                return try await withModel(store, payer, cap) { more, variables in try await work(way.joined(more), variables) }
            }
            return (ending, seen)
        }
    }

    private func withModel(
        _ store: any Store, _ payer: BudgetPayer, _ cap: SpendingCap,
        _ work: (WayOut, [String: String]) async throws -> SandboxEnding
    ) async throws -> SandboxEnding {
        let redact: @Sendable (String) -> String = Redactor(settings.secrets).redact
        let http = try OutgoingHTTP(settings, context, redact: redact)
        defer { http.finish() }
        let catalog = try RulePacks.load(folder: settings.rulesDir, .forCommands(context.environment)).models()
        let surroundings = Surroundings(
            environment: context.environment, wall: context.clock, clock: ContinuousClock(), jitter: .system, redact: redact)
        let metrics = Metrics()
        let budgets = settings.budgets(store, catalog, surroundings, metrics)
        let broker = BrokerAssembly(
            settings: settings, client: http.clientForModels(), catalog: catalog, budgets: budgets, metrics: metrics, log: .silent)
        let name = "\(ProcessFacts.identifier)-command"
        return try await broker.withSocket(name, paidBy: budgets.budget(for: payer), within: cap) { path in
            let inside = settings.sandbox.kind == .none ? path : Self.modelSocketInside
            let variables = ["FORGE_MODEL_SOCKET": inside, "FORGE_MODEL": settings.model.name]
            return try await work(try wayToModel(from: path, to: inside), variables)
        }
    }

    private func wayToModel(from outside: String, to inside: String) throws(SetUpProblem) -> WayOut {
        let network = SandboxNetwork.sockets([inside: outside])
        // Without walls there is this machine's own loopback, whatever the settings say of another.
        guard settings.sandbox.loopback || settings.sandbox.kind == .none else { return WayOut(network: network) }
        let bridge = try BridgeProgram()
        let words = bridge.words(["--model-socket", inside, "--model-api", settings.model.bridgedAPI.rawValue])
        return WayOut(network: network, words: words, readable: bridge.readable)
    }

    // MARK: Afterwards

    /// As `reached a.example:443; could not reach b.example:443; refused c.example:443 (why)`; nil when no way was open, or none watched.
    func said(of seen: EgressSeen) -> String? {
        guard !hosts.isEmpty, settings.sandbox.kind == .bubblewrap else { return nil }
        let all = [("reached", seen.reached), ("could not reach", seen.unreached), ("refused", seen.refused.map(\.summary))]
        let parts = all.filter { !$0.1.isEmpty }
        guard !parts.isEmpty else { return "no host was asked for" }
        return parts.map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    }
}
