// What a reply without a command does. Only a clear dismissal by somebody who may dismiss changes anything; questions get what is known, once
// without a model; a dispute is noted and told how to end it, once; everything else gets a reaction or nothing. A thread in which a bot
// has the last word every time is one that people leave.

import ForgeCore

/// `words` is the text as it stands now; the request is that of the reply's job.
package func answer(reply words: String, _ request: CommandRequest, in scene: CommandScene) -> CommandOutcome {
    var answering = Answering(request: request, scene: scene)
    if let why = scene.reasonToStaySilent(request) { return CommandOutcome(note: why) }
    let reading = ReplyReading(words)
    answering.note("read as \(reading.meaning.rawValue)")
    switch reading.meaning {
    case .dismissal: answering.takeDismissal(reading.words)
    case .question: answering.takeQuestion(reading.words)
    case .dispute: answering.takeDispute(reading.words)
    case .fix: answering.reaction = .thumbsUp
    case .thanks: break
    case .other: answering.reaction = .eyes
    }
    return answering.outcome
}

extension CommandScene {
    /// Replies are for Forge only in its own threads, and only from people who work on the change.
    fileprivate func reasonToStaySilent(_ request: CommandRequest) -> String? {
        if identity.isAuthor(request.asker) { return "Forge does not answer itself" }
        if request.asker.isBot { return "a bot's reply is nobody's" }
        if wasChanged { return "the reply was edited after it was sent" }
        if findings(ofThread: request.thread).isEmpty { return "the thread is not about a finding" }
        if policy.isAskerDenied { return "the person is in commands.users_deny" }
        guard permission >= .write || isAuthor(request.asker) else { return "the person may not write, and is not the author" }
        return nil
    }

    fileprivate func isAuthor(_ actor: Actor) -> Bool { actor.number != nil && actor.number == pullRequest?.author.number }

    /// Whether Forge said something like this in the thread before.
    fileprivate func hasSaid(_ mark: String) -> Bool {
        (thread?.comments ?? []).contains { identity.isAuthor($0.author) && $0.body.split(separator: "\n").contains(mark[...]) }
    }
}

extension Answering {
    /// Of the same weight as the command, and takes the same permission.
    fileprivate mutating func takeDismissal(_ words: String) {
        guard let needed = scene.policy.permissions[.ignore], scene.permission >= needed else { return takeDispute(words) }
        dismiss(threadFindings, because: visible(words, charactersMax: 300))
    }

    /// A model's time is for those who may command it; what a rule says costs nothing, and is said once.
    fileprivate mutating func takeQuestion(_ words: String) {
        guard let entry = threadFindings.first else { return }
        let known = explanation(of: entry)
        if scene.hasModel, let needed = scene.policy.permissions[.ask], scene.permission >= needed {
            reaction = .eyes
            return ask(ModelQuestion(kind: .reply, words: words, finding: entry, rule: scene.rules[entry.rule], fallback: known))
        }
        guard !scene.hasSaid(RuleExplanation.mark(for: entry.id)) else {
            reaction = .confused
            return note("said before")
        }
        reaction = .thumbsUp
        say(known)
    }

    /// The finding stays: it is somebody's word against a rule's, and only a dismissal ends that.
    fileprivate mutating func takeDispute(_ words: String) {
        reaction = .eyes
        for entry in threadFindings where entry.state == .open && entry.disputedBy == nil {
            change(.dispute(id: entry.id, by: asker))
            follow(.refresh(because: "a finding is disputed"))
        }
        guard threadFindings.contains(where: { $0.state == .open }), !scene.hasSaid(Self.disputeMark) else { return }
        let canDismiss = scene.policy.permissions[.ignore].map { scene.permission >= $0 } ?? false
        let way =
            canDismiss
            ? "`/forge ignore <reason>` here dismisses it for good."
            : "Somebody with write access can dismiss it with `/forge ignore <reason>`."
        say("Noted: \(who(asker)) disagrees. The finding stays open until the code changes. \(way)\n\n\(Self.disputeMark)")
    }

    private static var disputeMark: String { "<!-- forge:disputed -->" }
}
