// The way out for one setup: the hosts that the operator and the repository agree on, at a socket that a sandbox sees, and every connection in
// the audit. Without an agreed host there is no socket.

import ForgeConfig
import ForgeCore
import ForgeSandbox
import ForgeSystem

struct EgressAssembly: Sendable {
    let settings: ServerSettings
    let journal: any JournalStore

    /// Lets `work` have the path of the proxy's socket; nil when nothing may be reached.
    func withSocket<Answer>(
        _ name: String, for payer: BudgetPayer, wanted: [EgressPattern], _ work: (String?) async throws -> Answer
    ) async throws -> Answer {
        let rules = settings.sandbox.egress.narrowed(to: wanted)
        guard !rules.isEmpty else { return try await work(nil) }
        let folder = "\(settings.data)/egress"
        try Files.createFolder(folder)
        let proxy = try EgressProxy(
            folder: folder, name: "\(name).sock", rules: rules,
            dependencies: EgressDependencies {
                [journal] (event: EgressEvent) async throws(StoreError) in
                _ = try await journal.append(event.journaled(for: payer))
            })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await proxy.run() }
            let result: Result<Answer, any Error>
            do { result = .success(try await work("\(folder)/\(name).sock")) } catch { result = .failure(error) }
            group.cancelAll()
            return try result.get()
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
