// `forge runs …`: attempts at work, with their steps, findings and what they left behind. It must never let what others wrote move the cursor.

import ForgeCore
import ForgeModels
import ForgeSystem

enum RunCommands {
    static let all = [list, show, artifact, transcript]

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
        "runs show", "show one run with its steps, findings and artifacts",
        details: """
            A step that asked a model names under 'exchanges' the artifacts that hold what was asked and answered; 'runs artifact' prints one,
            'runs transcript' all of them.
            """, positionals: [.init("ID", "the run's number")], options: [.json, .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: Run.self)
        return try await withStore(arguments, context) { store in
            let run = try await known(id, store)
            let steps = try await store.steps(of: id, scope: .all).map(\.json)
            let findings = try await store.findings(of: id, scope: .all).map(\.json)
            let artifacts = try await store.artifacts(of: id, scope: .all).map(\.json)
            let more: [JSON.Member] = [
                .init("steps", .array(steps)), .init("findings", .array(findings)), .init("artifacts", .array(artifacts)),
            ]
            try context.show(.object((run.json.members ?? []) + more))
            return .ok
        }
    }

    private static func known(_ id: RunID, _ store: any Store) async throws -> Run {
        guard let run = try await store.run(id, scope: .all) else { throw CommandFailure.refused("there is no run \(id)") }
        return run
    }

    // MARK: What a run left behind

    private static let out = OptionSpecification(
        "out", "FILE", "make this file of it, for its owner alone, in place of one that is there (default: standard output)")

    private static let artifact = CommandSpecification(
        "runs artifact", "print something that a run left behind, such as the log of its tests",
        details: """
            Its bytes as they were kept; on a terminal, what would move the cursor is written out. 'runs show' lists a run's artifacts.
            Exit codes: 0 printed, 1 there is none such, 2 several begin alike.
            """,
        positionals: [
            .init("ID", "the run's number"), .init("DIGEST", "the artifact's digest, or as much of its beginning as only it has"),
        ],
        options: [out, .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: Run.self)
        let beginning = arguments.positional(1) ?? ""
        return try await withStore(arguments, context) { store in
            _ = try await known(id, store)
            let fitting = try await store.artifacts(of: id, scope: .all).filter { $0.digest.hasPrefix(beginning) }
            guard fitting.count <= 1 || beginning.isEmpty else {
                throw CommandFailure.badInput("\(fitting.count) artifacts of run \(id) begin with '\(beginning)': give more of the digest")
            }
            guard !beginning.isEmpty, let found = fitting.first,
                let artifact = try await store.artifact(found.digest, run: id, scope: .all)
            else {
                throw CommandFailure.refused("run \(id) has no artifact '\(beginning)'; 'forge runs show \(id)' lists them")
            }
            if let path = arguments.value("out") {
                try write(artifact.bytes, to: path)
            } else {
                try print(artifact.bytes, context)
            }
            return .ok
        }
    }

    private static let transcript = CommandSpecification(
        "runs transcript", "write what a run asked models and was answered, to be read or played again",
        details: """
            The settings model.provider: scripted with model.script play it, and so does 'forge model ask --replay FILE --role ROLE': an
            exchange is played only for its own role, such as reviewer. Tries that failed and were made again, answers that were lost
            with their process, and questions that were given up, are left out, so that it makes the same run; --all has them too.
            Exit codes: 0 written, 1 the run kept no exchange that it used, or there is no such run.
            """,
        positionals: [.init("ID", "the run's number")],
        options: [out, .init("all", nil, "every exchange, also those that the run did not use"), .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: Run.self)
        return try await withStore(arguments, context) { store in
            _ = try await known(id, store)
            let kept = try await exchanges(of: id, store)
            let found = RunTranscript(kept, steps: try await store.steps(of: id, scope: .all), isComplete: arguments.has("all"))
            guard !found.exchanges.isEmpty else {
                guard found.leftOut == 0 else {
                    throw CommandFailure.refused("run \(id) used none of the exchanges that it kept; --all has them")
                }
                throw CommandFailure.refused("run \(id) kept no exchange with a model: it asked none, or model.record is false")
            }
            if let path = arguments.value("out") {
                try write(Array(found.text.utf8), to: path)
            } else {
                try print(Array(found.text.utf8), context)
            }
            if found.leftOut > 0 { context.note("left out: \(found.leftOut) that the run did not use; --all has them too") }
            return .ok
        }
    }

    private static func exchanges(of id: RunID, _ store: any Store) async throws -> [(digest: String, json: JSON)] {
        var kept: [(digest: String, json: JSON)] = []
        for summary in try await store.artifacts(of: id, scope: .all) where ArtifactKind.isExchange(summary.kind) {
            guard let artifact = try await store.artifact(summary.digest, run: id, scope: .all) else { continue }
            kept.append((summary.digest, try JSONParser.parse(artifact.bytes, limits: TranscriptFile.limits).value))
        }
        return kept
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        do throws(SystemError) {
            try Files.replace(bytes, at: path, mode: 0o600)
        } catch {
            throw .failed("--out: \(error)")
        }
    }

    private static func print(_ bytes: [UInt8], _ context: CommandContext) throws(CommandFailure) {
        if context.isTerminal {
            var text = TerminalText()
            return try context.write(text.take(bytes) + text.finish())
        }
        do throws(SystemError) {
            try StandardStream.write(bytes, to: StandardStream.output)
        } catch {
            throw .failed("standard output: \(error.message)")
        }
    }
}
