// What a rule has found in a text, as places; the text itself is the caller's. It must never copy what it points at.

package import ForgeCore

package struct RuleHit: Sendable {
    package let rule: PatternRule
    /// The rule's number in its set.
    package let index: Int
    /// Byte offsets in the text; of a file read in pieces, in the file.
    package var match: Range<Int>
    /// What is reported: a group of the match, or what the rule's check made of it.
    package var capture: Range<Int>
    /// Of the capture; the first line is 1.
    package var lines: ClosedRange<Int>
    /// Bytes from the start of the first line to the capture; the first is 0.
    package var column: Int

    package init(rule: PatternRule, index: Int, match: Range<Int>, capture: Range<Int>, lines: ClosedRange<Int>, column: Int) {
        self.rule = rule
        self.index = index
        self.match = match
        self.capture = capture
        self.lines = lines
        self.column = column
    }
}

/// A rule that could not be carried out on some text. The scan went on without it there: say so, for the text was not looked at in full.
package struct RuleProblem: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The pattern took more than it may, in these words; it needs rewriting.
        case tooExpensive(String)
        /// A match on this line, counted from 1, is longer than what is looked at of a long line at a time.
        case lineTooLong(Int)
        /// The pattern does not compile.
        case notAPattern(String)
    }

    package let rule: String
    package let reason: Reason
    package let origin: RuleOrigin

    package init(rule: String, reason: Reason, origin: RuleOrigin) {
        self.rule = rule
        self.reason = reason
        self.origin = origin
    }
}

extension RuleProblem: CustomStringConvertible {
    package var description: String {
        "\(rule) (\(origin.file)\(origin.line.map { ":\($0)" } ?? "")): \(reason)"
    }
}

extension RuleProblem.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooExpensive(let message): message
        case .lineTooLong(let line): "what it looks for on line \(line) reaches over more of the line than is looked at together"
        case .notAPattern(let message): "the pattern is refused: \(message)"
        }
    }
}

package struct RuleScan: Sendable {
    /// In the order of the text.
    package var hits: [RuleHit] = []
    package var problems: Set<RuleProblem> = []

    package init() {}
}
