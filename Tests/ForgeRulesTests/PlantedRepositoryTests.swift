// Three repositories with planted problems, made by the real git: the judge finds exactly what was planted, on its line, and nothing else.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeRules

@Suite struct PlantedRepositoryTests {
    private func found(_ repository: PlantedRepository) throws -> [PlantedProblem] {
        let folder = URL.temporaryDirectory.appending(path: "forge-planted-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        // What cannot be removed lies in the temporary folder, where it harms nobody.
        defer { try? FileManager.default.removeItem(at: folder) }
        let git = try repository.make(in: folder.path)
        let patch = try git.run(["diff", "--find-renames", "base", "head"])
        let rules = try DiffPackTests.pack("review").rules + DiffPackTests.pack("tests").rules
        let judge = DiffJudge(try RuleSet(rules.filter(\.isOnByDefault)))
        let judgement = judge.judgement(of: try PatchText.parse(patch))
        #expect(judgement.problems.isEmpty)
        return judgement.findings.map { PlantedProblem(rule: $0.rule, path: $0.path?.text ?? "", line: $0.lines?.lowerBound) }.sorted()
    }

    @Test(arguments: PlantedRepository.all)
    func `exactly what was planted is found`(repository: PlantedRepository) throws {
        let found = Set(try found(repository))
        let planted = Set(repository.problems)
        #expect(planted.count > 10)
        #expect(planted.subtracting(found).sorted() == [], "missed")
        #expect(found.subtracting(planted).sorted() == [], "not planted")
    }
}
