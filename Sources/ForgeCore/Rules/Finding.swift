// Something noticed on a line of a diff or in a text. It must never hold the secret it is about: a finding travels into comments, logs and
// artifacts.

package enum FindingSeverity: String, Hashable, Sendable, CaseIterable, Comparable {
    case info, low, medium, high, critical

    /// Written out: reports of twenty thousand findings compare little else.
    private var rank: Int {
        switch self {
        case .info: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// Who says so.
package enum FindingSource: Hashable, Sendable {
    case rules
    /// Another program, by its own name.
    case tool(String)
    /// A role of a crew.
    case role(String)
}

/// How it is known.
package enum FindingEvidence: String, Hashable, Sendable, CaseIterable {
    /// A command or a test showed it.
    case reproduced
    /// It follows from the code: a rule, a tool, or a reasoning that a second reader could not refute.
    case derived
    /// Somebody thinks so. It is never a comment on a line.
    case opinion
}

/// What stands in place of lines of the new file, when the fix is exact.
package struct Suggestion: Hashable, Sendable {
    /// Lines of the new file, the first is 1.
    package var lines: ClosedRange<Int>
    package var text: String

    package init(lines: ClosedRange<Int>, text: String) {
        self.lines = lines
        self.text = text
    }
}

package struct Finding: Hashable, Sendable {
    package var rule: String
    package var family: String
    package var severity: FindingSeverity
    package var source: FindingSource
    /// Nil when it is about the change as a whole.
    package var path: RepositoryPath?
    /// Of the new file, the first is 1; nil when it is about the file as a whole.
    package var lines: ClosedRange<Int>?
    /// Bytes within the first line, the first is 0.
    package var columns: Range<Int>?
    package var message: String
    package var fix: String?
    package var suggestion: Suggestion?
    package var references: [String]
    /// The line it is on with every secret masked; part of what makes it the same finding after lines moved.
    package var snippet: String
    package var evidence: FindingEvidence

    package init(
        rule: String, family: String, severity: FindingSeverity, source: FindingSource = .rules, path: RepositoryPath? = nil,
        lines: ClosedRange<Int>? = nil, columns: Range<Int>? = nil, message: String, fix: String? = nil, suggestion: Suggestion? = nil,
        references: [String] = [], snippet: String = "", evidence: FindingEvidence = .derived
    ) {
        self.rule = rule
        self.family = family
        self.severity = severity
        self.source = source
        self.path = path
        self.lines = lines
        self.columns = columns
        self.message = message
        self.fix = fix
        self.suggestion = suggestion
        self.references = references
        self.snippet = snippet
        self.evidence = evidence
    }
}
