// What Forge knows of a pull request between two looks at it: what it found, what became of each finding, what was reviewed, and where it
// wrote. It is what keeps a comment from being posted twice and a dismissed finding from coming back.

package struct PullRequestKey: Hashable, Sendable {
    package var place: HostPlace
    package var number: Int64

    package init(place: HostPlace, number: Int64) {
        self.place = place
        self.number = number
    }

    /// The same pull request under the name that its job's repository has now; its worker may know an older one.
    package func following(_ job: NewJob) -> PullRequestKey {
        guard job.tenant == place.tenant, let name = RepositoryName(job.repository) else { return self }
        return PullRequestKey(place: HostPlace(tenant: job.tenant, repository: name), number: number)
    }
}

package enum LedgerState: Hashable, Sendable {
    case open
    case fixed(in: CommitSHA)
    case dismissed(by: String, why: String, at: Timestamp)
    /// Nobody can say any more: the code it was about is gone, or was written anew.
    case outdated(at: CommitSHA)
}

/// Where people see a finding.
package enum LedgerPlace: Hashable, Sendable {
    /// In a thread of its own; the number of the comment that opened it, once it is known.
    case thread(comment: Int64?)
    /// Only in the summary or in the check run.
    case summary
}

package struct LedgerEntry: Hashable, Sendable {
    /// Survives rebase, reformatting and moved lines.
    package var id: String
    package var rule: String
    package var family: String
    package var severity: FindingSeverity
    /// `rules`, `tool NAME` or `role NAME`.
    package var source: String
    package var path: RepositoryPath?
    /// When it was last seen.
    package var line: Int?
    package var message: String
    /// The line it is on, secrets masked.
    package var snippet: String
    package var state: LedgerState
    package var place: LedgerPlace
    package var firstSeen: CommitSHA
    package var lastSeen: CommitSHA
    /// Its thread was told what became of it.
    package var isAnswered: Bool
    /// Who said first that it is wrong, without dismissing it.
    package var disputedBy: String?

    package init(
        id: String, rule: String, family: String, severity: FindingSeverity, source: String, path: RepositoryPath?, line: Int?,
        message: String, snippet: String, state: LedgerState = .open, place: LedgerPlace, firstSeen: CommitSHA, lastSeen: CommitSHA,
        isAnswered: Bool = false, disputedBy: String? = nil
    ) {
        self.id = id
        self.rule = rule
        self.family = family
        self.severity = severity
        self.source = source
        self.path = path
        self.line = line
        self.message = message
        self.snippet = snippet
        self.state = state
        self.place = place
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.isAnswered = isAnswered
        self.disputedBy = disputedBy
    }
}

/// What was looked at last.
package struct ReviewedHead: Hashable, Sendable {
    package var head: CommitSHA
    /// Where it left the base branch then.
    package var mergeBase: CommitSHA?
    package var baseBranch: String
    /// How many rounds of review there were, this one included.
    package var round: Int
    /// Of each added line, by path, as the planner counts them: what tells a new line from one that was looked at, after any rebase.
    package var linesSeen: JSON
    /// How the check ended.
    package var conclusion: CheckConclusion

    package init(
        head: CommitSHA, mergeBase: CommitSHA?, baseBranch: String, round: Int, linesSeen: JSON, conclusion: CheckConclusion
    ) {
        self.head = head
        self.mergeBase = mergeBase
        self.baseBranch = baseBranch
        self.round = round
        self.linesSeen = linesSeen
        self.conclusion = conclusion
    }
}

package struct PullRequestState: Hashable, Sendable {
    package var key: PullRequestKey
    package var reviewed: ReviewedHead?
    /// Pushes reviewed since anybody asked for it.
    package var unaskedPushes: Int
    /// Nil when it is not paused; else who paused it, `forge` for itself.
    package var pausedBy: String?
    package var wasPauseTold: Bool
    package var summaryComment: Int64?
    /// The one that tells of a problem in `.forge.yml`.
    package var configComment: Int64?
    package var checkRun: Int64?
    /// Somebody asked for a description of the change: the summary has one from then on.
    package var isDescribed: Bool
    /// By id.
    package var ledger: [String: LedgerEntry]

    package init(
        key: PullRequestKey, reviewed: ReviewedHead? = nil, unaskedPushes: Int = 0, pausedBy: String? = nil, wasPauseTold: Bool = false,
        summaryComment: Int64? = nil, configComment: Int64? = nil, checkRun: Int64? = nil, isDescribed: Bool = false,
        ledger: [String: LedgerEntry] = [:]
    ) {
        self.key = key
        self.reviewed = reviewed
        self.unaskedPushes = unaskedPushes
        self.pausedBy = pausedBy
        self.wasPauseTold = wasPauseTold
        self.summaryComment = summaryComment
        self.configComment = configComment
        self.checkRun = checkRun
        self.isDescribed = isDescribed
        self.ledger = ledger
    }
}
