// Everything that an answer depends on beside the request itself: how things stand at the moment of the answer. It is read fresh by the
// worker; nothing of it comes from the event.

package import ForgeCore

package struct CommandScene: Sendable {
    package var state: PullRequestState
    /// Nil under an issue.
    package var pullRequest: PullRequest?
    /// What the asker may do in the repository, as the host said just now.
    package var permission: HostPermission
    package var policy: CommandPolicy
    package var identity: HostIdentity
    /// The thread the request stands in, if it stands in one.
    package var thread: HostThread?
    /// The words are no longer those that asked (`CommandRequest.wasChanged`).
    package var wasChanged: Bool
    /// By id: the rules that findings may be of.
    package var rules: [String: ReportedRule]
    /// How often people dismissed each rule in this repository before.
    package var dismissals: [String: Int]
    /// Every setting that holds here with its source, as the configuration prints it.
    package var configText: String
    package var hasModel: Bool
    /// Reviews have a summary comment here (`output.summary`).
    package var hasSummary: Bool
    /// What `describe` shows; needed for that command only.
    package var description: ChangeDescription?
    package var now: Timestamp

    package init(
        state: PullRequestState, pullRequest: PullRequest?, permission: HostPermission, policy: CommandPolicy = .init(),
        identity: HostIdentity, thread: HostThread? = nil, wasChanged: Bool = false, rules: [String: ReportedRule] = [:],
        dismissals: [String: Int] = [:],
        configText: String = "", hasModel: Bool = false, hasSummary: Bool = true, description: ChangeDescription? = nil, now: Timestamp
    ) {
        self.state = state
        self.pullRequest = pullRequest
        self.permission = permission
        self.policy = policy
        self.identity = identity
        self.thread = thread
        self.wasChanged = wasChanged
        self.rules = rules
        self.dismissals = dismissals
        self.configText = configText
        self.hasModel = hasModel
        self.hasSummary = hasSummary
        self.description = description
        self.now = now
    }
}
