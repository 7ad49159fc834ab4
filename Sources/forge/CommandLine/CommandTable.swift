// Finds the command for a line of words, and writes help. The list of commands itself is in `main.swift`.

import ForgeCore

struct CommandTable: Sendable {
    let commands: [CommandSpecification]

    /// Carries out a line of words; every failure ends as one sentence on standard error and an exit code.
    func run(_ words: [String], _ context: CommandContext) async -> ExitCode {
        do {
            return try await dispatch(words, context)
        } catch let failure as CommandFailure {
            context.note("forge: \(failure.message)")
            return failure.code
        } catch let error as StoreError {
            context.note("forge: \(error.message)")
            return .failed
        } catch {
            context.note("forge: \(error)")
            return .failed
        }
    }

    private func dispatch(_ words: [String], _ context: CommandContext) async throws -> ExitCode {
        guard let first = words.first, first != "--help", first != "-h" else {
            try context.write(overview)
            return .ok
        }
        if first == "help" { return try help(Array(words.dropFirst()), context) }
        if first == "--version" { return try await dispatch(["version"] + words.dropFirst(), context) }
        guard let command = command(for: words) else {
            // `forge deliveries --help`
            if let last = words.last, words.count > 1, last == "--help" || last == "-h" { return try help(words.dropLast(), context) }
            throw unknown(words)
        }
        let arguments = try Arguments(words.dropFirst(command.path.count), for: command)
        if arguments.has("help") {
            try context.write(Self.help(for: command))
            return .ok
        }
        return try await command.run(arguments, context)
    }

    /// The command with the longest path that the words begin with.
    private func command(for words: [String]) -> CommandSpecification? {
        commands.filter { words.starts(with: $0.path) }.max { $0.path.count < $1.path.count }
    }

    private func help(_ words: [String], _ context: CommandContext) throws(CommandFailure) -> ExitCode {
        if words.isEmpty {
            try context.write(overview)
        } else if let command = command(for: words), command.path.count == words.count {
            try context.write(Self.help(for: command))
        } else if commands.contains(where: { $0.path.starts(with: words) }) {
            try context.write(group(words))
        } else {
            throw unknown(words)
        }
        return .ok
    }

    private func unknown(_ words: [String]) -> CommandFailure {
        let group = commands.filter { $0.path.first == words[0] && $0.path.count > 1 && !$0.isHidden }
        guard group.isEmpty else {
            let names = group.map { $0.path[1] }
            let wanted = "'forge \(words[0])' is followed by one of: \(names.joined(separator: ", "))"
            guard words.count > 1 else { return .badInput(wanted) }
            let nearest = Nearest.name(to: words[1], in: names).map { "; did you mean '\($0)'?" } ?? ""
            return .badInput("\(wanted), not '\(words[1])'\(nearest)")
        }
        let nearest = Nearest.name(to: words[0], in: commands.filter { !$0.isHidden }.map { $0.path[0] })
        return .badInput("unknown command '\(words[0])'\(nearest.map { "; did you mean '\($0)'?" } ?? ".") See 'forge help'")
    }

    private var overview: String {
        let shown = commands.filter { !$0.isHidden }
        return """
            forge: a review bot and webhook service that you host yourself

            usage: forge COMMAND [OPTIONS]

            \(Self.columns(shown.map { ($0.name, $0.summary) }))
            'forge COMMAND --help' tells more. Exit codes: 0 ok, 1 findings or refused, 2 bad input, 3 failed.

            """
    }

    private func group(_ words: [String]) -> String {
        let members = commands.filter { $0.path.starts(with: words) && !$0.isHidden }
        return "usage: forge \(words.joined(separator: " ")) COMMAND [OPTIONS]\n\n" + Self.columns(members.map { ($0.name, $0.summary) })
    }

    static func help(for command: CommandSpecification) -> String {
        let positionals = command.positionals.map { spec in
            let name = spec.name + (spec.repeats ? "…" : "")
            return spec.isOptional ? " [\(name)]" : " \(name)"
        }.joined()
        var text = "\(command.summary)\n\nusage: forge \(command.name)\(positionals) [OPTIONS]\n"
        if !command.details.isEmpty { text += "\n\(command.details)\n" }
        if !command.positionals.isEmpty { text += "\n" + columns(command.positionals.map { ($0.name, $0.help) }) }
        let options = command.options + [.help]
        text += "\noptions\n" + columns(options.map { ("--\($0.name)\($0.value.map { " \($0)" } ?? "")", $0.help) })
        return text
    }

    private static func columns(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { "  \($0.0)\(String(repeating: " ", count: width - $0.0.count + 2))\($0.1)\n" }.joined()
    }
}
