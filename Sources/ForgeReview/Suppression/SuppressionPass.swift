// Which findings the comments in the source accept, and what is wrong with the comments themselves. A comment without a reason accepts
// nothing; a rule that is required is accepted by no comment at all, only by a baseline, since a change must not excuse itself.

package import ForgeCore

package struct SuppressionPass: Sendable {
    package static let family = "suppression"
    package static let rules: [ReportedRule] = [
        ReportedRule(
            id: "suppression-without-reason", title: "forge:ignore without a reason", family: family, severity: .medium,
            message: "A forge:ignore without a rule or without a reason accepts nothing.",
            fix: "Write: forge:ignore RULE-ID why it is right here."),
        ReportedRule(
            id: "suppression-unused", title: "forge:ignore that accepts nothing", family: family, severity: .low,
            message: "Nothing was found that this forge:ignore accepts.", fix: "Remove it, or name the rule that was found."),
        ReportedRule(
            id: "suppression-refused", title: "forge:ignore of a required rule", family: family, severity: .medium,
            message: "A required rule cannot be accepted by a comment.",
            fix: "Mend what was found, or accept it in the baseline, which reviewers see change."),
    ]

    private let required: Set<String>
    private let knownRules: Set<String>
    /// Comments that accepted something, or were refused for a reason of their own.
    private var used: Set<Place> = []
    private var refused: Set<Place> = []

    private struct Place: Hashable {
        var path: RepositoryPath
        var comment: Int
        var rule: String
    }

    /// `knownRules` are those that looked: a comment for any other says nothing about this review.
    package init(required: Set<String>, knownRules: Set<String>) {
        self.required = required
        self.knownRules = knownRules
    }

    /// Marks what a comment accepts.
    package mutating func apply(_ suppressions: Suppressions, to finding: inout ReviewedFinding) {
        guard let path = finding.finding.path, let lines = finding.finding.lines else { return }
        let rule = finding.finding.rule
        for index in suppressions.about(lines) {
            let comment = suppressions.comments[index]
            guard comment.rules.contains(rule), comment.hasReason else { continue }
            if required.contains(rule) {
                refused.insert(Place(path: path, comment: comment.line, rule: rule))
            } else {
                used.insert(Place(path: path, comment: comment.line, rule: rule))
                finding.state = .suppressed(reason: comment.reason, line: comment.line)
            }
        }
    }

    /// Texts and data quote comments, and nothing in them is one: there a mark may accept, but nobody is told what is wrong with it.
    private static let quotingEndings: Set<String> = [
        "md", "markdown", "rst", "adoc", "txt", "json", "jsonl", "sarif", "csv", "log", "patch", "diff", "snap", "golden",
    ]

    private static func quotes(_ path: RepositoryPath) -> Bool {
        let name = String(decoding: path.name, as: UTF8.self)
        return name.lastIndex(of: ".").map { quotingEndings.contains(name[name.index(after: $0)...].lowercased()) } ?? false
    }

    /// What is wrong with a file's comments, of those that came with the change: an old one may be about a line that nobody looked at.
    package func problems(of suppressions: Suppressions, path: RepositoryPath, file: ChangedLines.File) -> [Finding] {
        if Self.quotes(path) { return [] }
        return suppressions.comments.indices.flatMap { index -> [Finding] in
            let comment = suppressions.comments[index]
            guard let line = file.line(comment.line), line.kind == .added else { return [] }
            guard comment.hasReason else { return [Self.finding(0, path, comment, line)] }
            let isJudged = file.isAdded(suppressions.target(of: index))
            return comment.rules.compactMap { rule in
                let place = Place(path: path, comment: comment.line, rule: rule)
                if refused.contains(place) { return Self.finding(2, path, comment, line, naming: rule) }
                guard !used.contains(place), isJudged else { return nil }
                return unused(rule, path, comment, line)
            }
        }
    }

    private func unused(_ rule: String, _ path: RepositoryPath, _ comment: SuppressionComment, _ line: DiffLine) -> Finding? {
        var finding = Self.finding(1, path, comment, line, naming: rule)
        if knownRules.contains(rule) { return finding }
        // Another tool's rule, perhaps, that did not run here; or a slip.
        guard let nearest = Nearest.name(to: rule, in: knownRules) else { return nil }
        finding.message = "There is no rule \(rule); did you mean \(nearest)? This forge:ignore accepts nothing."
        return finding
    }

    private static func finding(
        _ index: Int, _ path: RepositoryPath, _ comment: SuppressionComment, _ line: DiffLine, naming rule: String? = nil
    ) -> Finding {
        let description = rules[index]
        let message = description.message ?? description.title
        return Finding(
            rule: description.id, family: family, severity: description.severity, path: path, lines: comment.line...comment.line,
            columns: comment.columns, message: rule.map { "\(message) (\($0))" } ?? message, fix: description.fix)
    }
}
