// bwrap alone, with the same arguments, for the same command and user: no filter, no limits, no groups, nobody who watches it. For the benchmark
// only, which measures what is done around it.

import CSandbox
import ForgeBlocking
package import ForgeCore

extension BubblewrapSandbox {
    /// How long it took from the start to the end.
    package func runBare(_ command: SandboxCommand) async throws(SandboxError) -> Duration {
        let thread = RunThread()
        return try await thread.carryOut { () throws(SandboxError) in try self.carryOutBare(command) }.get()
    }

    private func carryOutBare(_ command: SandboxCommand) throws(SandboxError) -> Duration {
        let began = forge_sandbox_nanoseconds()
        let plan = try barePlan(command)
        let output = try Descriptor.open("/dev/null", O_WRONLY)
        let program = try bareStart(command, plan, output: output, status: output, gate: nil).start()
        let (code, _) = program.reap()
        guard code == 0 else { throw SandboxError(.unavailable, "bwrap alone ended with \(code)") }
        return .nanoseconds(forge_sandbox_nanoseconds() - began)
    }
}
