// Conditions that no pattern can say, in Swift, by name. A pack names one with `check:`; it must never be able to name anything but what
// stands in the tables here.

package import ForgeCore

/// What a check of a hit is given.
package struct RuleCheckInput: Sendable {
    /// The whole text that is looked at.
    package let text: [UInt8]
    /// The whole match, and the capture, in `text`.
    package let match: Range<Int>
    package let capture: Range<Int>
    /// The line the capture begins on, without its line end; of a very long line, the part around it.
    package let line: Range<Int>
    package let path: RepositoryPath?
    package let rule: PatternRule

    package init(text: [UInt8], match: Range<Int>, capture: Range<Int>, line: Range<Int>, path: RepositoryPath?, rule: PatternRule) {
        self.text = text
        self.match = match
        self.capture = capture
        self.line = line
        self.path = path
        self.rule = rule
    }

    package var captured: ArraySlice<UInt8> { text[capture] }
    package var lineText: ArraySlice<UInt8> { text[line] }
}

package enum RuleCheckAnswer: Sendable, Equatable {
    case isFinding
    /// It is one, but these bytes of the text are it.
    case isFindingAt(Range<Int>)
    case isNone
}

/// What a check of a whole diff has found.
package struct ChangeHit: Hashable, Sendable {
    /// Nil when it is about the change as a whole.
    package var path: RepositoryPath?
    /// Of the new file.
    package var lines: ClosedRange<Int>?
    /// Instead of the rule's message.
    package var message: String?

    package init(path: RepositoryPath? = nil, lines: ClosedRange<Int>? = nil, message: String? = nil) {
        self.path = path
        self.lines = lines
        self.message = message
    }
}

package enum RuleCheck: Sendable {
    /// Judges one hit of a rule's pattern. It must take time in the length of the line at most.
    case hit(@Sendable (RuleCheckInput) -> RuleCheckAnswer)
    /// Looks at a diff as a whole, for rules with `on: change`.
    case change(@Sendable (PatternRule, Diff) -> [ChangeHit])
}

package enum RuleChecks {
    /// Each part of the rules keeps its own table; a name stands in one of them only.
    package static let all = merged([SecretChecks.table, DiffChecks.table])

    static func merged(_ tables: [[String: RuleCheck]]) -> [String: RuleCheck] {
        var whole: [String: RuleCheck] = [:]
        for table in tables {
            whole.merge(table) { _, _ in preconditionFailure("two checks have one name") }
        }
        return whole
    }
}
