// `forge rules scan PATH…`: all rules over all files below some folders. It must never end well when something could not be read.

import ForgeCore
import ForgeResources
import ForgeRules
import ForgeSystem

enum ScanCommand {
    static let jobs = OptionSpecification("jobs", "N", "how many files are read at the same time (default: one per processor)")
    static let rulesFolder = OptionSpecification("rules", "DIR", "a folder with packs of your own, beside or in place of those built in")

    static let specification = CommandSpecification(
        "rules scan", "what the rules find in files, without a repository",
        details: """
            Every file below the paths (default: the current folder), but for .git; symlinks are not followed, and binary files are left out.
            Exit codes: 0 nothing found, 1 findings, 2 bad input, 3 nothing found but not everything could be read.
            """,
        positionals: [.init("PATH", optional: true, repeats: true, "a file or a folder")],
        options: [jobs, rulesFolder, .json]
    ) { arguments, context in
        try await run(arguments, context)
    }

    static func run(_ arguments: Arguments, _ context: CommandContext) async throws -> ExitCode {
        let rules = try compiledRules(arguments, context)
        let scan = TreeScan(rules: rules, workers: try arguments.integer("jobs", in: 1...256, default: ProcessFacts.processorCount))
        let report = ScanReport(context, json: arguments.has("json"))
        let walk = try walk(arguments.positionals)
        try report.begin()
        let totals = try await scan.run(walk) { file throws(CommandFailure) in try report.add(file) }
        try report.end(totals)
        return totals.findings > 0 ? .refused : totals.isPartial ? .failed : .ok
    }

    static func walk(_ paths: [String]) throws(CommandFailure) -> TreeWalk {
        do throws(SystemError) {
            return try TreeWalk(paths.isEmpty ? ["."] : paths)
        } catch {
            throw .badInput(error.description)
        }
    }

    static func compiledRules(_ arguments: Arguments, _ context: CommandContext) throws -> RuleSet {
        let rules = try rulesOn(arguments)
        do {
            return try PatternCache.forCommands(context.environment).ruleSet(rules) { context.note("forge: \($0)") }
        } catch {
            throw CommandFailure.badInput(error.description)
        }
    }

    static func rulesOn(_ arguments: Arguments) throws -> [PatternRule] {
        var files = ["secrets", "injection", "review", "tests"].compactMap { name -> PackFile? in
            Resource.bytes(of: "Rules/\(name).yml").map { PackFile(layer: .builtIn, name: "Rules/\(name).yml", bytes: $0) }
        }
        if let folder = arguments.value("rules") {
            for entry in try Files.entries(of: Array(folder.utf8)).map({ String(decoding: $0.name, as: UTF8.self) }).sorted()
            where entry.hasSuffix(".yml") {
                files.append(PackFile(layer: .operator, name: "\(folder)/\(entry)", bytes: try Files.read("\(folder)/\(entry)")))
            }
        }
        do {
            return RuleSelection(try PackLibrary(files).packs).rulesOn
        } catch {
            throw CommandFailure.badInput(error.description)
        }
    }
}
