// What the App asks for and what each phase of its work gets of it. The manifest that makes the App, the tokens of its sessions, `forge app
// status` and the table in the README are made from this one list, so that nothing is asked for that nothing uses.

package import ForgeCore

package struct AppPermission: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable, Comparable {
        case read, write, admin

        private var rank: Int { self == .read ? 0 : self == .write ? 1 : 2 }
        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    }

    /// What is lost with less than the whole, where Forge works on all the same.
    package struct Reduced: Hashable, Sendable {
        /// Nil when it may be missing altogether.
        package var level: Level?
        package var loss: String
    }

    /// As GitHub's API spells it.
    package var name: String
    package var level: Level
    /// Why the App asks for it, for the README and for whoever installs it.
    package var reason: String
    package var reduced: Reduced?
}

/// A kind of webhook the App listens to.
package struct AppEvent: Hashable, Sendable {
    package var name: String
    package var reason: String
    /// GitHub sends it to Apps with this permission only.
    package var needs: String
}

package enum AppPermissions {
    /// What the App's manifest asks for.
    package static let all: [AppPermission] = [
        AppPermission(name: "metadata", level: .read, reason: "finds the repository and who has which role in it"),
        AppPermission(
            name: "contents", level: .write,
            reason:
                "fetches the code under review; resolves threads of fixed findings, which GitHub allows nobody who could not push; pushes "
                + "the branches of fixes",
            reduced: .init(level: .read, loss: "threads of fixed findings are answered but stay open, and no fix can be pushed")),
        AppPermission(name: "pull_requests", level: .write, reason: "reads pull requests; writes reviews, replies and labels; opens fixes"),
        AppPermission(name: "issues", level: .write, reason: "answers commands in issues and conversations"),
        AppPermission(name: "checks", level: .write, reason: "shows the result of a review as a check run, and has its buttons"),
        AppPermission(
            name: "merge_queues", level: .read, reason: "hears when a merge queue waits for the check",
            reduced: .init(level: nil, loss: "a merge queue that requires Forge's check waits for it in vain")),
    ]

    package static let events: [AppEvent] = [
        AppEvent(name: "pull_request", reason: "a review begins, is superseded or ends", needs: "pull_requests"),
        AppEvent(name: "pull_request_review", reason: "commands in what a person says with a review", needs: "pull_requests"),
        AppEvent(name: "pull_request_review_comment", reason: "commands and answers in the threads of findings", needs: "pull_requests"),
        AppEvent(name: "issue_comment", reason: "commands in the conversation", needs: "issues"),
        AppEvent(name: "issues", reason: "an issue with the agreed label becomes a ticket", needs: "issues"),
        AppEvent(name: "check_run", reason: "the buttons of Forge's check; others' results on Forge's own branches", needs: "checks"),
        AppEvent(name: "check_suite", reason: "'Re-run all checks'; others' results on Forge's own branches", needs: "checks"),
        AppEvent(name: "merge_group", reason: "a merge queue asks for the check", needs: "merge_queues"),
        AppEvent(name: "repository", reason: "a repository was renamed, transferred or deleted", needs: "metadata"),
    ]

    /// What the token of a session may do.
    package static func granted(to phase: HostPhase) -> [String: AppPermission.Level] {
        switch phase {
        case .review: ["metadata": .read, "contents": .read, "pull_requests": .write, "checks": .write]
        case .command: ["metadata": .read, "contents": .read, "pull_requests": .write, "checks": .write, "issues": .write]
        case .publish: ["metadata": .read, "contents": .write, "pull_requests": .write]
        }
    }

    /// GitHub lets no App resolve a thread that could not push. It is a token of its own, for this one request.
    static let resolving: [String: AppPermission.Level] = ["metadata": .read, "contents": .write, "pull_requests": .write]
}
