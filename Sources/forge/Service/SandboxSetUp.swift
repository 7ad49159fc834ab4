// The sandbox that the settings ask for.

import ForgeConfig
import ForgeCore
import ForgeSandbox

extension SandboxSettings {
    /// Warns where there are no walls; whether walls hold is found out by `BubblewrapSandbox.walls()`.
    func sandbox(log: Log) throws(SandboxError) -> any Sandbox {
        switch kind {
        case .bubblewrap: return try BubblewrapSandbox(bubblewrap)
        case .none:
            log.warning(UnwalledSandbox.warning)
            return UnwalledSandbox(readable: readable)
        }
    }

    var bubblewrap: BubblewrapOptions {
        BubblewrapOptions(rootBecomes: UInt32(user), readable: readable, hasLoopback: loopback)
    }

    /// Of a command that asks for nothing else.
    var limits: SandboxLimits { SandboxLimits(wallTime: commandTimeout, memoryBytes: memory, processes: processes) }

    /// Said on pages and under pull requests; nil when there are walls.
    var warning: String? { kind == .none ? UnwalledSandbox.warning : nil }
}
