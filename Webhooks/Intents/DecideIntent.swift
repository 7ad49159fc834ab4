// What an event asks for: a pure function of the event, of who we are, and of the repository's configuration as far as it is known.
// It touches nothing, and a `nothing` always says why in a sentence that a person can act on.

package import ForgeCore

/// `policy` is nil while nobody has read the repository's configuration yet; the defaults count then, and the worker asks again.
package func decideIntent(_ event: Event, as settings: DecodingSettings, review policy: ReviewPolicy?) -> Intent {
    let decision = IntentDecision(context: event.context, settings: settings, policy: policy ?? ReviewPolicy())
    if let reason = decision.reasonItIsOurs(event.matter) { return .nothing(because: reason) }
    return switch event.matter {
    case .ping: .nothing(because: "ping: the hook works")
    case .pullRequest(let pull): decision.intent(for: pull)
    case .comment(let comment): decision.intent(for: comment)
    case .issue(let issue): decision.intent(for: issue)
    case .checks(let checks): decision.intent(for: checks)
    case .push(let push): .nothing(because: decision.reasonForNothing(push))
    case .installation: decision.noting(event)
    case .repository(let action): decision.intent(forRepositoryThat: action, event)
    case .mergeGroup(let group): decision.intent(for: group)
    case .alerts(let alerts): decision.intent(for: alerts)
    case .tracker(let kind, let action):
        .nothing(because: "\(GitHubText.word("\(kind).\(action)")) is the tracker's word about itself and asks for no work")
    case .unhandled(let why): .nothing(because: why)
    }
}

/// What every part of the decision reads. The parts are in the files beside this one.
struct IntentDecision {
    let context: EventContext
    let settings: DecodingSettings
    let policy: ReviewPolicy

    /// Why this event is only the echo of what we did ourselves. By number, never by login: a login can be chosen.
    func reasonItIsOurs(_ matter: EventMatter) -> String? {
        switch matter {
        case .pullRequest, .comment, .issue, .push, .mergeGroup:
            return isOwnSender ? "our own App caused this (\(context.name)), and it does not answer itself" : nil
        case .checks(let checks):
            return isOwn(checks) ? "our own App's check caused this (\(context.name)), and it does not answer itself" : nil
        case .ping, .installation, .repository, .alerts, .tracker, .unhandled:
            return nil
        }
    }

    private var isOwnSender: Bool {
        isOurs(user: context.sender.number) || isOurs(app: context.sender.viaApp)
    }

    /// Another system's check on a commit we pushed has us as its sender, so there the check's App counts; what people ask of our
    /// checks has our App and them as sender.
    private func isOwn(_ checks: ChecksEvent) -> Bool {
        switch checks.kind {
        case .status: isOwnSender
        case .checkRun, .checkSuite, .workflowRun: isOurs(app: checks.app) && (isOwnSender || !checks.isRequest)
        }
    }

    func isOurs(user: Int64?) -> Bool { user != nil && user == settings.ownUser }
    func isOurs(app: Int64?) -> Bool { app != nil && app == settings.ownApp }

    /// Whether a branch is one that Forge pushed: of that name, and known to be in this repository. A fork's may be called so too.
    func isOwnBranch(_ branch: String?, in head: RepositoryName?) -> Bool {
        branch?.hasPrefix(ownBranchPrefix) == true && head != nil && head == context.repository?.name
    }

    /// Nothing can be done about a repository that the event does not name, nor in one that takes no changes.
    func reasonRepositoryIsOut() -> String? {
        guard let repository = context.repository else { return "the event names no repository, so there is nothing to work on" }
        return repository.isArchived == true ? "the repository is archived and takes no changes" : nil
    }

    func reasonForNothing(_ push: PushEvent) -> String {
        guard push.after != nil else { return "'\(GitHubText.word(push.ref))' was deleted" }
        guard let branch = push.branch else { return "'\(GitHubText.word(push.ref))' is no branch" }
        return "a push to '\(GitHubText.word(branch))': what is open for it tells of the new head in an event of its own"
    }

    func intent(forRepositoryThat action: String, _ event: Event) -> Intent {
        switch action {
        case "renamed", "transferred", "deleted": noting(event)
        default: .nothing(because: "repository \(action.isEmpty ? "without an action" : action): nothing to do")
        }
    }

    func noting(_ event: Event) -> Intent {
        let notices = repositoryNotices(for: event, settings: settings)
        return notices.isEmpty ? .nothing(because: "\(context.name) names no repository to take note of") : .noteRepositories(notices)
    }

    func intent(for alerts: [AlertEvent]) -> Intent {
        let drafts = alerts.filter(\.opensTicket).map(\.draft)
        guard drafts.isEmpty else { return .tickets(drafts) }
        var notes: [String] = []
        for note in alerts.compactMap(\.note) where !notes.contains(note) { notes.append(note) }
        return .nothing(because: notes.isEmpty ? "nothing in it opens a ticket" : notes.joined(separator: "; "))
    }
}

extension ChecksEvent {
    /// A person pressed a button of a check, or the code host asks for one: the only check events that are for the check's own App.
    var isRequest: Bool {
        switch (kind, action) {
        case (.checkRun, "rerequested"), (.checkRun, "requested_action"), (.checkSuite, "requested"), (.checkSuite, "rerequested"): true
        default: false
        }
    }
}
