// What the App asks for and what each phase of its work gets of it. The manifest that makes the App, the tokens of its sessions and the
// table in the README are made from this one list, so that nothing is asked for that nothing uses.

package import ForgeCore

package struct AppPermission: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable, Comparable {
        case read, write, admin

        private var rank: Int { self == .read ? 0 : self == .write ? 1 : 2 }
        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    }

    /// As GitHub's API spells it.
    package var name: String
    package var level: Level
    /// Why the App asks for it, for the README and for whoever installs it.
    package var reason: String
}

package enum AppPermissions {
    /// What the App's manifest asks for.
    package static let all: [AppPermission] = [
        AppPermission(name: "metadata", level: .read, reason: "finds the repository and who has which role in it"),
        AppPermission(
            name: "contents", level: .write,
            reason: "fetches the code under review; resolves threads of fixed findings; pushes the branches of fixes"),
        AppPermission(name: "pull_requests", level: .write, reason: "reads pull requests; writes reviews, replies and labels; opens fixes"),
        AppPermission(name: "issues", level: .write, reason: "answers commands in issues and conversations"),
        AppPermission(name: "checks", level: .write, reason: "shows the result of a review as a check run"),
    ]

    /// The webhooks the App listens to.
    package static let events = [
        "check_run", "check_suite", "issue_comment", "issues", "merge_group", "pull_request", "pull_request_review",
        "pull_request_review_comment", "pull_request_review_thread", "push", "repository",
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
