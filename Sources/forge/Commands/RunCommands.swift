// `forge runs …`: attempts at work, with their steps and findings.

import ForgeCore

enum RunCommands {
    static let all = [list, show]

    private static let list = CommandSpecification(
        "runs list", "list runs, newest first",
        options: [
            .init("state", "STATE", "such as done, halted or failed"), .init("kind", "KIND", "review, remediation or question"),
            .init("repository", "OWNER/NAME", "of one repository"), .limit, .before, .json, .config,
        ]
    ) { arguments, context in
        let page = try arguments.page()
        let kind = arguments.value("kind").map(RunKind.init(rawValue:))
        if case .some(nil) = kind { throw CommandFailure.badInput("--kind is review, remediation or question") }
        let filter = RunFilter(
            state: try arguments.choice("state", RunState.self), kind: kind ?? nil, repository: arguments.value("repository"))
        return try await withStore(arguments, context) { store in
            let found = try await store.runs(filter, page: page, scope: .all)
            var table = Table(["id", "updated", "kind", "state", "repository", "subject", "reason"], whenEmpty: "No runs yet.")
            for run in found.items {
                table.add(
                    [
                        .init(run.id.description), .init(run.updatedAt.shortText, .faint), .init(run.new.kind.rawValue),
                        .init(run.state.rawValue, run.state == .done ? .good : .plain), .init(run.new.repository), .init(run.new.subject),
                        .init(run.reason, .faint),
                    ], run.json)
            }
            try context.show(table, json: arguments.has("json"))
            if let next = found.next, context.isTerminal { context.note("more: --before \(next)") }
            return .ok
        }
    }

    private static let show = CommandSpecification(
        "runs show", "show one run with its steps and findings", positionals: [.init("ID", "the run's number")], options: [.json, .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: Run.self)
        return try await withStore(arguments, context) { store in
            guard let run = try await store.run(id, scope: .all) else { throw CommandFailure.refused("there is no run \(id)") }
            let steps = try await store.steps(of: id, scope: .all).map(\.json)
            let findings = try await store.findings(of: id, scope: .all).map(\.json)
            let more: [JSON.Member] = [.init("steps", .array(steps)), .init("findings", .array(findings))]
            try context.show(.object((run.json.members ?? []) + more))
            return .ok
        }
    }
}
