// What the stand-in for models holds against a request: what the providers would refuse, and what would cost their caches.

import ForgeCore

struct StandInCheck {
    private let request: ModelStandIn.Request

    init(_ request: ModelStandIn.Request) { self.request = request }

    private var json: JSON { request.json }

    var violations: [String] {
        var found: [String] = []
        func expect(_ holds: Bool, _ sentence: String) { if !holds { found.append("\(request.wire.rawValue): \(sentence)") } }
        expect(request.header("content-type") == "application/json", "the body is not called JSON")
        expect(json["stream"] == true, "it does not ask for a stream")
        expect(json["model"]?.string?.isEmpty == false, "it names no model")
        switch request.wire {
        case .messages:
            expect(request.header("x-api-key") == ModelStandIn.key, "the key is not in x-api-key")
            expect(request.header("anthropic-version") == "2023-06-01", "it names no version")
            expect(json["max_tokens"]?.integer ?? 0 > 0, "max_tokens is missing")
            let marks = Self.count("cache_control", in: json)
            expect(marks <= 4, "there are \(marks) marks for the cache")
        case .chat, .responses:
            expect(request.header("authorization") == "Bearer \(ModelStandIn.key)", "the key is not in authorization")
            expect(request.wire == .chat || json["store"] == false, "it lets the provider keep the conversation")
        }
        return found + unanswered
    }

    /// Calls that the next message does not answer, and answers to nothing.
    private var unanswered: [String] {
        var open: [String] = []
        var found: [String] = []
        for item in items {
            let calls = Self.calls(item)
            let answers = Self.answers(item)
            for id in answers where !open.contains(id) { found.append("the answer \(id) is to nothing") }
            open.removeAll { answers.contains($0) }
            if calls.isEmpty, answers.isEmpty, !open.isEmpty { found.append("the calls \(open) have no answer") }
            open += calls
        }
        return found
    }

    private var items: [JSON] { json[either: "messages", "input"]?.array ?? [] }

    private static func calls(_ item: JSON) -> [String] {
        if item["type"]?.string == "function_call" { return [item["call_id"]?.string ?? ""] }
        let inContent = item["content"]?.array?.filter { $0["type"]?.string == "tool_use" } ?? []
        return (inContent + (item["tool_calls"]?.array ?? [])).compactMap { $0["id"]?.string }
    }

    private static func answers(_ item: JSON) -> [String] {
        if item["type"]?.string == "function_call_output" { return [item["call_id"]?.string ?? ""] }
        if let id = item["tool_call_id"]?.string { return [id] }
        return (item["content"]?.array ?? []).compactMap { $0["tool_use_id"]?.string }
    }

    /// What a cache compares: the tools and the system text, then message by message, without the marks.
    var prompt: [String] {
        let head = [json["model"], json["tools"], json["system"], json["instructions"]].map { Self.plain($0 ?? .null).text }
        return [head.joined(separator: "\n")] + items.map { Self.plain($0).text }
    }

    private static func plain(_ json: JSON) -> JSON {
        switch json {
        case .array(let items): .array(items.map(plain))
        case .object(let members):
            .object(members.filter { $0.name != "cache_control" }.map { JSON.Member($0.name, plain($0.value)) })
        case .null, .bool, .integer, .number, .string: json
        }
    }

    private static func count(_ name: String, in json: JSON) -> Int {
        switch json {
        case .array(let items): items.reduce(0) { $0 + count(name, in: $1) }
        case .object(let members): members.reduce(0) { $0 + ($1.name == name ? 1 : 0) + count(name, in: $1.value) }
        case .null, .bool, .integer, .number, .string: 0
        }
    }
}
