// Three repositories with planted problems and a planted credential each, through the whole program: all packs, the real git, the exit code.
// Found is exactly what was planted, where it was planted.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

/// A planted repository and a credential that is written into it; put together here, so that no scanner trips over this file.
struct PlantedReview: Sendable, CustomStringConvertible {
    let repository: PlantedRepository
    let file: PlantedFile
    let secret: String

    var description: String { repository.name }

    init(_ repository: PlantedRepository, _ path: String, _ before: String, _ secret: String, rule: String) {
        let text = before.replacing("SECRET", with: secret).replacing("RULE", with: "⟵ \(rule)")
        file = PlantedFile(path, base: nil, head: text)
        self.secret = secret
        var repository = repository
        repository.files.append(file)
        self.repository = repository
    }

    static let all = [
        PlantedReview(
            .swift, "Tools/release-notes.sh", "#!/bin/sh\nset -eu\nexport GH_TOKEN=SECRET RULE\ngh release view\n",
            "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx", rule: "github-personal-token"),
        PlantedReview(
            .python, "lending/desk.py", "DATABASE = \"postgres://lending:SECRET@db.lending.internal/books\" RULE\nNAME = \"Lending\"\n",
            "hV7" + "qT2mXw9Lr4Zb", rule: "connection-address"),
        PlantedReview(
            .typeScript, "src/mail.ts", "export const sender = \"desk@shop.dev\";\nexport const key = \"SECRET\"; RULE\n",
            "SG" + ".q8Jd0wLrT3mZpX6vNb1yKc" + ".h5Gt9QwErTyUiOpAsDfGhJkLzXcVbNm12Z34V56B78N", rule: "sendgrid-key"),
    ]
}

private let cache = CompiledRules.folder

@Suite struct PlantedReviewTests {
    private typealias Run = (code: Int32, output: String, errors: String)

    private func review(
        _ planted: PlantedReview, _ arguments: [String], base: String = "base", head: String = "head"
    ) async throws -> Run {
        try await TemporaryFolder.with { folder in
            _ = try planted.repository.make(in: folder.path)
            return try Program.run(
                ["review", "--base", base, "--head", head] + arguments, environment: ["XDG_CACHE_HOME": cache], in: folder.path)
        }
    }

    private func found(_ output: String) throws -> [PlantedProblem] {
        (try JSONParser.parse(output)["findings"]?.array ?? []).map { finding in
            PlantedProblem(
                rule: finding["rule"]?.string ?? "", path: finding["path"]?.string ?? "", line: finding["line"].flatMap { Int($0.text) })
        }
    }

    @Test(arguments: PlantedReview.all)
    func `exactly what was planted is found, the credential too`(planted: PlantedReview) async throws {
        let run = try await review(planted, ["--format", "json", "--min-severity", "info"])
        #expect(run.code == 1, "\(run.errors)")
        let found = try found(run.output)
        let problems = planted.repository.problems
        #expect(problems.count > 11)
        #expect(Set(found).subtracting(problems).sorted() == [], "not planted")
        #expect(Set(problems).subtracting(found).sorted() == [], "missed")
        #expect(found.count == Set(found).count, "one is told twice")
        #expect(!(run.output + run.errors).contains(planted.secret), "the credential is shown")
    }

    @Test(arguments: PlantedReview.all)
    func `where nothing was changed nothing is found, and a name that does not exist is bad input`(planted: PlantedReview) async throws {
        let unchanged = try await review(planted, ["--format", "json", "--min-severity", "info"], head: "base")
        #expect(unchanged.code == 0, "\(unchanged.errors)")
        #expect(try found(unchanged.output) == [])
        #expect(try await review(planted, [], base: "no-such-branch").code == 2)
    }

    @Test(arguments: ["text", "sarif", "markdown", "github"])
    func `every format names every rule and no credential`(format: String) async throws {
        let planted = PlantedReview.all[1]
        let run = try await review(planted, ["--format", format, "--min-severity", "info"])
        #expect(run.code == 1, "\(run.errors)")
        for problem in planted.repository.problems { #expect(run.output.contains(problem.rule), "\(format): \(problem)") }
        #expect(!run.output.contains(planted.secret))
    }
}
