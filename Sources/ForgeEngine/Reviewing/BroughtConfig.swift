// The `.forge.yml` that a change brings. It holds nothing yet, since configuration comes from the base; but whoever merges one that cannot be
// used should know before, so its problems are findings on its lines.

import ForgeConfig
import ForgeCore
import ForgeReview

enum BroughtConfig {
    static let rule = ReportedRule(
        id: "config-unusable", title: "A .forge.yml that cannot be used", family: "configuration", severity: .high,
        message: "Once this is merged, the file cannot be used, and the strictest settings hold instead.",
        fix: "Mend what the message names; `forge check` says the same before a push.")
    private static let findingsMax = 20

    /// `text` is nil when the file is larger than anybody reads.
    static func findings(_ text: [UInt8]?, at path: RepositoryPath, above layers: [ConfigLayer], masked: (String) -> String) -> [Finding] {
        guard let text else { return [finding("the file is too large to be read", path, nil, snippet: "")] }
        let problems = EffectiveConfig.load(layers + [.repository(text)]).problems.filter { $0.source?.layer == .repository }
        guard !problems.isEmpty else { return [] }
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return problems.prefix(findingsMax).map { problem in
            let line = problem.line.flatMap { (1...lines.count).contains($0) ? $0 : nil }
            let snippet = line.map { masked(String(decoding: lines[$0 - 1].prefix(1_000), as: UTF8.self)) } ?? ""
            return finding(masked(problem.sentence), path, line, snippet: snippet)
        }
    }

    private static func finding(_ sentence: String, _ path: RepositoryPath, _ line: Int?, snippet: String) -> Finding {
        Finding(
            rule: rule.id, family: rule.family, severity: rule.severity, path: path, lines: line.map { $0...$0 },
            message: "\(sentence). Once this is merged, the file cannot be used, and the strictest settings hold instead.", fix: rule.fix,
            snippet: snippet)
    }
}

extension ConfigProblem {
    /// `review.max_comments is not a number: give one from 0 to 50`.
    var sentence: String { [key, what].filter { !$0.isEmpty }.joined(separator: " ") + (advice.isEmpty ? "" : ": \(advice)") }
}

extension ReviewRun {
    /// Adds what is wrong with the configuration that the change brings, when it brings one.
    func judgeConfig(of change: JudgedChange, into judgement: inout ChangeJudgement) async throws {
        guard change.input.diff.files.contains(where: { $0.new?.path == Self.configName && $0.omitted != .binary }) else { return }
        judgement.material.rules.append(BroughtConfig.rule)
        let text = try await change.snapshot.file(Self.configName, at: pull.head, bytesMax: Self.configBytesMax)
        let layers = try await needs.upperLayers.layers(above: place)
        judgement.material.found += BroughtConfig.findings(text, at: Self.configName, above: layers, masked: judgement.material.masked)
    }
}
