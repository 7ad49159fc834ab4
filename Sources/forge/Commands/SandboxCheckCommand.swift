// `forge sandbox check`: every wall of this machine tried by hand, and what was found there.

import ForgeConfig
import ForgeCore
import ForgeSandbox

enum SandboxCheckCommand {
    static let check = CommandSpecification(
        "sandbox check", "try every wall of the sandbox on this machine",
        details: """
            Starts one sandbox with a script inside that tries to get out, and things outside for it to get at.
            In JSON each line's 'kind' is 'machine' for what was found here, and 'wall' for what was tried.
            Exit codes: 0 every wall held, 1 one did not, and no command of an agent is run here; or there are none (sandbox.kind: none),
            3 nothing could be tried: bubblewrap is missing.
            """,
        options: [.json, .config]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context).sandbox
        let sandbox = try settings.sandbox(context)
        var table = Table(["wall", "state", "detail"], whenEmpty: "no walls")
        guard let walled = sandbox as? BubblewrapSandbox else {
            table.add(
                [.init("all"), .init("missing", .bad), .init(UnwalledSandbox.warning)],
                Self.json("wall", "all", false, UnwalledSandbox.warning))
            try context.show(table, json: arguments.has("json"))
            return .refused
        }
        let report = await walled.walls()
        for fact in walled.facts {
            table.add(
                [.init(fact.name), .init(fact.isHeld ? "there" : "missing", fact.isHeld ? .plain : .notice), .init(fact.detail)],
                Self.json("machine", fact.name, fact.isHeld, fact.detail))
        }
        for wall in report.walls {
            table.add(
                [.init(wall.name), .init(wall.isHeld ? "held" : "fallen", wall.isHeld ? .good : .bad), .init(wall.detail)],
                Self.json("wall", wall.name, wall.isHeld, wall.detail))
        }
        try context.show(table, json: arguments.has("json"))
        return report.breach == nil ? .ok : .refused
    }

    private static func json(_ kind: String, _ name: String, _ isHeld: Bool, _ detail: String) -> JSON {
        ["schema": 1, "kind": .string(kind), "wall": .string(name), "held": .bool(isHeld), "detail": .string(detail)]
    }
}
