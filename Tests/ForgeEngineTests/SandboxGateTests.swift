// Who asks before a command of an agent is run gets the sandbox, or the reason why not; and whoever watches the service is told the same.

import ForgeCore
import ForgeEngine
import Synchronization
import Testing

@Suite struct SandboxGateTests {
    /// Knows its name and runs nothing.
    private struct NamedSandbox: Sandbox {
        var summary: String

        func run(
            _ command: SandboxCommand, output: @escaping @Sendable ([UInt8]) -> Void
        ) async throws(SandboxError) -> SandboxEnding {
            throw SandboxError(.unavailable, "nothing is run here")
        }
    }

    private final class Lines: Sendable {
        private let written = Mutex<[String]>([])

        var all: [String] { written.withLock { $0 } }

        var log: Log {
            Log(level: .info) { line in
                let fields = line.fields.map { "\($0.name)=\($0.value.text)" }.joined(separator: " ")
                self.written.withLock { $0.append("\(line.level.rawValue): \(line.message) \(fields)") }
            }
        }
    }

    private let lines = Lines()
    private let metrics = Metrics()

    private func gate(_ candidate: SandboxCandidate) -> SandboxGate { SandboxGate(candidate, metrics: metrics, log: lines.log) }

    private func walled(_ trial: WallTrial) -> SandboxCandidate { .walled(NamedSandbox(summary: "walled")) { trial } }

    private func look(_ gate: SandboxGate) async -> ReadinessReport { await Readiness([.sandbox(gate)]).look() }

    private var gauges: [String: Int] {
        let lines = metrics.text().split(separator: "\n").filter { $0.hasPrefix("forge_sandbox_walls{") }.map { $0.split(separator: " ") }
        return Dictionary(lines.map { (String($0[0].dropFirst(27).dropLast(2)), Int($0[1]) ?? -1) }) { $1 }
    }

    @Test func `walls that hold let a command in, and are told of once`() async throws {
        let gate = gate(walled(WallTrial(held: 15, missing: 0, breach: nil)))
        #expect(gate.state == .untried && gauges == ["held": 0, "missing": 0])
        #expect(await look(gate).items.first?.state == .ok("its walls are being tried"))
        await gate.tryWalls()
        #expect(try await gate.sandbox().summary == "walled")
        #expect(gate.state == .walled(15) && gauges == ["held": 15, "missing": 0])
        #expect(await look(gate).items.first?.state == .ok("all of its 15 walls hold"))
        #expect(lines.all == ["info: the sandbox's walls hold walls=15"])
    }

    @Test func `a wall that fell lets nothing in, whoever asks and when, and the service stays ready`() async {
        let gate = gate(walled(WallTrial(held: 14, missing: 1, breach: "network: connected")))
        for _ in 0..<2 {
            await #expect(throws: SandboxError(.breached, "no agent runs on this machine: network: connected")) {
                _ = try await gate.sandbox()
            }
        }
        #expect(gauges == ["held": 14, "missing": 1])
        let report = await look(gate)
        #expect(report.isReady)
        #expect(report.items.first?.state == .degraded("no agent runs on this machine: network: connected"))
        #expect(lines.all == [#"error: no agent runs on this machine reason="network: connected""#])
    }

    @Test func `a sandbox that cannot be made is a reason, too`() async {
        let gate = gate(.missing(SandboxError(.unavailable, "bubblewrap is missing")))
        await gate.tryWalls()
        await #expect(throws: SandboxError(.unavailable, "bubblewrap is missing")) { _ = try await gate.sandbox() }
        #expect(gauges == ["held": 0, "missing": 1])
        #expect(await look(gate).items.first?.state == .degraded("no agent runs on this machine: bubblewrap is missing"))
        #expect(lines.all == [#"warning: no agent runs on this machine reason="bubblewrap is missing""#])
    }

    @Test func `without walls is said in the log, to probes and under pull requests; with walls nothing is`() async throws {
        let gate = gate(.unwalled(NamedSandbox(summary: "none"), warning: "no walls"))
        #expect(lines.all == ["warning: no walls "])
        #expect(try await gate.sandbox().summary == "none")
        #expect(await look(gate).items.first?.state == .degraded("no walls"))
        #expect(gauges == ["held": 0, "missing": 0])
        #expect(
            gate.state.footer
                == "_Commands for this were run without walls (`sandbox.kind: none`): they could read and change what the service can._")
        for state in [SandboxGate.State.untried, .walled(15), .closed("bwrap is missing")] { #expect(state.footer == nil) }
    }

    @Test func `a model is told by its name, and none is no fault`() async {
        let report = await Readiness([.model("claude-sonnet-5"), .model(nil)]).look()
        #expect(report.items.map(\.state) == [.ok("configured: claude-sonnet-5"), .ok("none: the rules review alone")])
    }
}
