// What proves to GitHub that Forge is its App: a token signed with the App's key, good for a few minutes. It must never be sent to another
// host, and is not kept longer than it is good.

package import ForgeCore
import ForgeCrypto
import Synchronization

/// Makes the App's tokens (JWT, RS256).
///
/// GitHub takes one whose `iat` is not ahead of its own clock and whose `exp` is at most ten minutes ahead of it. So `iat` stands a minute
/// back and `exp` at most nine minutes on, and when GitHub's clock turns out to be another one, its time is taken from then on.
package final class AppIdentity: Sendable {
    /// How far ahead a token ends, from GitHub's now.
    static let lifetime = Duration.seconds(540)
    static let backdating = Duration.seconds(60)
    /// One with less left is not begun with.
    private static let remainderMin = Duration.seconds(120)
    /// A smaller difference between the clocks changes nothing.
    private static let skewMin = Duration.seconds(5)

    private struct Signed {
        var token: Secret
        var number: Int
        var expiresAt: Timestamp
    }

    private struct State {
        /// GitHub's clock less ours.
        var skew = Duration.zero
        var signed: Signed?
        var lastNumber = 0
    }

    /// The client id (preferred by GitHub) or the App's number.
    private let issuer: String
    private let key: AppKey
    private let wall: WallClock
    private let state = Mutex(State())

    package init(issuer: String, key: AppKey, wall: WallClock) {
        self.issuer = issuer
        self.key = key
        self.wall = wall
    }

    /// GitHub's clock less this machine's, as far as it was noticed.
    package var skew: Duration { state.withLock { $0.skew } }

    /// The value of `Authorization`, and the number of the token in it.
    package func authorization() -> (value: Secret, number: Int) {
        let now = wall.now
        let held = state.withLock { state -> Signed? in
            guard let signed = state.signed, signed.expiresAt - (now + state.skew) > Self.remainderMin else { return nil }
            return signed
        }
        if let held { return (held.token, held.number) }
        let skew = self.skew
        let token = sign(at: now + skew)
        let number = state.withLock { state in
            state.lastNumber += 1
            state.signed = Signed(token: token, number: state.lastNumber, expiresAt: now + skew + Self.lifetime)
            return state.lastNumber
        }
        return (token, number)
    }

    /// Takes GitHub's time over; true when that makes the next token another one than the last.
    package func adjust(toServerTime server: Timestamp) -> Bool {
        let found = server - wall.now
        return state.withLock { state in
            let change = found - state.skew
            guard change > Self.skewMin || change < .zero - Self.skewMin else { return false }
            state.skew = found
            state.signed = nil
            return true
        }
    }

    private func sign(at now: Timestamp) -> Secret {
        let header: JSON = ["alg": "RS256", "typ": "JWT"]
        let claims: JSON = [
            "iat": JSON((now - Self.backdating).milliseconds / 1000),
            "exp": JSON((now + Self.lifetime).milliseconds / 1000),
            // A number there is taken as one; GitHub knows both.
            "iss": Int64(issuer).map(JSON.integer) ?? .string(issuer),
        ]
        let content = [header, claims].map { Base64.encode(Array($0.text.utf8), as: .url) }.joined(separator: ".")
        let signature = Base64.encode(key.sign(Array(content.utf8)), as: .url)
        return Secret(Array("Bearer \(content).\(signature)".utf8))
    }
}
