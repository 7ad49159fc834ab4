// Holds the source and Package.swift to the import table, and shows each of those rules catching what it is for.

import Testing

@Suite struct ImportTests {
    private let rows = ImportTable.rows
    private let targets = PackageManifest.targets(Project.sources.first { $0.path == "Package.swift" } ?? SwiftSource(""))

    @Test func `the table goes down only and owns each C library once`() {
        expectNone(problemsInTable(rows))
    }

    @Test func `every module imports only what its row opens`() {
        let sources = Project.sources.filter { $0.isProduct || $0.module == "ForgeTestSupport" }
        // A module without a row says so once, however many files it has.
        expectNone(Set(sources.flatMap { problemsWithImports($0, rows: rows) }).sorted())
    }

    @Test func `every test imports only what its target depends on`() {
        expectNone(Project.sources.filter(\.isTest).flatMap { problemsWithTestImports($0, targets: targets) })
    }

    @Test func `Package.swift and the table say the same`() {
        #expect(targets.count > rows.count)
        expectNone(problemsWithManifest(targets, rows: rows))
    }

    @Test func `unsafe is said only where C is wrapped`() {
        expectNone(Project.sources.flatMap { problemsWithUnsafe($0, rows: rows) })
    }

    @Test func `every folder of tests is a target that tests a module`() {
        let folders = Project.paths.filter { $0.hasPrefix("Tests/") && $0.hasSuffix(".swift") }.compactMap { path in
            path.split(separator: "/").dropFirst().first.map(String.init)
        }
        expectNone(problemsWithTestTargets(folders: Set(folders), targets: targets))
    }
}

@Suite struct ImportRuleTests {
    private let rows = [
        ImportRow(module: "ForgeCore", room: .words),
        ImportRow(module: "ForgeGit", room: .adapter, imports: ["ForgeCore"], wraps: ["CGit2"], system: ["Glibc"]),
        ImportRow(module: "forge", room: .executable, opensToAll: true),
    ]

    private func imports(_ text: String, path: String = "Sources/ForgeGit/Mirror.swift") -> [String] {
        problemsWithImports(SwiftSource(path: path, text), rows: rows)
    }

    private func targets(_ text: String) -> [ManifestTarget] { PackageManifest.targets(SwiftSource(path: "Package.swift", text)) }

    private let sound =
        #"module("ForgeCore"), module("ForgeGit", ["ForgeCore", "CGit2"]), library("CGit2", apt: "libgit2-dev"), "#
        + #".executableTarget(name: "forge", dependencies: ["ForgeGit"], path: "Sources/forge")"#

    @Test func `import lines are found whatever stands before and after`() {
        let text = "package import A\n@testable import B\nimport struct C.D\n// import E\nlet f = \"import F\"\n#if canImport(G)\n#endif"
        #expect(importLines(SwiftSource(text)).map(\.module) == ["A", "B", "C"])
    }

    @Test func `an import outside the row is caught with its line`() {
        #expect(imports("import CGit2\nimport Glibc\nimport Synchronization\npackage import ForgeCore") == [])
        #expect(
            imports("\nimport Foundation").first?.hasPrefix("Sources/ForgeGit/Mirror.swift:2: ForgeGit must not import Foundation") == true)
        #expect(imports("import ForgeGit", path: "Sources/ForgeCore/Word.swift").count == 1)
        #expect(imports("import ForgeGit", path: "Sources/forge/main.swift") == [])
        #expect(imports("import CGit2", path: "Sources/forge/main.swift").count == 1)
    }

    @Test func `a module without a row is caught with what to edit`() {
        #expect(imports("", path: "Sources/ForgeNew/New.swift").first?.contains("has no row in Tests/TidyTests/ImportTable.swift") == true)
    }

    @Test func `a test that imports what it does not depend on is caught`() {
        let targets = targets(#"tests("ForgeGitTests", ["ForgeGit"])"#)
        func problems(_ text: String) -> [String] {
            problemsWithTestImports(SwiftSource(path: "Tests/ForgeGitTests/MirrorTests.swift", text), targets: targets)
        }
        #expect(problems("import ForgeGit\nimport ForgeTestSupport\nimport Testing\nimport Foundation") == [])
        #expect(problems("import ForgeCore").count == 1)
    }

    @Test func `a row that looks up, is doubled, or shares a C library is caught`() {
        #expect(problemsInTable(rows) == [])
        #expect(problemsInTable([ImportRow(module: "A", room: .words, imports: ["B"]), ImportRow(module: "B", room: .tool)]).count == 1)
        #expect(problemsInTable([ImportRow(module: "A", room: .stage, imports: ["B"]), ImportRow(module: "B", room: .adapter)]).count == 1)
        #expect(problemsInTable([ImportRow(module: "A", room: .words), ImportRow(module: "A", room: .words)]).count == 1)
        #expect(
            problemsInTable([ImportRow(module: "A", room: .tool, wraps: ["C"]), ImportRow(module: "B", room: .tool, wraps: ["C"])]).count
                == 1)
        #expect(problemsInTable([ImportRow(module: "A", room: .tool, imports: ["Nobody"])]).count == 1)
    }

    @Test func `an adapter may use another one for a reason, and nothing may look up for any`() {
        let adapters = [ImportRow(module: "B", room: .adapter), ImportRow(module: "D", room: .engine)]
        func problems(_ row: ImportRow) -> [String] { problemsInTable(adapters + [row]) }
        #expect(problems(ImportRow(module: "A", room: .adapter, imports: ["B"])).count == 1)
        #expect(problems(ImportRow(module: "A", room: .adapter, imports: ["B"], beside: ["B": "it speaks through it"])) == [])
        #expect(problems(ImportRow(module: "A", room: .support, imports: ["B"], beside: ["B": "it stands in for it"])) == [])
        #expect(problems(ImportRow(module: "A", room: .adapter, imports: ["B"], beside: ["B": ""])).count == 1)
        #expect(problems(ImportRow(module: "A", room: .stage, imports: ["B"], beside: ["B": "it is quicker"])).count == 1)
        #expect(problems(ImportRow(module: "A", room: .adapter, imports: ["D"], beside: ["D": "it is quicker"])).count == 1)
        #expect(problems(ImportRow(module: "A", room: .adapter, beside: ["B": "it was needed once"])).count == 1)
    }

    @Test func `targets and edges are read from the manifest`() {
        let read = targets("func module(_ name: String) { .target(name: name, dependencies: dependencies) }\n" + sound)
        #expect(read.map(\.name) == ["ForgeCore", "ForgeGit", "CGit2", "forge"])
        #expect(read.map(\.dependencies) == [[], ["ForgeCore", "CGit2"], [], ["ForgeGit"]])
        #expect(targets(#"module("W", ["A"], path: "Webhooks", exclude: ["Examples"])"#).first?.dependencies == ["A"])
    }

    @Test(arguments: [
        (#"module("ForgeCore")"#, #"module("ForgeCore", ["ForgeGit"])"#, "does not open"),
        (#"["ForgeCore", "CGit2"]"#, #"["CGit2"]"#, "does not depend on it"),
        (#"module("ForgeCore"), "#, "", "is no target in Package.swift"),
        (#"module("ForgeCore"), "#, #"module("ForgeCore"), module("ForgeNew"), "#, "is in no row"),
    ])
    func `a manifest that differs from the table is caught`(part: String, change: String, says: String) {
        #expect(problemsWithManifest(targets(sound), rows: rows) == [])
        let problems = problemsWithManifest(targets(sound.replacing(part, with: change)), rows: rows)
        #expect(problems.count == 1)
        #expect(problems.first?.contains(says) == true)
    }

    @Test func `unsafe outside a module that wraps C is caught, and never in a comment`() {
        func problems(_ path: String, _ text: String) -> [String] { problemsWithUnsafe(SwiftSource(path: path, text), rows: rows) }
        #expect(problems("Sources/ForgeCore/A.swift", "let a = unsafe b").count == 1)
        #expect(problems("Sources/ForgeCore/A.swift", "nonisolated(unsafe) let a = 1").count == 1)
        #expect(problems("Sources/ForgeCore/A.swift", "let a = \"unsafe\" // unsafe") == [])
        #expect(problems("Sources/ForgeGit/A.swift", "let a = unsafe b") == [])
        #expect(problems("Sources/ForgeBlocking/A.swift", "let a = unsafe b") == [])
    }

    @Test func `a folder of tests without target or module is caught`() {
        let targets = targets(sound + #", tests("ForgeGitTests", ["ForgeGit"]), tests("ForgeCoreTests", []), tests("LostTests", [])"#)
        #expect(problemsWithTestTargets(folders: ["ForgeGitTests"], targets: targets) == [])
        #expect(problemsWithTestTargets(folders: ["ForgeCoreTests", "LostTests", "NowhereTests"], targets: targets).count == 3)
    }
}
