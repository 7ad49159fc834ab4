// `forge tools …`: what a model that works for Forge is offered, and each of it tried by hand on a folder. It is the same runner and the same
// rules that a run has; without --write nothing in the folder can be changed.

import ForgeConfig
import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeRules
import ForgeSandbox
import ForgeSystem

enum ToolsCommand {
    static let all = [list, call]

    private static let list = CommandSpecification(
        "tools list", "what a model that works for Forge can do",
        details:
            "--json prints a line for each: {\"name\", \"description\", \"input_schema\"}, byte for byte as a model is told. docs/tools.md says more.",
        options: [.init("role", "ROLE", "only what this kind of role is given: reader, engineer or qa"), .json]
    ) { arguments, context in
        let role = try arguments.choice("role", ToolRole.self)
        var table = Table(["tool", "roles", "arguments", "what it does"], whenEmpty: "there are no tools")
        for name in role?.tools ?? ToolName.allCases {
            let tool = name.specification
            let roles = ToolRole.allCases.filter { $0.mayUse(name) }.map(\.rawValue).joined(separator: ",")
            let fields = tool.fields.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: " ")
            table.add(
                [.init(name.rawValue, .good), .init(roles), .init(fields.isEmpty ? nil : fields), .init(tool.summary)],
                ["name": .string(name.rawValue), "description": .string(tool.summary), "input_schema": tool.schema])
        }
        try context.show(table, json: arguments.has("json"))
        return .ok
    }

    private static let call = CommandSpecification(
        "tools call", "carry out one tool on a folder, as a run would",
        details: """
            JSON is the tool's arguments, '-' reads them from standard input. What the tool answers is what a model would be shown. The
            rules judge the call; nothing is approved here. Commands run in the sandbox of the settings. Tools that need a run (tests,
            history, a ticket) say that they are not to be had.
            Exit codes: 0 done, 1 the tool said what is wrong, 2 no such tool, folder or pack, 3 failed.

              forge tools call search '{"pattern": "func main"}'
              forge tools call --write edit_file '{"path": "a.txt", "old_text": "one", "new_text": "two"}'
            """,
        positionals: [
            .init("NAME", "the tool, as 'forge tools list' names it"), .init("JSON", optional: true, "its arguments (default {})"),
        ],
        options: [
            .init("root", "DIR", "the folder (default: this one)"), .init("write", nil, "let it change files there"),
            .init("repository-config", "FILE", "whose scope holds (default: the folder's own .forge.yml)"), .config, .rulesDir,
        ]
    ) { arguments, context in
        let name = try toolName(arguments.positional(0) ?? "")
        let text = try argumentsText(arguments.positional(1) ?? "{}")
        let runner = try runner(arguments, context)
        let role = [ToolRole.engineer, .qa, .reader].first { $0.mayUse(name) } ?? .engineer
        let call = ToolCall(id: "1", name: name.rawValue, argumentsText: text)
        let turn = try await untilInterrupted { try await runner.carryOut([call], by: ToolCaller(name: "person", role: role), turn: 1) }
        guard let result = turn.results.first else { throw CommandFailure.failed("the tool gave no answer") }
        try context.write(result.text.hasSuffix("\n") ? result.text : result.text + "\n")
        return result.isError ? .refused : .ok
    }

    private static func toolName(_ text: String) throws(CommandFailure) -> ToolName {
        if let name = ToolName(rawValue: text) { return name }
        let names = ToolName.allCases.map(\.rawValue)
        let nearest = Nearest.name(to: text, in: names).map { "; did you mean '\($0)'?" } ?? ""
        throw .badInput("there is no tool '\(Table.flat(text))'\(nearest) See 'forge tools list'")
    }

    private static func argumentsText(_ text: String) throws(CommandFailure) -> String {
        guard text == "-" else { return text }
        do throws(SystemError) {
            return String(decoding: try Files.readAll(StandardStream.input, name: "standard input", bytesMax: 16 << 20), as: UTF8.self)
        } catch {
            throw .badInput("the arguments cannot be read: \(error)")
        }
    }

    private static func runner(_ arguments: Arguments, _ context: CommandContext) throws -> ToolRunner {
        let settings = try loadSettings(arguments, context).sandbox
        let packs = try RulePacks.load(arguments, context)
        let folder = absolutePath(arguments.value("root") ?? ".")
        let own = "\(folder)/.forge.yml"
        let config = arguments.value("repository-config") ?? (Files.exists(own) ? own : nil)
        let judge = try RuleToolJudge(packs, scope: try RulesCommands.scopePolicy(try packs.scope(), config: config))
        let files: WorkFolder
        do throws(WorkFileError) {
            files = try WorkFolder(folder)
        } catch {
            throw CommandFailure.badInput("--root: \(error)")
        }
        var sandbox: (any Sandbox)?
        do throws(CommandFailure) {
            sandbox = try settings.sandbox(context)
        } catch {
            // Tools that run nothing need none, and the others say so.
            context.note("forge: no command can be run: \(error)")
        }
        var limits = ToolLimits()
        limits.command.memoryBytes = settings.memory
        limits.command.processes = settings.processes
        let place = ToolPlace(files: files, folder: folder, sandbox: sandbox, mayChange: arguments.has("write"))
        return ToolRunner(
            place, judge: judge, text: ToolText(redact: try redaction(packs, context)), journal: nil, limits: limits,
            clock: ContinuousClock())
    }

    /// By the rules alone: a person who tries a tool has handed no secrets in.
    private static func redaction(_ packs: RulePacks, _ context: CommandContext) throws -> @Sendable ([UInt8]) -> [UInt8] {
        let rules = try packs.compiled(context) { $0.subject == .text && $0.pack != InjectionDetector.pack }
        return { bytes in TextRedactor(known: Redactor(), scanner: SecretScanner(rules)).redactKeepingLines(bytes) }
    }
}
