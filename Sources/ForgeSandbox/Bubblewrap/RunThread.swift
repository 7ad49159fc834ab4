// A thread for one run. It blocks from the start to the end of the run, which tasks' threads must not; and it must be the same one all
// the time, since the kernel ends what it started together with it.

import ForgeBlocking
import ForgeCore

actor RunThread {
    private let executor = BlockingExecutor(label: "forge.sandbox.run")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func carryOut<Answer: Sendable>(
        _ work: @Sendable () throws(SandboxError) -> Answer
    ) -> Result<Answer, SandboxError> {
        Result(catching: work)
    }
}
