// `forge rules test`: whether every rule does what its own examples show.

import ForgeCore
import ForgeRules

extension RulesCommands {
    static let test = CommandSpecification(
        "rules test", "run every example of every pack",
        details: """
            Prints a row for each pack and, below, each failure with its file and line. With --rules-dir the packs of a folder are tested
            along with Forge's: run it before you install one. Exit codes: 0 all hold, 1 an example fails, 2 a pack that cannot be read.
            """,
        positionals: [.init("PACK", optional: true, "one pack; all of them without it")],
        options: [.json, .rulesDir]
    ) { arguments, context in
        let folder = arguments.value("rules-dir") ?? context.environment["FORGE_RULES_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        let files = RulePacks.builtIn + (try RulePacks.operatorFiles(folder))
        var reports: [ExampleReport] = []
        do throws(PackErrors) {
            reports = try PackTesting.reports(files)
        } catch {
            throw CommandFailure.badInput("\(error)")
        }
        if let name = arguments.positional(0) {
            let known = reports.map(\.pack)
            reports = reports.filter { $0.pack == name }
            if reports.isEmpty { throw noPack(name, known) }
        }
        try context.show(table(reports), json: arguments.has("json"))
        for report in reports {
            for failure in report.failures { try show(failure, report, context, json: arguments.has("json")) }
        }
        return reports.allSatisfy(\.failures.isEmpty) ? .ok : .refused
    }

    private static func table(_ reports: [ExampleReport]) -> Table {
        var table = Table(["pack", "rules", "examples", "failures", "file"], whenEmpty: "no packs")
        for report in reports {
            let count = report.failures.count
            table.add(
                [
                    .init(report.pack), .init("\(report.ruleCount)"), .init("\(report.exampleCount)"),
                    .init("\(count)", count == 0 ? .good : .bad), .init(report.file, .faint),
                ],
                [
                    "pack": .string(report.pack), "rules": JSON(report.ruleCount), "examples": JSON(report.exampleCount),
                    "failures": JSON(count), "file": .string(report.file),
                ])
        }
        return table
    }

    private static func show(_ failure: ExampleFailure, _ report: ExampleReport, _ context: CommandContext, json: Bool) throws {
        guard json else { return try context.print(Table.flat(failure.text(file: report.file))) }
        let value: JSON = [
            "file": .string(report.file), "line": JSON(failure.line), "rule": .string(failure.rule), "message": .string(failure.message),
        ]
        try context.print(value.text)
    }
}
