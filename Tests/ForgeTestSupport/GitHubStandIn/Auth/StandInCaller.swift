// Who asks: the App by its own token, an installation by one of those it was given, or nobody. The texts of a refusal are GitHub's.

import ForgeCore
import ForgeCrypto

package enum StandInCaller: Hashable, Sendable {
    case nobody
    case app
    case installation(StandInToken)
}

extension GitHubState {
    /// `verifies` checks a signature: of these bytes, by the App's key.
    func caller(of request: WireRequest, verifies: (_ signature: [UInt8], _ signed: String) -> Bool) throws(GitHubRefusal) -> StandInCaller
    {
        guard let header = request.header("authorization") else { return .nobody }
        let words = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, ["bearer", "token"].contains(words[0].lowercased()) else { throw .badCredentials }
        if let token = tokens[words[1]] { return .installation(try usable(token)) }
        let parts = words[1].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, words[1].hasPrefix("ey") else { throw .badCredentials }
        try check(parts, verifies)
        return .app
    }

    func usable(_ token: StandInToken) throws(GitHubRefusal) -> StandInToken {
        guard !token.isRevoked, token.expiresAt > now, let installation = installations[token.installation], !installation.isDeleted else {
            throw .badCredentials
        }
        if installation.isSuspended { throw .suspended }
        return token
    }

    private func check(_ parts: [Substring], _ verifies: ([UInt8], String) -> Bool) throws(GitHubRefusal) {
        let undecodable = GitHubRefusal(401, "A JSON web token could not be decoded")
        guard let head = json(in: parts[0]), let claims = json(in: parts[1]), let signature = bytes(in: parts[2]),
            head["alg"]?.string == "RS256", app.publicKey != nil, verifies(signature, "\(parts[0]).\(parts[1])")
        else { throw undecodable }
        guard let issuer = claims["iss"]?.string, issuer == String(app.id) || issuer == app.clientID else {
            throw GitHubRefusal(401, "'Issuer' claim ('iss') must be an Integer")
        }
        let moment = now.milliseconds / 1_000
        guard case .integer(let end) = claims["exp"] ?? .null, end > moment else {
            throw GitHubRefusal(
                401,
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
        }
        guard end <= moment + 600 else { throw GitHubRefusal(401, "'Expiration time' claim ('exp') is too far in the future") }
        guard case .integer(let start) = claims["iat"] ?? .null, start <= moment else {
            throw GitHubRefusal(
                401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
        }
    }

    private func bytes(in part: Substring) -> [UInt8]? { try? Base64.decode(part, as: .url) }  // Not to be read is not to be accepted.

    private func json(in part: Substring) -> JSON? {
        guard let bytes = bytes(in: part) else { return nil }
        return try? JSONParser.parse(bytes).value  // Neither is this.
    }
}
