// The same conversations with an independent and stricter provider, from beside the checkout: a Python program that checks each request against
// the official types and compares the prompts byte for byte. Where it or its Python is missing, the second opinion is left out with a line
// that says so.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct TwinTests {
    static let scenario = """
        from scenario import *

        def respond(c):
            step = c.memory.setdefault("step", 0)
            c.memory["step"] += 1
            if step < 6:
                calls = [tool_use("edit_file", {"path": "a%d.py" % n, "text": "é\\n" * step}) for n in range(12 if step == 3 else step % 2 + 1)]
                return [text("Step %d: \\u00e9\\U0001F600 \\"quoted\\", and long enough to be cut in the middle." % step)] + calls
            return text("Done.")
        """

    /// Every fault that it has but those that end a conversation, which come below. What only differs without a stream is the broker's matter.
    private static let faults: [(kind: String, more: [JSON.Member])] = [
        ("overloaded", []), ("rate_limit", [.init("retry_after", 0)]), ("500", []), ("502", []), ("reset", []),
        ("timeout", [.init("seconds", 0)]), ("cut_tool_use", []), ("cut_text", []), ("no_stop", []), ("error_event", []),
        ("error_event", [.init("after_blocks", true)]), ("bad_arguments", []), ("missing_arguments", []), ("wrong_tool", []),
        ("bad_json", []), ("huge", [.init("chars", 10_000)]), ("slow", [.init("ms", 1)]), ("empty", []),
    ]

    @Test(arguments: ModelWire.allCases) func `an independent provider has nothing to object to, and finds the prompts stable`(
        wire: ModelWire
    ) async throws {
        guard let twin = try await ModelTwin.start(Self.scenario) else { return }
        let model = twin.model(wire)
        try await Self.converse(model)
        for fault in Self.faults {
            let times: [JSON.Member] = [.init("kind", .string(fault.kind)), .init("times", 1), .init("skip", 1)]
            _ = try await twin.control("POST", "faults", .object(times + fault.more))
            try await Self.converse(model)
        }
        let violations = try await twin.control("GET", "violations")
        #expect(violations["violations"]?.array?.isEmpty == true, "\(violations.prettyText)")
        let report = try await twin.control("GET", "report")
        #expect(report["all_stable"]?.bool == true && report["conversations_with_more_calls"]?.integer ?? 0 > 1, "\(report.prettyText)")
        let met = try await twin.control("GET", "log").array?.compactMap { $0["fault"]?.string } ?? []
        #expect(Set(met) == Set(Self.faults.map(\.kind)), "each fault was met: \(met)")
    }

    @Test(arguments: ModelWire.allCases) func `what never helps is told as what it is`(wire: ModelWire) async throws {
        guard let twin = try await ModelTwin.start(Self.scenario) else { return }
        func kind(_ fault: String) async throws -> ModelError.Kind? {
            _ = try await twin.control("POST", "faults", ["kind": .string(fault), "times": 1])
            do throws(ModelError) {
                _ = try await twin.model(wire).reply(to: Self.request([.material("Go on, \(fault).")])) { _ in }
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(try await kind("401") == .unauthorized)
        #expect(try await kind("rate_limit_no_header") == (wire == .anthropic ? .spent : nil), "others are asked again")
        let long = Self.request([.material(String(repeating: "word ", count: 300_000))])
        let error = await #expect(throws: ModelError.self) { try await twin.model(wire).reply(to: long) { _ in } }
        #expect(error?.kind == .tooLarge, "\(error?.message ?? "")")
        _ = try await twin.control("POST", "faults", ["kind": "refusal", "times": 1])
        #expect(try await twin.model(wire).reply(to: Self.request([.material("No?")])) { _ in }.stop == .refused)
        _ = try await twin.control("POST", "faults", ["kind": "max_tokens", "times": 1])
        #expect(try await twin.model(wire).reply(to: Self.request([.material("Long?")])) { _ in }.stop == .tokensMax)
    }

    private static func request(_ messages: [ModelMessage]) -> ModelRequest {
        let schema: JSON = [
            "type": "object", "properties": ["path": ["type": "string"], "text": ["type": "string"]], "required": ["path"],
            "additionalProperties": false,
        ]
        let tool = ModelTool(name: "edit_file", summary: "Edits a file.", schema: schema)
        return ModelRequest(role: "lead", system: "You mend programs.", tools: [tool], messages: messages, answerTokensMax: 4_000)
    }

    /// To its end, whatever goes wrong on the way.
    private static func converse(_ model: PatientModel) async throws {
        var messages: [ModelMessage] = [.material("Mend it, \(UUID()).")]
        for _ in 0..<20 {
            let reply = try await model.reply(to: request(messages)) { _ in }
            // A turn of nothing is no turn: it is asked for again.
            guard !reply.parts.isEmpty else { continue }
            messages.append(.turn(reply.parts))
            guard reply.stop == .calls else {
                #expect(reply.text == "Done.")
                return
            }
            messages.append(.results(reply.calls.map { ToolResult(id: $0.id, text: "done", isError: $0.arguments == nil) }))
        }
        Issue.record("the conversation has no end")
    }
}
