// What a review found, what it looked at, and how it ended. Every format is made from this value alone. Four endings are never confused:
// clean, findings, partial, and failed, which has no report.

package import ForgeCore

/// A rule as formats show it. The engine's own rules know more; this is what a reader of a report needs.
package struct ReportedRule: Hashable, Sendable {
    package var id: String
    package var title: String
    package var family: String
    package var severity: FindingSeverity
    package var message: String?
    package var fix: String?
    package var references: [String]

    package init(
        id: String, title: String, family: String, severity: FindingSeverity, message: String? = nil, fix: String? = nil,
        references: [String] = []
    ) {
        self.id = id
        self.title = title
        self.family = family
        self.severity = severity
        self.message = message
        self.fix = fix
        self.references = references
    }
}

/// A file, or a part of the work, that was not looked at though it should have been.
package struct UnreadPart: Hashable, Sendable {
    /// Nil when it is about the review as a whole.
    package var path: RepositoryPath?
    package var reason: String

    package init(path: RepositoryPath?, reason: String) {
        self.path = path
        self.reason = reason
    }
}

/// What was looked at.
package struct ReviewCoverage: Hashable, Sendable {
    package var filesChanged = 0
    package var linesAdded = 0
    package var rulesUsed = 0
    /// Recognised as binary: they have no lines, and what is asked of names and sizes was asked.
    package var binaryFiles: [RepositoryPath] = []
    /// Left out on purpose, by `--path` or by the configuration.
    package var filesLeftOut = 0
    /// Findings of other tools that are not on lines of the change, or not in the repository.
    package var importedElsewhere = 0
    /// Open findings less grave than was asked for.
    package var belowMinimum = 0
    package var unread: [UnreadPart] = []

    package init() {}
}

package struct ReviewReport: Sendable {
    package enum Outcome: String, Sendable, Hashable {
        case clean, findings, partial
    }

    package var base: String
    package var head: String
    package var coverage: ReviewCoverage
    /// In the order of the files and their lines.
    package var findings: [ReviewedFinding]
    /// Entries of the baseline whose finding is gone for certain.
    package var removable: [BaselineEntry]
    package var failOn: FindingSeverity
    package var severityMin: FindingSeverity
    /// Of the findings, each once, sorted by id.
    package var rules: [ReportedRule]
    package var version: String

    package var open: [ReviewedFinding] { findings.filter(\.state.isOpen) }
    package var isPartial: Bool { !coverage.unread.isEmpty }

    package var outcome: Outcome {
        if isPartial { return .partial }
        return findings.contains(where: \.state.isOpen) ? .findings : .clean
    }

    /// Something open is as grave as `failOn`.
    package var fails: Bool { findings.contains { $0.state.isOpen && $0.finding.severity >= failOn } }

    package func count(_ severity: FindingSeverity) -> Int { findings.count { $0.state.isOpen && $0.finding.severity == severity } }
}
