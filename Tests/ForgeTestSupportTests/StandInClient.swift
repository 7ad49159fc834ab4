// A client of the stand-in for its own tests, as plain as can be: it signs by itself and speaks HTTP with a socket of its own.

import ForgeCore
import ForgeCrypto
import ForgeTestSupport
import Foundation

struct StandInClient {
    struct Reply {
        var status: Int
        var headers: [String: String]
        var json: JSON
    }

    let github: GitHubStandIn
    var token: String

    init(_ github: GitHubStandIn, token: String) {
        self.github = github
        self.token = token
    }

    /// With a token for everything that the installation has.
    init(_ github: GitHubStandIn, asking: JSON = .object([])) throws {
        self.init(github, token: try Self.appToken(github))
        let made = try ask("POST", "/app/installations/\(github.installationID)/access_tokens", asking)
        token = made.json["token"]?.string ?? ""
    }

    static func appToken(_ github: GitHubStandIn, issuedAgo: Int64 = 60, lasting: Int64 = 540, issuer: JSON? = nil) throws -> String {
        let now = Int64(Date().timeIntervalSince1970)
        let head = Base64.encode(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8), as: .url)
        let claims: JSON = [
            "iat": JSON(now - issuedAgo), "exp": JSON(now + lasting), "iss": issuer ?? .string(String(github.appID)),
        ]
        let signed = "\(head).\(Base64.encode(claims.utf8, as: .url))"
        let lines = github.privateKeyPEM.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        let key = try RSAPrivateKey(der: try Base64.decode(lines.joined()))
        return "\(signed).\(Base64.encode(key.sign(Array(signed.utf8)), as: .url))"
    }

    /// Nil when the connection ended without an answer.
    func tryAsking(_ method: String, _ path: String, _ body: JSON? = nil, headers: [String: String] = [:]) -> Reply? {
        var all = ["host": "127.0.0.1", "connection": "close", "user-agent": "test", "authorization": "Bearer \(token)"]
        for (name, value) in headers { all[name] = value.isEmpty ? nil : value }
        let bytes = body?.utf8 ?? []
        all["content-length"] = String(bytes.count)
        let head = "\(method) \(path) HTTP/1.1\r\n" + all.map { "\($0.key): \($0.value)\r\n" }.joined() + "\r\n"
        guard let answer = github.exchange(Array(head.utf8) + bytes) else { return nil }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            return nil
        }
        var found: [String: String] = [:]
        for line in text[..<end.lowerBound].components(separatedBy: "\r\n").dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if sides.count == 2 { found[sides[0]] = sides[1] }
        }
        // What is no JSON is null here; the tests that want JSON say so.
        return Reply(status: status, headers: found, json: (try? JSONParser.parse(String(text[end.upperBound...]))) ?? .null)
    }

    func ask(_ method: String, _ path: String, _ body: JSON? = nil, headers: [String: String] = [:]) throws -> Reply {
        guard let reply = tryAsking(method, path, body, headers: headers) else { throw NoReply() }
        return reply
    }

    struct NoReply: Error {}
}

/// A repository with one pull request that changes lines 2 and 3 of a file.
func shop(_ github: GitHubStandIn) throws -> Int64 {
    let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n"
    try github.makeRepository("acme/shop", [("a.txt", .text(before)), ("b.txt", "b\n")])
    let after = before.replacing("2\n3\n", with: "two\nthree\n", maxReplacements: 1)
    try github.push([("a.txt", .text(after))], to: "change", of: "acme/shop")
    return try github.open(PullDraft("acme/shop", branch: "change", title: "Words for numbers"))
}
