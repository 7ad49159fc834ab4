// The words behind `/forge`, and what each asks of whoever says it. A word that is not here is answered with the nearest one.

package import ForgeCore

package enum CommandName: String, Hashable, Sendable, CaseIterable {
    case help, review, explain, ask, describe, ignore, dismiss, resolve, pause, resume, config
    case plan, fix, approve, reject, cancel, retry

    /// What it looks like, and what it is for.
    var usage: (form: String, purpose: String) {
        switch self {
        case .help: ("help", "this list")
        case .review: ("review [full]", "look at what is new, or at everything again")
        case .explain: ("explain [id]", "what a finding means, why it matters, how to be rid of it")
        case .ask: ("ask <question>", "a question about this change")
        case .describe: ("describe", "what the change does, file by file")
        case .ignore: ("ignore <id> <reason>", "dismiss a finding for good; it does not come back in this pull request")
        case .dismiss: ("dismiss [id] [reason]", "the same, without having to say why")
        case .resolve: ("resolve [id]", "close the threads of findings without dismissing them")
        case .pause: ("pause", "no more reviews of new pushes here")
        case .resume: ("resume", "review new pushes again, beginning with what was missed")
        case .config: ("config", "every setting that holds here, and who decided it")
        case .plan: ("plan", "plan a change")
        case .fix: ("fix", "make a change")
        case .approve: ("approve", "agree to what was planned")
        case .reject: ("reject", "refuse what was planned")
        case .cancel: ("cancel", "end what is being worked on")
        case .retry: ("retry", "try once more")
        }
    }

    /// Known words that nothing carries out yet.
    var isForLater: Bool {
        switch self {
        case .plan, .fix, .approve, .reject, .cancel, .retry: true
        default: false
        }
    }

    /// Under an issue there is nothing to review.
    var needsPullRequest: Bool { self != .help && self != .config && !isForLater }
}

/// Who is listened to, as the configuration of the base branch says. Whoever makes one looks up what its patterns say of the asker.
package struct CommandPolicy: Hashable, Sendable {
    /// What it takes for each command; one that is not here is switched off.
    package var permissions: [CommandName: HostPermission]
    /// `commands.users_deny` names the asker.
    package var isAskerDenied: Bool
    /// `commands.bots_allow` names the asker, which is a bot.
    package var isBotAllowed: Bool

    package init(
        permissions: [CommandName: HostPermission] = .init(uniqueKeysWithValues: CommandName.allCases.map { ($0, .write) }),
        isAskerDenied: Bool = false, isBotAllowed: Bool = false
    ) {
        self.permissions = permissions
        self.isAskerDenied = isAskerDenied
        self.isBotAllowed = isBotAllowed
    }
}
