// Projects of Node and of Deno: which script runs the tests, and what the script calls.

import ForgeCore

enum NodeTests {
    static let names = [
        "package.json", "pnpm-lock.yaml", "bun.lock", "yarn.lock", ".yarnrc.yml", "pnpm-workspace.yaml", "deno.json", "deno.jsonc",
    ]
    private static let scripts = ["test", "test:unit", "test:ci", "tests", "unit"]

    static func candidates(_ folder: TestFolder) -> [TestCandidate] {
        guard let package = folder.json("package.json") else { return [] }
        let choice = PackageTool.of(folder)
        let why = "package.json, and \(choice.why)"
        for (rank, script) in scripts.enumerated() {
            guard let text = package["scripts"]?[script]?.string?.trimmingBlanks, isTest(text) else { continue }
            return [
                scripted(folder, choice, script, text, package, "\(why): scripts.\(script) is '\(text.cut(toBytes: 120))'", 90 - rank * 5)
            ]
        }
        return unscripted(folder, choice, package, why)
    }

    /// What npm writes into a new package.json, and what does nothing, is no test.
    static func isTest(_ script: String) -> Bool {
        if script.isEmpty || script.contains("no test specified") || script == "true" || script == "exit 0" || script == ":" {
            return false
        }
        return !(script.hasPrefix("echo ") && !script.contains("&&") && !script.contains(";") && !script.contains("|"))
    }

    private static func scripted(
        _ folder: TestFolder, _ choice: PackageTool.Choice, _ script: String, _ text: String, _ package: JSON, _ why: String,
        _ score: Int
    ) -> TestCandidate {
        let command = choice.manager.run(script)
        var candidate = TestCandidate(
            row: "node", folder: folder.place, command: command, setup: choice.manager.install(hasLock: choice.hasLock),
            setupFolder: choice.folder.place, programs: ["node_modules/.bin"], why: why, score: score)
        let words = text.split(separator: " ").map(String.init)
        if let flags = RunnerFlags.of(text), flags.measured.hasPrefix(text + " ") {
            // Arguments behind a script's name reach the command that ends it.
            candidate.measured = choice.manager.run(script, String(flags.measured.dropFirst(text.count + 1)))
            candidate.one = flags.one.flatMap {
                $0.hasPrefix(text + " ") ? choice.manager.run(script, String($0.dropFirst(text.count + 1))) : nil
            }
            candidate.format = flags.format
            candidate.collect = flags.collect
        } else if Runner.of(words) == .node, package["scripts"]?["pre\(script)"] == nil, let flags = RunnerFlags.of(text) {
            candidate.measured = flags.measured
            candidate.format = .tap
        }
        return candidate
    }

    /// A runner among the dependencies, and no script that calls it.
    private static func unscripted(
        _ folder: TestFolder, _ choice: PackageTool.Choice, _ package: JSON, _ why: String
    ) -> [TestCandidate] {
        let dependencies = ["devDependencies", "dependencies"].flatMap { package[$0]?.members ?? [] }.map(\.name)
        let setup = choice.manager.install(hasLock: choice.hasLock)
        for program in ["vitest", "jest", "mocha", "ava"] where dependencies.contains(program) {
            let command = choice.manager.execute(program == "vitest" ? "vitest run" : program)
            let flags = Runner(rawValue: program)?.flags(command, command)
            return [
                TestCandidate(
                    row: "node", folder: folder.place, command: command, setup: setup, setupFolder: choice.folder.place,
                    measured: flags?.measured, format: flags?.format, collect: flags?.collect, one: flags?.one,
                    programs: ["node_modules/.bin"], why: "\(why): \(program) is a dependency, and no script runs tests", score: 60)
            ]
        }
        let isTested = folder.hasFile { name in [".test.", ".spec."].contains { name.contains($0) } && name.hasSuffix("s") }
        guard isTested, choice.manager == .bun else { return isTested ? [plain(folder, choice, why)] : [] }
        let flags = RunnerFlags.of("bun test")
        return [
            TestCandidate(
                row: "node", folder: folder.place, command: "bun test", setup: setup, setupFolder: choice.folder.place,
                measured: flags?.measured, format: flags?.format, collect: flags?.collect, why: "\(why): Bun runs test files itself",
                score: 60)
        ]
    }

    private static func plain(_ folder: TestFolder, _ choice: PackageTool.Choice, _ why: String) -> TestCandidate {
        TestCandidate(
            row: "node", folder: folder.place, command: "node --test", setup: choice.manager.install(hasLock: choice.hasLock),
            setupFolder: choice.folder.place, measured: "node --test --test-reporter=tap", format: .tap,
            why: "\(why): there are test files and no script; Node runs them itself", score: 20)
    }

    static func deno(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.hasAny("deno.json", "deno.jsonc") else { return [] }
        let name = folder.has("deno.json") ? "deno.json" : "deno.jsonc"
        let hasTask = folder.json(name)?["tasks"]?["test"] != nil
        let isTested = folder.hasFile { ["_test.ts", ".test.ts", "_test.js", ".test.js", "_test.tsx"].contains(where: $0.hasSuffix) }
        guard hasTask || isTested else { return [] }
        let flags = hasTask ? nil : RunnerFlags.of("deno test")
        return [
            TestCandidate(
                row: "deno", folder: folder.place, command: hasTask ? "deno task test" : "deno test", setup: "deno install",
                measured: flags?.measured, format: flags?.format, collect: flags?.collect,
                why: hasTask ? "\(name) has the task 'test'" : "\(name), and test files", score: 95)
        ]
    }
}
