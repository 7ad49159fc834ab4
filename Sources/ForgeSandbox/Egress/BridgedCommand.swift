// A command that finds a proxy at its loopback: the bridge stands while it runs. Made to be started inside a sandbox, as its first program.

import CSandbox
package import ForgeCore

package enum BridgedCommand {
    /// Its exit code, or 128 and the signal that ended it.
    package static func run(
        _ arguments: [String], environment: [String: String], through path: String, port: UInt16
    ) async throws(SandboxError) -> Int {
        let bridge = try EgressBridge(to: path, port: port)
        let all = environment.merging(bridge.environment) { $1 }
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { await bridge.run() }
            let result = await EgressThread().carryOut { start(arguments, all) }
            group.cancelAll()
            return result
        }
        return try result.get()
    }

    private static func start(_ arguments: [String], _ environment: [String: String]) -> Result<Int, SandboxError> {
        let words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            let all = unsafe words + variables
            for index in unsafe all.indices { unsafe free(all[index]) }
        }
        let process = unsafe forge_start_beside(words, variables)
        guard process > 0 else { return .failure(.system("start \(arguments.first ?? "")", forge_sandbox_errno())) }
        return .success(Int(forge_wait_for(process)))
    }
}
