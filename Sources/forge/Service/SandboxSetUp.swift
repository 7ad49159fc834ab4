// The sandbox that the settings ask for: for a command of a person's, and for the service, which has its walls tried at the start.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeSandbox

extension SandboxSettings {
    /// For the service: asked before any command of an agent. Whether the walls hold is found out beside its other work.
    func gate(metrics: Metrics, log: Log) -> SandboxGate {
        SandboxGate(candidate, metrics: metrics, log: log.named("sandbox"))
    }

    private var candidate: SandboxCandidate {
        guard kind == .bubblewrap else { return .unwalled(UnwalledSandbox(readable: readable), warning: UnwalledSandbox.warning) }
        do throws(SandboxError) {
            let sandbox = try BubblewrapSandbox(bubblewrap)
            return .walled(sandbox) { await sandbox.walls().trial }
        } catch {
            return .missing(error)
        }
    }

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
}

extension WallReport {
    fileprivate var trial: WallTrial {
        let fallen = walls.filter { !$0.isHeld }
        let reason = fallen.map { "\($0.name): \($0.detail)" }.joined(separator: "; ")
        return WallTrial(held: walls.count - fallen.count, missing: fallen.count, breach: fallen.isEmpty ? breach : reason)
    }
}
