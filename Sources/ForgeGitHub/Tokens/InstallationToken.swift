// One token of an installation: opaque, of any length, good for an hour at most. It must never be taken apart, printed or stored.

import ForgeCore

struct InstallationToken: Sendable {
    /// For git.
    let secret: Secret
    /// The value of `Authorization`.
    let authorization: Secret
    let number: Int
    let mintedAt: Timestamp
    /// On this machine's clock.
    let expiresAt: Timestamp
    let granted: [String: AppPermission.Level]
    let cache = AnswerCache()

    init?(_ answer: GitHubAnswer, number: Int, now: Timestamp) {
        guard let text = answer.json["token"]?.string, !text.isEmpty,
            let expires = answer.json["expires_at"]?.string.flatMap({ Timestamp(text: $0) })
        else { return nil }
        secret = Secret(Array(text.utf8))
        authorization = Secret(Array("Bearer \(text)".utf8))
        self.number = number
        mintedAt = now
        expiresAt = now + (expires - (answer.serverTime ?? now))
        granted = grantedPermissions(answer.json["permissions"])
    }

    /// A new token is not known everywhere at once.
    func isYoung(at now: Timestamp) -> Bool { now - mintedAt < .seconds(5) }
}
