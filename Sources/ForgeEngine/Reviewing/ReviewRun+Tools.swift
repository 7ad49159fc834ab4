// What other programs found at this head, where the configuration names their check runs: the annotations of each, as findings of a tool.
// What scanners upload as SARIF stands there, too, since the host makes a check run with annotations of it.
//
// A check that has not ended is waited for, as long as nobody is kept too long; then the coverage says that it was not read.

import ForgeConfig
import ForgeCore
import ForgeReview

/// Read once for the run: what is posted in a second try must be what was planned in the first.
struct ToolReports: StepResult, Hashable {
    var findings: [Finding] = []
    /// Checks that were read.
    var read: [String] = []
    /// Checks that were not, with why.
    var unread: [UnreadPart] = []

    init() {}

    var stepJSON: JSON {
        [
            "findings": .array(findings.map(Self.json)), "read": .array(read.map(JSON.string)),
            "unread": .array(unread.map { .string($0.reason) }),
        ]
    }

    init?(stepJSON: JSON) {
        guard let findings = stepJSON["findings"]?.array, let read = stepJSON["read"]?.array, let unread = stepJSON["unread"]?.array
        else { return nil }
        self.findings = findings.compactMap(Self.finding)
        self.read = read.compactMap(\.string)
        self.unread = unread.compactMap { $0.string.map { UnreadPart(path: nil, reason: $0) } }
    }

    private static func json(_ finding: Finding) -> JSON {
        [
            "tool": .string(finding.family), "rule": .string(finding.rule), "severity": .string(finding.severity.rawValue),
            "path": .string(finding.path?.text ?? ""), "first": JSON(finding.lines?.lowerBound), "last": JSON(finding.lines?.upperBound),
            "message": .string(finding.message),
        ]
    }

    private static func finding(_ json: JSON) -> Finding? {
        guard let tool = json["tool"]?.string, let rule = json["rule"]?.string, let path = json["path"]?.string,
            let severity = json["severity"]?.string.flatMap(FindingSeverity.init(rawValue:)), let message = json["message"]?.string,
            let first = json["first"]?.integer, let last = json["last"]?.integer, first <= last
        else { return nil }
        return Finding(
            rule: rule, family: tool, severity: severity, source: .tool(tool), path: RepositoryPath(path), lines: Int(first)...Int(last),
            message: message)
    }
}

extension Finding {
    /// What another program's check says of lines. Its texts are from outside, and bounded here.
    init(_ annotation: CheckAnnotation, of check: String) {
        let severity: FindingSeverity =
            switch annotation.level {
            case .failure: .high
            case .warning: .medium
            case .notice: .low
            }
        let title = String(annotation.title.prefix(100))
        self.init(
            rule: title.isEmpty ? check : title, family: check, severity: severity, source: .tool(check), path: annotation.path,
            lines: annotation.lines, message: String(annotation.message.prefix(4_000)))
    }
}

extension ReviewRun {
    private static let annotationsMax = 500
    /// For so long a review waits for checks that have begun.
    private static let checksPatience = Duration.seconds(600)
    /// A pipeline begins its checks a moment after the push.
    private static let beginningPatience = Duration.seconds(60)
    private static let checksPause = Duration.seconds(30)

    /// Adds what the named checks found; the names of those that were read.
    func readTools(_ config: RepositoryConfig, _ share: ReviewShare, into judgement: inout ChangeJudgement) async throws -> Set<String> {
        guard !config.review.checkRuns.isEmpty else { return [] }
        let reports = try await journal.step("tools", .read) { try await toolReports(config.review.checkRuns, mayWait: share == .whole) }
        let leftOut = judgement.leftOut
        judgement.material.imported += reports.findings.filter { finding in finding.path.map { !leftOut.contains($0) } ?? true }
        judgement.material.coverage.unread += reports.unread
        return Set(reports.read)
    }

    private func toolReports(_ names: [String], mayWait: Bool) async throws -> ToolReports {
        var reports = ToolReports()
        let waited = needs.now.now - (journal.allSteps.map(\.at).min() ?? needs.now.now)
        for name in names {
            let check = try await session.checkRuns(named: name, at: pull.head).first { !$0.isOwn }
            if let check, check.isCompleted {
                let annotations = try await session.annotations(ofCheck: check.id, limit: Self.annotationsMax)
                reports.findings += annotations.map { Finding($0, of: name) }
                reports.read.append(name)
                continue
            }
            let patience = check == nil ? Self.beginningPatience : Self.checksPatience
            if mayWait, waited < patience {
                throw JobDeferred(because: "the check \(name) has not ended (review.check_runs)", retryAfter: Self.checksPause)
            }
            let reason = check == nil ? "there is no check \(name) at this commit" : "the check \(name) has not ended"
            reports.unread.append(UnreadPart(path: nil, reason: "\(reason) (`review.check_runs`)"))
        }
        return reports
    }
}
