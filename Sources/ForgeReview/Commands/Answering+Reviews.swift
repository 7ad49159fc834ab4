// The commands about reviews as a whole: look again, wait, go on, describe.

import ForgeCore

extension Answering {
    mutating func review(_ arguments: String) {
        guard isOpen else { return notUnderstood("This pull request is closed; reopen it to have it reviewed.") }
        let word = arguments.split(separator: " ").first.map(String.init) ?? ""
        let isFull = Nearest.name(to: word, in: ["full"]) != nil
        reaction = .eyes
        change(.noteWish)
        follow(.review(isFull: isFull, because: "asked by \(visible(asker, charactersMax: 64))"))
        // The review is the answer. Only what it would not show is said.
        if let by = state.pausedBy, by != PullRequestState.pausedByForge {
            say("This is looked at once; new pushes are not, since \(who(by)) paused reviews here. `/forge resume` takes that back.")
        }
    }

    mutating func pause() {
        if let by = state.pausedBy, by != PullRequestState.pausedByForge {
            reaction = .thumbsUp
            return say("Reviews of new pushes are paused here already, by \(who(by)). `/forge resume` takes that back.")
        }
        reaction = .thumbsUp
        change(.pause(by: asker))
        say("New pushes are not reviewed here any more. `/forge review` looks once, `/forge resume` takes this back.")
    }

    mutating func resume() {
        guard isOpen else { return notUnderstood("This pull request is closed; reopen it to have it reviewed.") }
        guard state.pausedBy != nil else {
            reaction = .thumbsUp
            return say("Nothing is paused here: new pushes are reviewed.")
        }
        reaction = .eyes
        change(.resume)
        follow(.review(isFull: false, because: "resumed by \(visible(asker, charactersMax: 64))"))
    }

    mutating func describe() {
        guard let description = scene.description else {
            return notUnderstood("There is no change to describe: the pull request has no files.")
        }
        reaction = .thumbsUp
        change(.describe)
        follow(.describe(description))
        // The summary is the answer, from now on in every round.
        if scene.hasSummary { follow(.refresh(because: "described")) } else { say(description.summary) }
    }

    private var isOpen: Bool { scene.pullRequest?.isOpen ?? false }

    func who(_ login: String) -> String { MarkdownFormat.code(visible(login, charactersMax: 64)) }
}
