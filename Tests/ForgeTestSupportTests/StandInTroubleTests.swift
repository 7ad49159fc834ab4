// What goes wrong at the stand-in when it is told to, and what reaches the App of all that happens there.

import ForgeCore
import ForgeCrypto
import ForgeServer
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

@Suite struct StandInTroubleTests {
    @Test(
        arguments: [
            (.status(502), 502, 0), (.tooManyRequests(retryAfter: 3), 429, 0), (.secondaryLimit(retryAfter: nil), 403, 0),
            (.primaryLimit(seconds: 60), 403, 0), (.notFound, 404, 0), (.resetBefore, nil, 0), (.resetAfter, nil, 1),
            (.statusAfter(502), 502, 1), (.truncated, 201, 1), (.badJSON, 201, 1), (.html(503), 503, 0),
        ] as [(WireFault.Kind, Int?, Int)])
    func `a fault strikes once, and the write is done or not as it says`(_ kind: WireFault.Kind, _ status: Int?, _ count: Int) throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        let client = try StandInClient(github)
        github.fail("^POST /repos/acme/shop/issues/1/comments", kind)
        let reply = client.tryAsking("POST", "/repos/acme/shop/issues/1/comments", ["body": "hello"])
        #expect(reply?.status == status)
        #expect(try github.page(of: 1, in: "acme/shop").comments.count == count)
        if case .truncated = kind { #expect(reply?.json == .null) }
        if case .badJSON = kind { #expect(reply?.json == .null) }
        if case .tooManyRequests = kind { #expect(reply?.headers["retry-after"] == "3") }
        if case .primaryLimit = kind { #expect(reply?.headers["x-ratelimit-remaining"] == "0") }
        #expect(try client.ask("POST", "/repos/acme/shop/issues/1/comments", ["body": "again"]).status == 201)
        #expect(try github.page(of: 1, in: "acme/shop").comments.count == count + 1)
    }

    @Test func `a stale read does not know of the last write`() throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        let client = try StandInClient(github)
        let path = "/repos/acme/shop/issues/1/comments"
        _ = try client.ask("POST", path, ["body": "hello"])
        github.fail("^GET /repos/acme/shop/issues/1/comments", .stale)
        #expect(try client.ask("GET", path).json.array?.count == 0)
        #expect(try client.ask("GET", path).json.array?.count == 1)
    }

    @Test(arguments: HoldMoment.allCases) func `a write is held where the test says, and whoever made it gets no answer`(
        _ moment: HoldMoment
    ) async throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        let client = try StandInClient(github)
        let path = "/repos/acme/shop/issues/1/comments"
        github.hold(write: 2, moment)
        #expect(try client.ask("POST", path, ["body": "first"]).status == 201)
        async let second = onOwnThread { client.tryAsking("POST", path, ["body": "second"])?.status }
        #expect(await github.heldWrite(within: .seconds(20)) == "POST \(path)")
        #expect(try github.page(of: 1, in: "acme/shop").comments.count == (moment == .before ? 1 : 2))
        github.release()
        #expect(await second == nil)
        #expect(try client.ask("POST", path, ["body": "third"]).status == 201)
    }

    private func onOwnThread(_ work: @escaping @Sendable () -> Int?) async -> Int? {
        await withCheckedContinuation { continuation in Thread.detachNewThread { continuation.resume(returning: work()) } }
    }

    /// A receiver of webhooks that notes what comes.
    private final class Receiver: Sendable {
        let heard = Mutex<[(event: String, guid: String, isSigned: Bool)]>([])

        func take(_ request: HTTPRequest) -> HTTPResponse {
            let key = HMACKey(Array(GitHubStandIn.webhookSecret.utf8))
            let isSigned = request.header("x-hub-signature-256") == "sha256=" + Hex.encode(key.authenticate(request.body))
            let word = JSONWord(request)
            heard.withLock { $0.append((word.text, request.header("x-github-delivery") ?? "", isSigned)) }
            return HTTPResponse(status: 202)
        }

        var events: [String] { heard.withLock { $0.map(\.event) } }
    }

    private struct JSONWord {
        var text: String
        init(_ request: HTTPRequest) {
            let action = (try? JSONParser.parse(request.body).value)?["action"]?.string  // What is no JSON has no action.
            text = [request.header("x-github-event"), action].compactMap { $0 }.joined(separator: ".")
        }
    }

    @Test func `what people and the App do is told, signed, and lost, doubled or out of order when it is to be`() async throws {
        let receiver = Receiver()
        let dependencies = ServerDependencies(
            log: .silent, metrics: Metrics(), monotonic: { UInt64(DispatchTime.now().uptimeNanoseconds) }, requestIDs: { UUID().uuidString }
        )
        let server = HTTPServer(
            listen: ListenAddress(address: IPAddress(version4: 0x7F00_0001), port: 0),
            routes: [HTTPRoute(.post, "/webhooks/github", bodyBytesMax: 1 << 20) { receiver.take($0) }], dependencies: dependencies)
        let port = Int(try server.start())
        let github = try GitHubStandIn()
        github.sendWebhooks(toPort: port)
        let number = try shop(github)
        await quiet(github)
        #expect(receiver.events == ["push", "pull_request.opened"])
        #expect(receiver.heard.withLock { $0.allSatisfy(\.isSigned) })
        github.setWeather(DeliveryWeather(drop: 1))
        try github.comment("lost", on: number, in: "acme/shop", as: "bob")
        await quiet(github)
        github.setWeather(DeliveryWeather(double: 1))
        try github.comment("twice", on: number, in: "acme/shop", as: "bob")
        await quiet(github)
        #expect(receiver.events.suffix(2) == ["issue_comment.created", "issue_comment.created"] && receiver.events.count == 4)
        github.pauseWebhooks(true)
        github.setWeather(DeliveryWeather(isOutOfOrder: true))
        try github.close(number, in: "acme/shop")
        try github.comment("late", on: number, in: "acme/shop", as: "bob")
        github.pauseWebhooks(false)
        await quiet(github)
        #expect(receiver.events.suffix(2) == ["issue_comment.created", "pull_request.closed"])
        let app = StandInClient(github, token: try StandInClient.appToken(github))
        let listed = try app.ask("GET", "/app/hook/deliveries?per_page=100").json.array ?? []
        let failed = listed.filter { $0["status"]?.string != "OK" }
        #expect(failed.count == 1 && failed[0]["status_code"]?.integer == 0)
        let whole = try app.ask("GET", "/app/hook/deliveries/\(failed[0]["id"]?.text ?? "")").json
        #expect(whole["request"]?["payload"]?["comment"]?["body"]?.string == "lost")
        #expect(try app.ask("POST", "/app/hook/deliveries/\(failed[0]["id"]?.text ?? "")/attempts").status == 202)
        await quiet(github)
        #expect(receiver.heard.withLock { $0.last?.guid } == failed[0]["guid"]?.string)
        await server.stop(within: .seconds(1))
    }

    private func quiet(_ github: GitHubStandIn) async {
        while github.hasWebhooksToSend { await github.waitForActivity(past: github.activityCount, atMost: .milliseconds(100)) }
    }

    @Test func `names that no file should have are pushed and commented on all the same`() throws {
        let github = try GitHubStandIn()
        try github.makeRepository("acme/shop", [("a", "a\n")])
        let names = ["a\nb", "-rf", "\u{202E}txt.exe", "\"quoted\"", "dir with blank/x", "é\u{301}"]
        let files = names.map { (path: $0, file: StandInFile.text("one\ntwo\n")) } + [("link", .link(to: "/etc/passwd"))]
        try github.push(files, to: "odd", of: "acme/shop")
        try github.open(PullDraft("acme/shop", branch: "odd", title: "Odd"))
        let client = try StandInClient(github)
        let head = try #require(github.tip(of: "odd", in: "acme/shop"))
        let comments = names.map {
            JSON.object([.init("path", .string($0)), .init("line", 2), .init("side", "RIGHT"), .init("body", "x")])
        }
        let body: JSON = ["commit_id": .string(head), "event": "COMMENT", "body": "x", "comments": .array(comments)]
        let reply = try client.ask("POST", "/repos/acme/shop/pulls/1/reviews", body)
        #expect(reply.status == 200, "\(reply.json.text) \(github.refusals)")
    }
}
