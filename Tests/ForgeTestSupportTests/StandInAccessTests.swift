// Who the stand-in lets in, and with which words it turns others away.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite struct StandInAccessTests {
    @Test func `the App's token is taken while its times are right`() throws {
        let github = try GitHubStandIn()
        func answer(_ token: String) throws -> (Int, String) {
            let reply = try StandInClient(github, token: token).ask("GET", "/app")
            return (reply.status, reply.json["message"]?.string ?? "")
        }
        #expect(try answer(StandInClient.appToken(github)).0 == 200)
        #expect(try answer(StandInClient.appToken(github, lasting: 700)).1.contains("too far in the future"))
        #expect(try answer(StandInClient.appToken(github, lasting: -5)).1.contains("future time at which the assertion expires"))
        #expect(try answer(StandInClient.appToken(github, issuedAgo: -60)).1.contains("'Issued at' claim"))
        #expect(try answer(StandInClient.appToken(github, issuer: "999")).1.contains("'Issuer' claim"))
        #expect(try answer(String(StandInClient.appToken(github).dropLast(8)) + "AAAAAAAA").1.contains("could not be decoded"))
        github.setClock(ahead: .seconds(-600))
        let skewed = try StandInClient(github, token: StandInClient.appToken(github)).ask("GET", "/app")
        #expect(skewed.status == 401 && skewed.headers["date"]?.hasSuffix("GMT") == true)
        github.setClock(ahead: .zero)
        github.revokeKey()
        #expect(try answer(StandInClient.appToken(github)).0 == 401)
    }

    @Test func `a token reaches what was asked for and no more, and ends`() throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        try github.makeRepository("acme/other", [("a", "a")])
        var client = try StandInClient(github, asking: ["repositories": ["shop"], "permissions": ["pull_requests": "read"]])
        #expect(try client.ask("GET", "/repos/acme/shop/pulls/1").status == 200)
        #expect(try client.ask("GET", "/repos/acme/other").status == 404)
        let refused = try client.ask("POST", "/repos/acme/shop/issues/1/comments", ["body": "x"])
        #expect(refused.status == 403 && refused.headers["x-accepted-github-permissions"] == "issues=write; pull_requests=write")
        #expect(try client.ask("DELETE", "/installation/token").status == 204)
        #expect(try client.ask("GET", "/repos/acme/shop").status == 401)
        client = try StandInClient(github)
        github.expireTokens()
        #expect(try client.ask("GET", "/repos/acme/shop").json["message"]?.string == "Bad credentials")
        client = try StandInClient(github)
        try github.setSuspended(true)
        #expect(try client.ask("GET", "/repos/acme/shop").json["message"]?.string == "This installation has been suspended")
        #expect(github.violations.isEmpty)
    }

    @Test func `more than was granted is not given, and the long form comes on request`() throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        let app = StandInClient(github, token: try StandInClient.appToken(github))
        let path = "/app/installations/\(github.installationID)/access_tokens"
        #expect(try app.ask("POST", path, ["permissions": ["contents": "write"]]).status == 422)
        #expect(try app.ask("POST", path, ["repositories": ["nowhere"]]).status == 422)
        let long = try app.ask("POST", path, headers: ["x-github-stateless-s2s-token": "enabled"]).json["token"]?.string ?? ""
        #expect(long.count > 400 && long.hasPrefix("ghs_\(github.appID)_") && long.contains("."))
        #expect(try StandInClient(github, token: long).ask("GET", "/repos/acme/shop").status == 200)
    }

    @Test func `bad manners and unknown places are violations`() throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        let client = try StandInClient(github)
        #expect(try client.ask("GET", "/repos/acme/shop", headers: ["user-agent": ""]).status == 403)
        #expect(try client.ask("GET", "/repos/acme/shop/traffic").status == 404)
        #expect(try client.ask("PATCH", "/repos/acme/shop/issues/1/comments", ["body": "x"]).status == 404)
        #expect(try client.ask("POST", "/repos/acme/shop/issues/1/comments", ["body": "x", "title": "y"]).status == 422)
        #expect(try client.ask("GET", "/app").status == 401)
        #expect(github.violations.count == 5, "\(github.violations)")
    }

    @Test func `git is served to a token that may read`() throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        let client = try StandInClient(github)
        let folder = FileManager.default.temporaryDirectory.appending(path: "forge-clone-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let git = GitProgram(in: folder.path)
        try git.run(["init", "-q"])
        let url = github.apiURL.replacing("http://", with: "http://x-access-token:\(client.token)@") + "/acme/shop.git"
        try git.run(["fetch", "-q", url, "refs/pull/1/head"])
        #expect(try git.text(["rev-parse", "FETCH_HEAD"]) == github.tip(of: "change", in: "acme/shop"))
        #expect(throws: GitProgram.Failure.self) {
            try git.run(["fetch", "-q", url.replacing(client.token, with: "ghs_wrong"), "refs/pull/1/head"])
        }
    }
}
