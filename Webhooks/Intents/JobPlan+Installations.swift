// What an installation that came (back) asks for: its code host told of nothing while it was not there, and what failed for want of a
// permission is not told again.

import ForgeCore

extension JobPlan {
    /// Repositories of one event; of more nobody expects to be caught up with at once.
    private static let repositoriesMax = 100

    /// One for each repository.
    func catchUp() -> [NewJob] {
        guard case .installation(let installation) = event.matter, let hours = Self.hours(of: installation.action) else { return [] }
        return installation.added.prefix(Self.repositoriesMax).map { repository in
            NewJob(
                kind: "catch_up", tenant: .installation(installation.installation), repository: repository.name.description,
                workKey: "catch_up:\(repository.number)", subject: "catch_up", priority: -10, attemptsMax: attemptsMax,
                payload: [
                    "schema": 1, "event": .string(context.name), "repository_id": .integer(repository.number),
                    "hours": .integer(hours),
                ])
        }
    }

    /// How far back: a suspension may last; to a new installation only what is being worked on matters.
    private static func hours(of action: String) -> Int64? {
        switch action {
        case "created": 24
        case "unsuspend", "new_permissions_accepted": 14 * 24
        default: nil
        }
    }
}
