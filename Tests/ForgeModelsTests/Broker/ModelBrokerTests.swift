// A program without key and network asks models through a socket: answers pass as they come, what they cost is counted, and no key passes.

import ForgeCore
import ForgeModels
import ForgeTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct ModelBrokerTests {
    private static let bodies: [(ModelWire, String, String)] = [
        (.anthropic, "/v1/messages", #"{"model":"m-1","max_tokens":500,"stream":true,"messages":[{"role":"user","content":"hi"}]}"#),
        (
            .openAIChat, "/v1/chat/completions",
            #"{"model":"m-1","max_tokens":500,"stream":true,"messages":[{"role":"user","content":"hi"}]}"#
        ),
        (
            .openAIResponses, "/v1/responses",
            #"{"model":"m-1","max_output_tokens":500,"stream":true,"store":false,"input":[{"role":"user","content":"hi"}]}"#
        ),
    ]

    private func key(of request: ModelStandIn.Request) -> String? { request.header("x-api-key") ?? request.header("authorization") }

    @Test(arguments: bodies.indices) func `a stream passes as it comes, with our key, and is counted`(_ index: Int) async throws {
        let (_, path, body) = Self.bodies[index]
        try await BrokerRoom.with { room in
            room.provider.say(StandInTurn("one", "two", "three"))
            let answer = try await room.ask(path, body, "-H", "authorization: Bearer of-the-program", "-H", "cookie: c=1")
            #expect(answer.status == "200" && answer.head.contains("text/event-stream"))
            #expect(answer.body.contains("one") && answer.body.contains("three"))
            let request = try #require(room.provider.requests.first)
            #expect(key(of: request)?.hasSuffix(ModelStandIn.key) == true)
            #expect(!request.headers.contains { $0.value.contains("of-the-program") || $0.name == "cookie" })
            #expect(!(answer.head + answer.body).contains(ModelStandIn.key))
            #expect(room.calls.map(\.answerTokensMax) == [500])
            let usage = try #require(room.outcomes.only?.usage)
            #expect(usage.inputTokens >= 100 && usage.outputTokens == 20 && usage.microUSD ?? 0 > 0)
            #expect(room.outcomes.only?.isWhole == true)
        }
    }

    @Test func `an answer in one piece is handed back whole`() async throws {
        try await BrokerRoom.with { room in
            let whole = #"{"type":"message","model":"m-1","content":[],"usage":{"input_tokens":7,"output_tokens":3}}"#
            room.provider.fail(.page(200, type: "application/json", whole))
            let answer = try await room.ask(
                "/v1/messages", #"{"model":"m-1","max_tokens":500,"messages":[{"role":"user","content":"hi"}]}"#)
            #expect(answer.status == "200" && answer.body == whole)
            #expect(room.outcomes == [.used(ModelUsage(inputTokens: 7, outputTokens: 3, microUSD: 37), isWhole: true)])
        }
    }

    @Test(arguments: bodies.indices) func `a stream that is cut says so, and what is known of it is counted`(_ index: Int) async throws {
        let (wire, path, body) = Self.bodies[index]
        try await BrokerRoom.with { room in
            room.provider.say(StandInTurn("one", "two", "three"))
            room.provider.fail(.cut(after: 3))
            let answer = try await room.ask(path, body)
            #expect(answer.status == "200" && answer.body.contains("the stream was cut"), "\(answer.body)")
            #expect(answer.body.hasSuffix("\n\n"))
            let outcome = try #require(room.outcomes.only)
            #expect(!outcome.isWhole && (outcome.usage != nil) == (wire == .anthropic))
        }
    }

    @Test(arguments: [(529, "overloaded_error"), (429, "rate_limit_error"), (401, "authentication_error"), (500, "api_error")])
    func `a refusal of the provider is handed back without its headers, and costs nothing`(_ status: Int, _ word: String) async throws {
        try await BrokerRoom.with { room in
            let headers = [("x-account", "acme-secret"), ("retry-after", "7"), ("set-cookie", "a=b")]
            room.provider.fail(.status(status, word, message: "bad key \(ModelStandIn.key)", headers: headers))
            let answer = try await room.ask("/v1/messages", Self.bodies[0].2)
            #expect(answer.status == "\(status)" && answer.body.contains(word))
            #expect(answer.head.lowercased().contains("retry-after: 7"))
            #expect(!answer.head.contains("acme-secret") && !answer.head.lowercased().contains("set-cookie"))
            #expect(!answer.body.contains(ModelStandIn.key) && answer.body.contains("••••"))
            #expect(room.outcomes == [.nothing])
        }
    }

    @Test func `a key that a stream repeats is taken out of it`() async throws {
        try await BrokerRoom.with { room in
            room.provider.say(StandInTurn("your key is \(ModelStandIn.key), is it not"))
            let answer = try await room.ask("/v1/chat/completions", Self.bodies[1].2)
            #expect(answer.body.contains("is it not") && !answer.body.contains(ModelStandIn.key))
        }
    }

    @Test(arguments: bodies.indices) func `without money nothing is asked, and the reason has the provider's shape`(_ index: Int)
        async throws
    {
        let (wire, path, body) = Self.bodies[index]
        try await BrokerRoom.with { room in
            room.spend()
            let answer = try await room.ask(path, body)
            let error = try JSONParser.parse(answer.body)["error"]
            #expect(answer.status == (wire == .anthropic ? "402" : "429"))
            #expect(error?["type"]?.string == (wire == .anthropic ? "billing_error" : "insufficient_quota"))
            #expect(error?["message"]?.string?.contains("$0.00 left of $2.00") == true)
            #expect(room.provider.requests.isEmpty)
        }
    }

    @Test func `another model, another path, another method and a body beyond the bound are refused`() async throws {
        try await BrokerRoom.with([.anthropic]) { room in
            #expect(try await room.ask("/v1/messages", #"{"model":"dear","max_tokens":5,"messages":[]}"#).status == "403")
            #expect(try await room.ask("/v1/files", "{}").status == "404")
            #expect(try await room.ask("/v1/messages/../files", "{}", "--path-as-is").status == "400")
            #expect(try await room.ask("/v1/messages", "{}", "-X", "DELETE").status == "405")
            let other = try await room.ask("/v1/responses", Self.bodies[2].2)
            #expect(other.status == "400" && other.body.contains("offered: /v1/messages"))
            let huge = try await room.ask("/v1/messages", "{}", "-H", "content-length: 99999999")
            #expect(huge.status == "413")
            #expect(room.provider.requests.isEmpty && room.calls.isEmpty)
        }
    }

    @Test func `a provider that is not there costs nothing`() async throws {
        try await BrokerRoom.with(url: "http://127.0.0.1:1") { room in
            let answer = try await room.ask("/v1/messages", Self.bodies[0].2)
            #expect(answer.status == "503" && answer.body.contains("api_error"))
            #expect(room.outcomes == [.nothing])
        }
    }

    @Test func `each event is there as soon as the provider has sent it, and one who leaves is counted`() async throws {
        try await BrokerRoom.with { room in
            let drip = StandInDrip()
            room.provider.say(StandInTurn("one", "two", "three"))
            room.provider.fail(.drip(drip))
            let client = SocketClient(room.path)
            let body = Self.bodies[0].2
            client.send("POST /v1/messages HTTP/1.1\r\nHost: m\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            drip.letGo()
            #expect(await client.read(until: "message_start") != nil)
            // A ping and a comment come before it.
            for _ in 0..<3 { drip.letGo() }
            #expect(await client.read(until: "content_block_start") != nil)
            #expect(room.outcomes.isEmpty)
            client.leave()
            // The provider says nothing more: that the program is gone is noticed all the same.
            while room.outcomes.isEmpty { await Task.yield() }
            #expect(room.outcomes.only?.isWhole == false && room.outcomes.only?.usage != nil)
            drip.end()
        }
    }
}

extension BrokerPurse.Outcome {
    fileprivate var usage: ModelUsage? { if case .used(let usage, _) = self { usage } else { nil } }

    fileprivate var isWhole: Bool {
        switch self {
        case .nothing: false
        case .used(_, let isWhole), .unknown(let isWhole): isWhole
        }
    }
}

extension Array {
    fileprivate var only: Element? { count == 1 ? first : nil }
}
