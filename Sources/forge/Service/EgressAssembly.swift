// The way out for one command: the hosts that the operator and the repository agree on, at a socket that a sandbox sees, and every connection in
// the audit. Without an agreed host there is no socket.

import ForgeConfig
import ForgeCore
import ForgeCrypto
import ForgeSandbox
import ForgeSystem
import Synchronization

struct EgressAssembly: WaysOut {
    /// Whom the audit names.
    let payer: BudgetPayer
    /// What the operator allows at most.
    let allowed: EgressRules
    private let settings: SandboxSettings
    private let folder: String
    private let journal: any JournalStore

    /// Where the sandbox shows the socket.
    static let socketInside = "/run/forge/egress.sock"

    init(_ settings: ServerSettings, journal: any JournalStore, for payer: BudgetPayer) {
        self.settings = settings.sandbox
        self.journal = journal
        self.payer = payer
        allowed = settings.sandbox.egress
        folder = "\(settings.data)/egress"
    }

    func agreed(_ wanted: [EgressPattern]) -> EgressRules { allowed.narrowed(to: wanted) }

    func withWayOut<Answer: Sendable>(
        to wanted: [EgressPattern], _ work: @Sendable (WayOut) async throws -> Answer
    ) async throws -> (answer: Answer, seen: EgressSeen) {
        let rules = agreed(wanted)
        // Without walls a command has this machine's own network, whatever is on a list.
        guard !rules.isEmpty, settings.kind != .none else { return (try await work(.none), EgressSeen()) }
        let way = try wayOut()
        let seen = Mutex(EgressSeen())
        let opened = try open(rules) { event in seen.withLock { $0.take(event) } }
        let answer: Answer = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await opened.proxy.run() }
            let result: Result<Answer, any Error>
            do { result = .success(try await work(way(opened.path))) } catch { result = .failure(error) }
            group.cancelAll()
            return try result.get()
        }
        return (answer, seen.withLock { $0 })
    }

    private func open(
        _ rules: EgressRules, _ tell: @escaping @Sendable (EgressEvent) -> Void
    ) throws -> (proxy: EgressProxy, path: String) {
        try Files.createFolder(folder)
        LeftSockets.remove(in: folder)
        let name = "\(ProcessFacts.identifier)-\(Hex.encode(try RandomBytes.system.generate(count: 8))).sock"
        let dependencies = EgressDependencies(guarding: AddressGuard(exceptions: settings.egressNetworks)) {
            [journal, payer] (event: EgressEvent) async throws(StoreError) in
            _ = try await journal.append(event.journaled(for: payer))
            tell(event)
        }
        return (try EgressProxy(folder: folder, name: name, rules: rules, dependencies: dependencies), "\(folder)/\(name)")
    }

    private func wayOut() throws(NoWayOut) -> (String) -> WayOut {
        guard settings.loopback else {
            throw NoWayOut("sandbox.loopback is off, and programs find their proxy there: nothing can be reached")
        }
        let bridge: BridgeProgram
        do throws(SetUpProblem) {
            bridge = try BridgeProgram()
        } catch {
            throw NoWayOut(error.description)
        }
        return { socket in
            WayOut(
                network: .sockets([Self.socketInside: socket]), words: bridge.words(["--socket", Self.socketInside]),
                readable: bridge.readable)
        }
    }
}

extension EgressSeen {
    fileprivate mutating func take(_ event: EgressEvent) {
        switch event {
        // It may still have led nowhere.
        case .allowed: break
        case .refused(let target, let reason): refuse(target, because: reason)
        case .unknown(let target): miss(target.description)
        case .closed(let target, .broken, sent: 0, received: 0): miss(target.description)
        case .closed(let target, _, _, _): reach(target.description)
        }
    }
}

extension EgressEvent {
    fileprivate func journaled(for payer: BudgetPayer) -> NewJournalEvent {
        let run = JSON.Member("run", payer.run.map { JSON($0.number) } ?? .null)
        let own: [JSON.Member] = [.init("repository", .string(payer.repository)), run]
        let (kind, members): (String, [JSON.Member]) =
            switch self {
            case .refused(let target, let reason): ("egress.refused", [.init("target", .string(target)), .init("reason", .string(reason))])
            case .unknown(let target):
                (
                    "egress.refused",
                    [.init("target", .string(target.description)), .init("reason", .string("the host is not known"))]
                )
            case .allowed(let target, let address):
                ("egress.allowed", [.init("target", .string(target.description)), .init("address", .string(address.description))])
            case .closed(let target, let ending, let sent, let received):
                (
                    "egress.closed",
                    [
                        .init("target", .string(target.description)), .init("ending", .string(ending.rawValue)), .init("sent", JSON(sent)),
                        .init("received", JSON(received)),
                    ]
                )
            }
        return NewJournalEvent(stream: "audit", tenant: payer.tenant, kind: kind, payload: .object(own + members).withoutNulls)
    }
}
