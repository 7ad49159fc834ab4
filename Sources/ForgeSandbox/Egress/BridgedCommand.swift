// A command that finds what was bound in at its loopback: the bridges stand while it runs. Made to be started inside a sandbox, as its first
// program.

import CSandbox
package import ForgeCore

package enum BridgedCommand {
    /// Its exit code, or 128 and the signal that ended it.
    package static func run(
        _ arguments: [String], environment: [String: String], over ways: [BridgedWay]
    ) async throws(SandboxError) -> Int {
        var all = environment
        var bridges: [SocketBridge] = []
        for way in ways {
            let bridge = try SocketBridge(to: way.socket, port: way.port)
            all.merge(way.variables(port: bridge.port)) { $1 }
            bridges.append(bridge)
        }
        let result = await withTaskGroup(of: Void.self) { [all] group in
            for bridge in bridges { group.addTask { await bridge.run() } }
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
