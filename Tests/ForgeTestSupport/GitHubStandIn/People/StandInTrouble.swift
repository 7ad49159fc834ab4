// What may happen to an App as a whole: a suspended or deleted installation, a revoked key, a clock that is off, a repository that is gone.

package import ForgeCore
import Synchronization

extension GitHubStandIn {
    package func setSuspended(_ isSuspended: Bool) throws {
        try core.change { state throws(GitHubRefusal) in
            state.installations[7_001]?.isSuspended = isSuspended
            state.emitInstallation(isSuspended ? "suspend" : "unsuspend", by: "alice")
        }
    }

    package func deleteInstallation() throws {
        try core.change { state throws(GitHubRefusal) in
            state.emitInstallation("deleted", by: "alice")
            state.installations[7_001]?.isDeleted = true
        }
    }

    package func revokeKey() { change { $0.app.publicKey = nil } }

    /// Every token given out so far is old now.
    package func expireTokens() {
        change { state in
            let past = state.now - .seconds(1)
            for text in state.tokens.keys { state.tokens[text]?.expiresAt = past }
        }
    }

    /// Takes a permission from the installation, and from every token of it.
    package func take(permission: String) {
        change { state in
            state.installations[7_001]?.permissions[permission] = nil
            for text in state.tokens.keys { state.tokens[text]?.permissions[permission] = nil }
        }
    }

    /// How far this server's clock is ahead.
    package func setClock(ahead: Duration) { change { $0.clockAhead = ahead } }

    package func deleteRepository(_ name: String) throws {
        try core.change { state throws(GitHubRefusal) in
            state.emit("repository", "deleted", [], name, by: "alice")
            for (key, repository) in state.repositories {
                for pull in repository.pulls.values where pull.headRepository?.lowercased() == name.lowercased() {
                    state.repositories[key]?.pulls[pull.number]?.headRepository = nil
                }
            }
            state.repositories[name.lowercased()] = nil
        }
    }

    /// A code that a browser would have come back with.
    package func manifestCode(for manifest: JSON) -> String {
        core.state.withLock { state in
            let code = "code\(state.newID())"
            state.manifestCodes[code] = manifest
            return code
        }
    }

    /// An event as GitHub would send it, with what a test says in it.
    package func emit(_ event: String, _ action: String?, _ members: [(String, JSON)], in repository: String?, as person: String) throws {
        try core.change { state throws(GitHubRefusal) in state.emit(event, action, members, repository, by: person) }
    }
}

extension GitHubState {
    mutating func emitInstallation(_ action: String, by person: String) {
        account(person)
        guard let installation = installations[7_001] else { return }
        let own = repositories.values.filter { $0.owner.lowercased() == installation.account.lowercased() }
        let short = own.map {
            JSON.members(("id", JSON($0.id)), ("name", .string($0.name)), ("full_name", .string($0.fullName)), ("private", true))
        }
        emit(
            "installation", action, [("installation", json(installation: installation)), ("repositories", .array(short))], nil, by: person)
    }
}
