// What a command is answered with: a pure function of the request and of how things stand. It must never give a stranger something to
// read, change what the asker may not change, or put a word from outside into a text as it came.
//
// Who hears what. A bot that nobody listed, and Forge itself: nothing. Somebody who may not write, or whom the configuration names: a
// reaction and not a word, since whoever can comment could otherwise fill the page with Forge's refusals. Somebody who may write, and asks
// for what is switched off or needs more: one sentence. Everybody else: an answer.

import ForgeCore

/// The same request and scene give the same outcome.
package func answer(_ request: CommandRequest, in scene: CommandScene) -> CommandOutcome {
    if let refusal = scene.refusal(of: request) { return refusal }
    var answering = Answering(request: request, scene: scene)
    if scene.wasChanged {
        answering.note("the comment was edited after it was sent")
        answering.notUnderstood("This comment was edited after it was sent, so nothing of it was carried out; please write a new one.")
        return answering.outcome
    }
    for command in request.commands { answering.carryOut(command) }
    if request.leftOut > 0 {
        answering.say(
            "One comment carries out \(CommandList.countMax) commands at most; \(counted(request.leftOut, "more line")) of it did nothing.")
        answering.reaction = .confused
    }
    return answering.outcome
}

extension CommandScene {
    /// What becomes of a request of somebody who is not listened to; nil when the asker is.
    func refusal(of request: CommandRequest) -> CommandOutcome? {
        let login = visible(request.asker.login ?? "nobody", charactersMax: 64)
        if identity.isAuthor(request.asker) { return CommandOutcome(note: "Forge does not answer itself") }
        if request.asker.isBot, !policy.isBotAllowed {
            return CommandOutcome(note: "the bot \(login) is not in commands.bots_allow")
        }
        if policy.isAskerDenied {
            return CommandOutcome(reaction: .thumbsDown, note: "\(login) is in commands.users_deny")
        }
        guard permission >= .write else {
            return CommandOutcome(reaction: .thumbsDown, note: "\(login) may not write to the repository (\(permission.rawValue))")
        }
        return nil
    }
}

/// One comment's commands on their way to an outcome. What one of them changes, the next one sees.
struct Answering {
    let request: CommandRequest
    let scene: CommandScene
    var state: PullRequestState
    var outcome = CommandOutcome()
    /// The command at hand, as it is shown above its answer.
    private var heading: String?
    /// What the thread is about, the gravest first.
    let threadIDs: [String]

    init(request: CommandRequest, scene: CommandScene) {
        self.request = request
        self.scene = scene
        state = scene.state
        threadIDs = scene.findings(ofThread: request.thread).map(\.id)
    }

    /// The one that says most: something was not understood, something is begun, something is done.
    var reaction: HostReaction? {
        get { outcome.reaction }
        set {
            let order: [HostReaction?] = [nil, .thumbsUp, .eyes, .confused]
            let rank = { (one: HostReaction?) in order.firstIndex(of: one) ?? 0 }
            if rank(newValue) > rank(outcome.reaction) { outcome.reaction = newValue }
        }
    }

    var asker: String { request.asker.login ?? "somebody" }
    /// Where the answer stands right below the question.
    var isInThread: Bool { request.thread != nil }
    /// What the thread is about: there the id may be left out. Empty in a thread that a person opened.
    var threadFindings: [LedgerEntry] { threadIDs.compactMap { state.ledger[$0] } }

    mutating func carryOut(_ command: Command) {
        heading = isInThread ? nil : quoted(command)
        defer { heading = nil }
        note("/forge \(visible(command.name, charactersMax: 32))")
        guard let name = CommandName(rawValue: command.name) else { return sayUnknown(command) }
        if let refusal = refusal(of: name) { return notUnderstood(refusal) }
        switch name {
        case .help: sayHelp()
        case .config: sayConfig()
        case .review: review(command.arguments)
        case .pause: pause()
        case .resume: resume()
        case .describe: describe()
        case .explain: explain(command.arguments)
        case .ask: ask(command.arguments)
        case .ignore, .dismiss: dismiss(command.arguments, as: name)
        case .resolve: resolve(command.arguments)
        case .plan, .fix, .approve, .reject, .cancel, .retry: notUnderstood(Self.notYet(name))
        }
    }

    private func refusal(of name: CommandName) -> String? {
        let shown = "`/forge \(name.rawValue)`"
        guard let needed = scene.policy.permissions[name] else {
            return "\(shown) is switched off in this repository: `commands.enabled` in `.forge.yml` does not list it."
        }
        guard scene.permission >= needed else { return "\(shown) takes `\(needed.rawValue)` access to this repository." }
        if name.needsPullRequest, !request.isPullRequest { return "\(shown) is for pull requests; this is an issue." }
        return nil
    }

    static func notYet(_ name: CommandName) -> String {
        "`/forge \(name.rawValue)` is not in this repository yet: Forge reviews here, and changes no code."
    }

    // MARK: What is said and done

    mutating func say(_ text: String) { outcome.parts.append(AnswerPart(heading: takeHeading(), .text(text))) }

    mutating func ask(_ question: ModelQuestion) { outcome.parts.append(AnswerPart(heading: takeHeading(), .question(question))) }

    mutating func notUnderstood(_ text: String) {
        reaction = .confused
        say(text)
    }

    mutating func change(_ change: StateChange) {
        outcome.changes.append(change)
        state.apply([change])
    }

    mutating func follow(_ followUp: FollowUp) {
        if !outcome.followUps.contains(followUp) { outcome.followUps.append(followUp) }
    }

    mutating func note(_ text: String) { outcome.note += outcome.note.isEmpty ? text : "; \(text)" }

    /// A command is shown once, above the first thing said about it.
    private mutating func takeHeading() -> String? {
        defer { heading = nil }
        return heading
    }

    /// `> ada: /forge explain a1b2c3`, so that a reader of the conversation sees what is answered.
    private func quoted(_ command: Command) -> String {
        let text = command.arguments.isEmpty ? "/forge \(command.name)" : "/forge \(command.name) \(command.arguments)"
        return "> \(MarkdownFormat.code(visible(asker, charactersMax: 64))): \(MarkdownFormat.code(visible(text, charactersMax: 120)))"
    }
}
