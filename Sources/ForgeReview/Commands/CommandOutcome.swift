// What follows from a request, as data: what is said, what changes, what is queued. Whoever carries it out decides nothing: first the
// changes are written, then what is to be resolved is, then the answer is posted, then the jobs are queued. Each of these may be done
// twice without being seen twice.

package import ForgeCore

package struct CommandOutcome: Hashable, Sendable {
    /// Put under the comment that asked, where there is one.
    package var reaction: HostReaction?
    /// In the order of the commands; empty when nothing is said.
    package var parts: [AnswerPart]
    package var changes: [StateChange]
    /// The comments that opened the threads to close.
    package var resolvedThreads: [Int64]
    package var followUps: [FollowUp]
    /// What became of it, for the run's journal: it is not shown on the host.
    package var note: String

    package init(
        reaction: HostReaction? = nil, parts: [AnswerPart] = [], changes: [StateChange] = [], resolvedThreads: [Int64] = [],
        followUps: [FollowUp] = [], note: String = ""
    ) {
        self.reaction = reaction
        self.parts = parts
        self.changes = changes
        self.resolvedThreads = resolvedThreads
        self.followUps = followUps
        self.note = note
    }

    /// The model's work, in the order of the parts.
    package var questions: [ModelQuestion] {
        parts.compactMap { if case .question(let question) = $0.content { question } else { nil } }
    }
}

package struct AnswerPart: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// Markdown, safe as it is.
        case text(String)
        case question(ModelQuestion)
    }

    /// The command it answers, as shown above it; nil in a thread, where that is plain to see.
    package var heading: String?
    package var content: Content

    package init(heading: String? = nil, _ content: Content) {
        self.heading = heading
        self.content = content
    }
}

/// What a model is asked, with what is said when it cannot be.
package struct ModelQuestion: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case ask, explain, reply }

    package var kind: Kind
    /// A person's words, as they are. They are scrubbed and delimited before a model sees them.
    package var words: String
    package var finding: LedgerEntry?
    package var rule: ReportedRule?
    /// Markdown, safe as it is.
    package var fallback: String

    package init(kind: Kind, words: String, finding: LedgerEntry?, rule: ReportedRule?, fallback: String) {
        self.kind = kind
        self.words = words
        self.finding = finding
        self.rule = rule
        self.fallback = fallback
    }
}

package enum StateChange: Hashable, Sendable {
    case dismiss(id: String, by: String, why: String, at: Timestamp)
    /// It stays open; people see who disagrees.
    case dispute(id: String, by: String)
    case pause(by: String)
    case resume
    case describe
    /// Somebody asked for a review: pushes are counted anew.
    case noteWish
}

package enum FollowUp: Hashable, Sendable {
    case review(isFull: Bool, because: String)
    /// The summary and the check are to say what holds now; no code is looked at again.
    case refresh(because: String)
    /// Into the pull request's description when that is configured (`DescriptionSection`), and its labels when those are. The summary has
    /// it by the state.
    case describe(ChangeDescription)
}

extension PullRequestState {
    /// Carrying the same change out twice changes nothing the second time.
    package mutating func apply(_ changes: [StateChange]) {
        for change in changes {
            switch change {
            case .dismiss(let id, let by, let why, let moment):
                guard ledger[id]?.state == .open else { continue }
                ledger[id]?.state = .dismissed(by: by, why: why, at: moment)
                ledger[id]?.isAnswered = true
            case .dispute(let id, let by):
                guard ledger[id]?.state == .open, ledger[id]?.disputedBy == nil else { continue }
                ledger[id]?.disputedBy = by
            case .pause(let by):
                pausedBy = by
                wasPauseTold = true
            case .resume:
                pausedBy = nil
                wasPauseTold = false
                unaskedPushes = 0
            case .describe: isDescribed = true
            case .noteWish: endOwnPause()
            }
        }
    }
}
