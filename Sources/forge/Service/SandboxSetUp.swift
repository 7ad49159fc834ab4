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

    /// For a command about a person's own folder, which belongs to the same user afterwards.
    func sandbox(_ context: CommandContext) throws(CommandFailure) -> any Sandbox {
        do throws(SandboxError) {
            guard kind == .none else {
                var options = bubblewrap
                options.givesBack = true
                return try BubblewrapSandbox(options)
            }
            return try sandbox(log: Log(level: .warning) { context.note("forge: warning: \($0.message)") })
        } catch {
            throw .failed(error.message)
        }
    }

    var bubblewrap: BubblewrapOptions {
        BubblewrapOptions(rootBecomes: UInt32(user), readable: readable, hasLoopback: loopback)
    }

    /// Of a command that asks for nothing else.
    var limits: SandboxLimits {
        SandboxLimits(
            wallTime: commandTimeout, memoryBytes: memory, processes: processes, diskBytes: disk, diskFiles: diskFiles,
            diskReserveBytes: diskReserve)
    }

    /// Said on pages and under pull requests; nil when there are walls.
    var warning: String? { kind == .none ? UnwalledSandbox.warning : nil }
}
