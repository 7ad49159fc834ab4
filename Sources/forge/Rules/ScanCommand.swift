// `forge rules scan PATH…`: rules over all files below some folders. It must never end well when something could not be read.

import ForgeCore
import ForgeRules
import ForgeSystem

enum ScanCommand {
    static func run(_ rules: RuleSet, _ arguments: Arguments, _ context: CommandContext) async throws -> ExitCode {
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
}
