// A judge for tests, as simple as one can be: an added line with a word in capitals is a finding.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeReview

struct LineJudge: ChangeJudge {
    private static let words: [(word: String, severity: FindingSeverity)] = [
        ("BUG", .high), ("LEAK", .critical), ("SMELL", .medium), ("NIT", .low),
    ]

    var matching: PatternMatching {
        PatternMatching(
            name: { pattern, name in Self.fits(pattern, name) }, path: { pattern, path in Self.fits(pattern, path.text) })
    }

    /// Stars at the end stand for anything; others are not known here, and fit nothing.
    private static func fits(_ pattern: String, _ text: String) -> Bool {
        let beginning = pattern.prefix { $0 != "*" }
        guard pattern.contains("*") else { return pattern == text }
        return !beginning.isEmpty && pattern.dropFirst(beginning.count).allSatisfy { $0 == "*" } && text.hasPrefix(beginning)
    }

    func judge(_ change: JudgedChange, _ config: EffectiveConfig) async throws -> ChangeJudgement {
        var material = ReviewMaterial(input: change.input)
        material.coverage.filesChanged = change.input.diff.files.count
        material.rules = Self.described
        material.coverage.rulesUsed = material.rules.count
        for file in change.input.diff.files { material.found += Self.findings(in: file) }
        return ChangeJudgement(material: material, version: "test")
    }

    func rules(_ config: EffectiveConfig) async throws -> [ReportedRule] { Self.described }

    private static let described = words.map {
        ReportedRule(id: "word-\($0.word.lowercased())", title: "The word \($0.word)", family: "words", severity: $0.severity)
    }

    private static func findings(in file: FileChange) -> [Finding] {
        file.hunks.flatMap(\.lines).filter { $0.kind == .added }.flatMap { line -> [Finding] in
            let text = String(decoding: line.text, as: UTF8.self)
            return words.filter { text.contains($0.word) }.map { word in
                Finding(
                    rule: "word-\(word.word.lowercased())", family: "words", severity: word.severity, path: file.path,
                    lines: line.newNumber.map { $0...$0 }, message: "This line says \(word.word).", snippet: text)
            }
        }
    }
}

struct NoUpperLayers: UpperConfigLayers {
    func layers(above place: HostPlace) async throws -> [ConfigLayer] { [] }
}

/// Answers one finding for each line that says MODEL, with one call of the model.
struct LineReviewer: ChangeReviewer {
    var model: any Model

    func review(
        _ change: JudgedChange, judged: ChangeJudgement, _ config: EffectiveConfig, journal: RunJournal
    ) async throws -> ReviewersWord {
        let request = AnswerRequest(role: "reviewer", system: "Find the word.", material: "a change", answerSchema: .object([]))
        let word: String = try await journal.step("model/reviewer", .model) { try await model.answer(request).json["word"]?.string ?? "" }
        let lines = change.input.diff.files.flatMap { file in
            file.hunks.flatMap(\.lines).filter { $0.kind == .added }.map { (file.path, $0) }
        }
        let found = lines.filter { String(decoding: $0.1.text, as: UTF8.self).contains(word) }.map { path, line in
            Finding(
                rule: "model-bug", family: "bug", severity: .high, source: .role("reviewer"), path: path,
                lines: line.newNumber.map { $0...$0 }, message: "The model dislikes this line.",
                snippet: String(decoding: line.text, as: UTF8.self))
        }
        return ReviewersWord(
            findings: found, reading: ModelReading(name: model.name, full: Set(change.input.diff.files.map(\.path))))
    }
}
