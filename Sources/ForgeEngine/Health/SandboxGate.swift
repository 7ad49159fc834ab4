// Whether commands of agents may be run on this machine: whoever is about to run one asks here, and gets the sandbox or the reason why not. The
// walls are tried once, beside the service's other work. It must never answer with anything weaker than what the settings name.

package import ForgeCore
import Synchronization

/// What trying the walls came to.
package struct WallTrial: Hashable, Sendable {
    package var held: Int
    package var missing: Int
    /// Which walls fell, and to what: nothing may run; nil when every wall held.
    package var breach: String?

    package init(held: Int, missing: Int, breach: String?) {
        self.held = held
        self.missing = missing
        self.breach = breach
    }
}

/// What the settings ask for, as far as this machine has it.
package enum SandboxCandidate: Sendable {
    /// `trial` does its work once, however often it is asked.
    case walled(any Sandbox, trial: @Sendable () async -> WallTrial)
    /// By the operator's own choice, which is said wherever it shows.
    case unwalled(any Sandbox, warning: String)
    case missing(SandboxError)
}

package final class SandboxGate: Sendable {
    package enum State: Hashable, Sendable {
        case untried
        /// So many walls were tried, and all of them held.
        case walled(Int)
        case unwalled(String)
        case closed(String)

        /// What a pull request says below about commands that were run for it; nil when there is nothing to say.
        package var footer: String? {
            guard case .unwalled = self else { return nil }
            return "_Commands for this were run without walls (`sandbox.kind: none`): they could read and change what the service can._"
        }
    }

    private let candidate: SandboxCandidate
    private let found: Mutex<State>
    private let held: Gauge
    private let missing: Gauge
    private let log: Log

    package init(_ candidate: SandboxCandidate, metrics: Metrics, log: Log) {
        self.candidate = candidate
        self.log = log
        let help = "Walls of the sandbox as they were tried at the start, by whether they held."
        held = metrics.gauge("forge_sandbox_walls", help, [.init("state", "held")])
        missing = metrics.gauge("forge_sandbox_walls", help, [.init("state", "missing")])
        switch candidate {
        case .walled: found = Mutex(.untried)
        case .unwalled(_, let warning):
            found = Mutex(.unwalled(warning))
            log.warning(warning)
        case .missing(let error):
            found = Mutex(.closed(error.message))
            missing.set(1)
            log.warning(Self.closed, [.init("reason", .string(error.message))])
        }
    }

    fileprivate static let closed = "no agent runs on this machine"

    /// As far as it is known by now: it waits for nothing.
    package var state: State { found.withLock { $0 } }

    /// The sandbox to run a command in. Waits until the walls were tried.
    package func sandbox() async throws(SandboxError) -> any Sandbox {
        switch candidate {
        case .unwalled(let sandbox, _): return sandbox
        case .missing(let error): throw error
        case .walled(let sandbox, let trial):
            let result = await trial()
            note(result)
            if let breach = result.breach { throw SandboxError(.breached, "\(Self.closed): \(breach)") }
            return sandbox
        }
    }

    /// Beside the service's other work, so that it is known before anybody asks.
    package func tryWalls() async {
        guard case .walled(_, let trial) = candidate else { return }
        note(await trial())
    }

    private func note(_ trial: WallTrial) {
        let state = trial.breach.map { State.closed($0) } ?? .walled(trial.held)
        let isNews = found.withLock { found in
            defer { found = state }
            return found == .untried
        }
        guard isNews else { return }
        held.set(trial.held)
        missing.set(trial.missing)
        if let breach = trial.breach {
            log.error(Self.closed, [.init("reason", .string(breach))])
        } else {
            log.info("the sandbox's walls hold", [.init("walls", JSON(trial.held))])
        }
    }
}

extension ReadinessCheck {
    /// It tells, and never makes the service unready: reviews by rules run no commands.
    package static func sandbox(_ gate: SandboxGate) -> ReadinessCheck {
        ReadinessCheck(name: "sandbox") {
            switch gate.state {
            case .untried: .ok("its walls are being tried")
            case .walled(let count): .ok("all of its \(count) walls hold")
            case .unwalled(let warning): .degraded(warning)
            case .closed(let reason): .degraded("\(SandboxGate.closed): \(reason)")
            }
        }
    }

    /// - Parameter name: nil when there is nobody to ask.
    package static func model(_ name: String?) -> ReadinessCheck {
        ReadinessCheck(name: "model") { .ok(name.map { "configured: \($0)" } ?? "none: the rules review alone") }
    }
}
