// What a rule decides about something that is about to be done. Of several verdicts the strictest holds; there is no verdict without a rule
// and a sentence why.

package enum Decision: String, Hashable, Sendable, CaseIterable, Comparable {
    case allow, ask, deny

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

package struct Verdict: Hashable, Sendable {
    package var decision: Decision
    /// The rule's id.
    package var rule: String
    package var why: String
    /// Where the rule stands.
    package var origin: RuleOrigin

    package init(_ decision: Decision, rule: String, why: String, origin: RuleOrigin) {
        self.decision = decision
        self.rule = rule
        self.why = why
        self.origin = origin
    }
}
