// A sandbox whose commands a test writes: what it is asked to run is kept, and what it answers is the test's own function.
package import ForgeCore
import Synchronization

package final class FakeSandbox: Sandbox {
    package typealias Answer = @Sendable (SandboxCommand) async throws(SandboxError) -> SandboxEnding

    private let answer: Answer
    private let kept = Mutex<[SandboxCommand]>([])

    package init(_ answer: @escaping Answer = { _ in FakeSandbox.ending("") }) { self.answer = answer }

    package let summary = "a fake one"
    package var commands: [SandboxCommand] { kept.withLock { $0 } }

    package func run(
        _ command: SandboxCommand, output: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(SandboxError) -> SandboxEnding {
        kept.withLock { $0.append(command) }
        let ending = try await answer(command)
        output(ending.output)
        return ending
    }

    package static func ending(_ output: String, _ exit: SandboxExit = .code(0), after wallTime: Duration = .milliseconds(5))
        -> SandboxEnding
    {
        let bytes = Array(output.utf8)
        return SandboxEnding(exit: exit, output: bytes, outputBytes: bytes.count, wallTime: wallTime, processorTime: wallTime)
    }
}
