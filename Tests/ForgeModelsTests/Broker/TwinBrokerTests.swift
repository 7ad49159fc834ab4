// The broker before an independent and strict provider, streaming and in one piece, with each of its faults: what passes is right, each call
// is settled once, and nothing that may have cost something is settled as nothing. Left out with a line where that provider is missing.

import ForgeCore
import ForgeModels
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct TwinBrokerTests {
    private enum Ending: Hashable {
        case whole, refused(Int), lost, cut
        /// Told as what it is by the answer itself; how much of it counts is what the provider said until then.
        case damaged
    }

    /// What comes of it in one piece, and of a stream.
    private static let faults: [(kind: String, more: [JSON.Member], whole: Ending, stream: Ending)] = [
        ("none", [], .whole, .whole), ("empty", [], .whole, .whole), ("refusal", [], .whole, .whole), ("max_tokens", [], .whole, .whole),
        ("wrong_tool", [], .whole, .whole), ("missing_arguments", [], .whole, .whole), ("bad_arguments", [], .whole, .whole),
        ("huge", [.init("chars", 200_000)], .whole, .whole), ("slow", [.init("ms", 1), .init("seconds", 0)], .whole, .whole),
        ("overloaded", [], .refused(529), .refused(529)), ("rate_limit", [.init("retry_after", 3)], .refused(429), .refused(429)),
        ("rate_limit_no_header", [], .refused(429), .refused(429)), ("500", [], .refused(500), .refused(500)),
        ("502", [], .refused(502), .refused(502)), ("401", [], .refused(401), .refused(401)), ("reset", [], .lost, .lost),
        ("timeout", [.init("seconds", 0)], .lost, .lost), ("bad_json", [], .damaged, .whole), ("error_event", [], .refused(529), .damaged),
        ("cut_tool_use", [], .lost, .cut), ("cut_text", [], .lost, .cut), ("no_stop", [], .whole, .cut),
    ]

    private static func body(_ wire: ModelWire, isStream: Bool) -> (path: String, json: JSON) {
        let text = "Mend it, \(UUID())."
        let schema: JSON = [
            "type": "object", "properties": ["path": ["type": "string"], "text": ["type": "string"]], "required": ["path"],
            "additionalProperties": false,
        ]
        let message: JSON = ["role": "user", "content": .string(text)]
        let function: [JSON.Member] = [.init("name", "edit_file"), .init("description", "Edits a file."), .init("parameters", schema)]
        let stream = JSON.Member("stream", .bool(isStream))
        switch wire {
        case .anthropic:
            let tool: JSON = ["name": "edit_file", "description": "Edits a file.", "input_schema": schema]
            return ("/v1/messages", adding(stream, to: ["model": "m-1", "max_tokens": 4_000, "messages": [message], "tools": [tool]]))
        case .openAIChat:
            let tool: JSON = ["type": "function", "function": .object(function)]
            return (
                "/v1/chat/completions",
                adding(stream, to: ["model": "m-1", "max_completion_tokens": 4_000, "messages": [message], "tools": [tool]])
            )
        case .openAIResponses:
            let tool = JSON.object([.init("type", "function"), .init("strict", false)] + function)
            return (
                "/v1/responses",
                adding(stream, to: ["model": "m-1", "max_output_tokens": 4_000, "store": false, "input": [message], "tools": [tool]])
            )
        }
    }

    @Test(arguments: ModelWire.allCases, [false, true]) func `each fault passes as what it is, and is settled once`(
        wire: ModelWire, isStream: Bool
    ) async throws {
        guard let twin = try await ModelTwin.start(TwinTests.scenario) else { return }
        try await BrokerRoom.with([wire], url: twin.url) { room in
            for fault in Self.faults {
                let members: [JSON.Member] = [.init("kind", .string(fault.kind)), .init("times", 1)]
                if fault.kind != "none" { _ = try await twin.control("POST", "faults", .object(members + fault.more)) }
                let before = room.outcomes.count
                let (path, json) = Self.body(wire, isStream: isStream)
                let answer = try await room.ask(path, json.text)
                let name = "\(fault.kind): \(answer.head)\n\(answer.body.prefix(500))"
                #expect(room.outcomes.count == before + 1, "\(name)")
                let outcome = try #require(room.outcomes.last)
                check(isStream ? fault.stream : fault.whole, answer, outcome, wire, name)
                #expect(!(answer.head + answer.body).contains(ModelStandIn.key), "\(name)")
            }
        }
        let violations = try await twin.control("GET", "violations")
        #expect(violations["violations"]?.array?.isEmpty == true, "\(violations.prettyText)")
    }

    private func check(
        _ ending: Ending, _ answer: (status: String, head: String, body: String), _ outcome: BrokerPurse.Outcome, _ wire: ModelWire,
        _ name: String
    ) {
        switch ending {
        case .whole:
            #expect(answer.status == "200", "\(name)")
            guard case .used(let usage, isWhole: true) = outcome else {
                Issue.record("\(outcome), \(name)")
                return
            }
            #expect(usage.inputTokens > 0 && usage.microUSD ?? 0 > 0, "\(name)")
        case .refused(let status):
            // Only Anthropic has a status of its own for too much work.
            #expect(answer.status == "\(status == 529 && wire != .anthropic ? 503 : status)", "\(name)")
            #expect(outcome == .nothing, "\(name)")
        case .lost:
            #expect(answer.status == "503" && answer.body.contains("the model could not be asked"), "\(name)")
            #expect(outcome == .unknown(isWhole: false), "\(name)")
        case .damaged:
            #expect(answer.status == "200" && outcome != .nothing, "\(name)")
        case .cut:
            #expect(answer.status == "200" && outcome != .nothing, "\(name)")
            if case .used(_, isWhole: true) = outcome { Issue.record("\(name)") }
        }
    }
}

private func adding(_ member: JSON.Member, to json: JSON) -> JSON { .object((json.members ?? []) + [member]) }
