// The service from start to stop, as a sender, an operator and a client of the API see it.

import ForgeCore
import Foundation
import Testing

@Suite(.serialized) struct LifeTests {
    static func pullRequest(head: String = String(repeating: "a", count: 40), number: Int = 7) -> String {
        """
        {"action":"opened","number":\(number),"pull_request":{"number":\(number),"state":"open","draft":false,"title":"Round prices",
        "user":{"login":"ada","id":9,"type":"User"},"head":{"sha":"\(head)","ref":"x","repo":{"id":1,"full_name":"acme/shop"}},
        "base":{"sha":"\(String(repeating: "b", count: 40))","ref":"main","repo":{"id":1,"full_name":"acme/shop"}}},
        "repository":{"id":1,"full_name":"acme/shop","default_branch":"main"},"installation":{"id":5},
        "sender":{"login":"ada","id":9,"type":"User"}}
        """
    }

    @Test func `a pull request becomes a job, and the same delivery again is answered 200 with what it led to`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.github("pull_request", Self.pullRequest(), delivery: "one").status == 202)
        try await service.settle()
        let again = try service.github("pull_request", Self.pullRequest(), delivery: "one")
        let json = try JSONParser.parse(again.body)
        #expect(again.status == 200)
        #expect(json["state"]?.string == "done")
        #expect(json["job"] != nil, "\(again.body)")
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `something that failed runs again when it comes again`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.github("push", "no JSON", delivery: "bad").status == 202)
        try await service.settle()
        let again = try service.github("push", "no JSON", delivery: "bad")
        #expect(again.status == 202, "\(again.body)")
        #expect(try JSONParser.parse(again.body)["state"]?.string == "pending")
        try await service.settle()
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `without a secret every delivery is refused and readyz says so`() throws {
        let service = try ServiceUnderTest()
        let settings = "listen: 127.0.0.1:0\ndata: \(service.dataPath)\n"
        try Data(settings.utf8).write(to: URL(filePath: service.settingsPath))
        try service.start()
        #expect(try service.github("ping", "{}").status == 401)
        let ready = try service.send("GET", "/readyz")
        #expect(ready.status == 503)
        #expect(ready.body.contains("webhook_secrets_file"), "\(ready.body)")
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `no secret, token or body is ever logged`() async throws {
        let service = try ServiceUnderTest(moreSettings: "log: {level: debug}")
        try service.start()
        let marker = "marker-\(UUID().uuidString)"
        #expect(try service.github("ping", #"{"zen":"\#(marker)"}"#).status == 202)
        let json = ["content-type": "application/json"]
        let glitchtip =
            #"{"text":"GlitchTip Alert","attachments":[{"title":"\#(marker)","title_link":"https://g.example.com/a/issues/3"}]}"#
        let path = "/webhooks/glitchtip/front/\(ServiceUnderTest.pathToken)"
        #expect(try service.send("POST", path, headers: json, body: Array(glitchtip.utf8)).status == 202)
        #expect(try service.send("POST", path + "x", headers: json, body: Array(glitchtip.utf8)).status == 401)
        let token = try service.run("token", "create", "--name", "t", "--role", "admin").output.trimmingCharacters(
            in: .whitespacesAndNewlines)
        #expect(try service.send("GET", "/api/v1/tickets?x=\(marker)", headers: ["authorization": "Bearer \(token)"]).status == 400)
        try await service.settle()
        #expect(service.end(with: SIGTERM) == 0)
        let log = service.log
        #expect(log.contains("/webhooks/glitchtip/"))
        for secret in [ServiceUnderTest.secret, ServiceUnderTest.sentrySecret, ServiceUnderTest.pathToken, token, marker] {
            #expect(!log.contains(secret), "\(secret) is in the log")
        }
        for line in log.split(separator: "\n") { _ = try JSONParser.parse(String(line)) }
    }

    @Test func `the API answers a token's holder and nobody else`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.send("GET", "/api/v1/tickets").status == 401)
        let token = try service.run("token", "create", "--name", "ci", "--role", "reviewer").output.trimmingCharacters(in: .newlines)
        let headers = ["authorization": "Bearer \(token)", "content-type": "application/json"]
        let body = Array(#"{"prompt":"Prices are rounded wrongly\nsince Tuesday.","repository":"acme/shop"}"#.utf8)
        let opened = try service.send("POST", "/api/v1/tickets", headers: headers, body: body)
        #expect(opened.status == 201, "\(opened.body)")
        let listed = try service.send("GET", "/api/v1/tickets", headers: headers)
        #expect(try JSONParser.parse(listed.body)["items"]?[0]?["title"]?.string == "Prices are rounded wrongly")
        #expect(try service.run("token", "revoke", "1").code == 0)
        #expect(try service.send("GET", "/api/v1/tickets", headers: headers).status == 401)
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func `a signal stops the service with exit code 0 and closes the store`(signal: Int32) throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.github("ping", "{}").status == 202)
        #expect(service.end(with: signal) == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: service.dataPath)
        #expect(!files.contains("forge.db-wal"), "the store was not closed cleanly: \(files)")
    }

    @Test func `bad settings are all told at once with their lines, and exit code 2`() throws {
        let service = try ServiceUnderTest(moreSettings: "listne: 1\nhttp: {connections: many}\nworkers: -3")
        let result = try service.run("serve")
        #expect(result.code == 2)
        for word in ["listne", "listen", "http.connections", "workers", "line "] {
            #expect(result.errors.contains(word), "\(result.errors)")
        }
    }
}
