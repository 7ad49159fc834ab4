// A repository that gets another name: its events say so, and whoever still uses the old one is led to it, as GitHub does: by its number over
// REST, silently over GraphQL, by the new address over git. A token cannot be asked for under the old name.

import ForgeCore
import Foundation

extension GitHubStandIn {
    /// `name` is without the owner; the full name it has then.
    @discardableResult
    package func rename(_ repository: String, to name: String, by person: String = "alice") throws -> String {
        let new = "\(repository.split(separator: "/")[0])/\(name)"
        try FileManager.default.moveItem(atPath: git(repository).folder, toPath: git(new).folder)
        try core.change { state throws(GitHubRefusal) in
            state.account(person)
            var renamed = try state.repository(repository)
            state.repositories[repository.lowercased()] = nil
            let old = renamed.name
            renamed.name = name
            for number in renamed.pulls.keys where renamed.pulls[number]?.headRepository?.lowercased() == repository.lowercased() {
                renamed.pulls[number]?.headRepository = new
            }
            state.repositories[new.lowercased()] = renamed
            state.formerNames[repository.lowercased()] = renamed.id
            let changes: JSON = .members(("repository", .members(("name", .members(("from", .string(old)))))))
            state.emit("repository", "renamed", [("changes", changes)], new, by: person)
        }
        return new
    }
}

extension GitHubState {
    /// What had this name.
    func renamed(_ name: String) -> StandInRepository? {
        formerNames[name.lowercased()].flatMap { number in repositories.values.first { $0.id == number } }
    }

    /// Where a request under an old name has to go; nil when it is under none.
    func redirect(_ request: WireRequest) -> RESTAnswer? {
        guard request.path.first == "repos", request.path.count > 2 else { return nil }
        let name = "\(request.path[1])/\(request.path[2])"
        guard repositories[name.lowercased()] == nil, let moved = renamed(name) else { return nil }
        let rest = request.target.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: true).dropFirst(3).map { "/\($0)" }
            .joined()
        let place = "\(apiURL)/repositories/\(moved.id)\(rest)"
        let status = request.method == "GET" ? 301 : 307
        return .headed(status, .members(("message", "Moved Permanently"), ("url", .string(place))), [("location", place)])
    }

    /// A request by a repository's number, as one by its name.
    func named(_ request: WireRequest) -> WireRequest {
        guard request.path.first == "repositories", request.path.count > 1, let number = Int64(request.path[1]),
            let found = repositories.values.first(where: { $0.id == number })
        else { return request }
        var named = request
        named.path = ["repos", found.owner, found.name] + request.path.dropFirst(2)
        return named
    }
}
