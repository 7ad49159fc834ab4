// What is decided about a command. It must never be made without a sentence that says why.

/// How bad the worst thing is that a command would do.
package enum CommandTier: String, Sendable, Equatable, CaseIterable, Comparable {
    /// No effect outside the worktree, and nothing a person wrote is lost: it runs.
    case safe
    /// Loses work within its scope, or changes the host or a remote for good, or is not understood: a person is asked.
    case destructive
    /// Wipes, rewrites shared history, runs what came from elsewhere, reads credentials, leaves the sandbox: refused.
    case catastrophic

    private var rank: Int {
        switch self {
        case .safe: 0
        case .destructive: 1
        case .catastrophic: 2
        }
    }

    package static func < (first: CommandTier, second: CommandTier) -> Bool { first.rank < second.rank }
}

package struct CommandVerdict: Sendable, Equatable {
    package let tier: CommandTier
    /// The rule that decided; nil when nothing spoke against the command, or when the text was not understood.
    package let rule: String?
    package let why: String
    /// What to do instead, when the rule knows.
    package let fix: String?

    package init(tier: CommandTier, rule: String?, why: String, fix: String? = nil) {
        self.tier = tier
        self.rule = rule
        self.why = why
        self.fix = fix
    }
}
