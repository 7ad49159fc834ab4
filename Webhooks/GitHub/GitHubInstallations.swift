// Installations of the App, and the repositories under them.

import ForgeCore

extension GitHubPayload {
    func installationEvent() throws(DecodeFailure) -> InstallationEvent {
        let repositories = references("repositories")
        let isGone = action == "deleted"
        return try installation(added: isGone ? [] : repositories, removed: isGone ? repositories : [])
    }

    func installationRepositoriesEvent() throws(DecodeFailure) -> InstallationEvent {
        try installation(added: references("repositories_added"), removed: references("repositories_removed"))
    }

    private func installation(
        added: [RepositoryReference], removed: [RepositoryReference]
    ) throws(DecodeFailure) -> InstallationEvent {
        let installation = try required("installation")
        return InstallationEvent(
            action: action ?? "", installation: try requiredNumber("id", in: installation, called: "installation"),
            account: installation["account"]?["login"]?.string.map(GitHubText.word), added: added, removed: removed)
    }

    private func references(_ member: String) -> [RepositoryReference] {
        (root[member]?.array ?? []).compactMap { RepositoryReference(github: $0) }
    }
}
