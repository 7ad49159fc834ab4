// What `forge doctor` says of the sandbox: each wall, and what keeps agents from running here.

import ForgeConfig
import ForgeCore
import ForgeSandbox

extension SandboxSettings {
    var findings: [DoctorFinding] {
        get async {
            guard kind == .bubblewrap else {
                return [
                    DoctorFinding(
                        name: "sandbox", state: .warning, detail: UnwalledSandbox.warning,
                        advice: "set sandbox.kind to bubblewrap, unless forge has a container of its own")
                ]
            }
            do throws(SandboxError) {
                let sandbox = try BubblewrapSandbox(bubblewrap)
                let report = await sandbox.walls()
                return sandbox.facts.map { Self.fact($0, sandbox) } + report.walls.map(Self.wall)
            } catch {
                return [
                    DoctorFinding(
                        name: "sandbox", state: .wrong, detail: error.message, advice: "apt-get install bubblewrap; see docs/security.md")
                ]
            }
        }
    }

    private static func fact(_ fact: Wall, _ sandbox: BubblewrapSandbox) -> DoctorFinding {
        DoctorFinding(
            name: "sandbox \(fact.name)", state: fact.isHeld ? .fine : .warning, detail: fact.detail,
            advice: fact.isHeld ? nil : "one wall fewer than there could be; see docs/security.md")
    }

    private static func wall(_ wall: Wall) -> DoctorFinding {
        DoctorFinding(
            name: "wall \(wall.name)", state: wall.isHeld ? .fine : .wrong, detail: wall.detail,
            advice: wall.isHeld ? nil : "no command of an agent is run on this machine until it holds; see docs/security.md")
    }
}
