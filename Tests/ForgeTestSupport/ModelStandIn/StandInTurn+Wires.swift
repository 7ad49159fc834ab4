// A turn as each provider streams it, event by event, written from their public descriptions. Each brings events and members that nobody asked
// for: clients have to let those pass.

import ForgeCore

package enum StandInWire: String, Sendable, CaseIterable { case messages, chat, responses }

extension StandInTurn {
    func events(_ wire: StandInWire, model: String) -> [String] {
        switch wire {
        case .messages: messagesEvents(model)
        case .chat: chatEvents(model)
        case .responses: responsesEvents(model)
        }
    }

    static func errorEvent(_ wire: StandInWire, _ word: String) -> String {
        switch wire {
        case .messages: event("error", ["type": "error", "error": ["type": .string(word), "message": "it happened in the middle"]])
        case .chat: event(nil, ["error": ["type": .string(word), "code": .string(word), "message": "it happened in the middle"]])
        case .responses:
            event(
                "error",
                ["type": "error", "code": .string(word), "message": "it happened in the middle", "param": nil, "sequence_number": 9])
        }
    }

    private static func event(_ name: String?, _ data: JSON) -> String {
        (name.map { "event: \($0)\n" } ?? "") + "data: \(data.text)\n\n"
    }

    // MARK: Anthropic Messages

    private func messagesEvents(_ model: String) -> [String] {
        func named(_ data: JSON) -> String { Self.event(data["type"]?.string, data) }
        let counted: JSON = [
            "input_tokens": JSON(fresh), "cache_read_input_tokens": JSON(cached), "cache_creation_input_tokens": JSON(written),
            "output_tokens": 1, "service_tier": "standard",
        ]
        var events = [
            named([
                "type": "message_start",
                "message": [
                    "id": "msg_1", "type": "message", "role": "assistant", "model": .string(model), "content": [], "stop_reason": nil,
                    "usage": counted,
                ],
            ]), named(["type": "ping"]), ": a comment\n\n",
        ]
        var index = 0
        func block(_ start: JSON, _ deltas: [JSON]) {
            events.append(named(["type": "content_block_start", "index": JSON(index), "content_block": start]))
            events += deltas.map { named(["type": "content_block_delta", "index": JSON(index), "delta": $0]) }
            events.append(named(["type": "content_block_delta", "index": JSON(index), "delta": ["type": "new_delta", "new": 1]]))
            events.append(named(["type": "content_block_stop", "index": JSON(index)]))
            index += 1
        }
        if let thinking {
            block(
                ["type": "thinking", "thinking": "", "signature": ""],
                [["type": "thinking_delta", "thinking": .string(thinking)], ["type": "signature_delta", "signature": "c2ln"]])
        }
        if !text.isEmpty { block(["type": "text", "text": ""], text.map { ["type": "text_delta", "text": .string($0)] }) }
        for call in calls {
            block(
                ["type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": .object([])],
                call.arguments.map { ["type": "input_json_delta", "partial_json": .string($0)] })
        }
        events.append(named(["type": "something_new", "what": [1, 2]]))
        let reason = stop == .tokensMax ? "max_tokens" : stop == .refused ? "refusal" : calls.isEmpty ? "end_turn" : "tool_use"
        return events + [
            named([
                "type": "message_delta", "delta": ["stop_reason": .string(reason), "stop_sequence": nil],
                "usage": ["output_tokens": JSON(output)],
            ]), named(["type": "message_stop"]),
        ]
    }

    // MARK: OpenAI Chat Completions

    private func chatEvents(_ model: String) -> [String] {
        func chunk(_ choices: JSON, _ usage: JSON = nil) -> String {
            Self.event(
                nil,
                [
                    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": .string(model),
                    "choices": choices, "usage": usage, "obfuscation": "x",
                ])
        }
        func delta(_ delta: JSON, _ reason: String? = nil) -> String {
            chunk([["index": 0, "delta": delta, "logprobs": nil, "finish_reason": JSON(reason)]])
        }
        var events = [delta(["role": "assistant", "content": "", "refusal": nil])]
        events += text.map { stop == .refused ? delta(["refusal": .string($0)]) : delta(["content": .string($0)]) }
        for (index, call) in calls.enumerated() {
            events.append(
                delta([
                    "tool_calls": [
                        [
                            "index": JSON(index), "id": .string(call.id), "type": "function",
                            "function": ["name": .string(call.name), "arguments": ""],
                        ]
                    ]
                ]))
            for piece in call.arguments {
                events.append(delta(["tool_calls": [["index": JSON(index), "function": ["arguments": .string(piece)]]]]))
            }
        }
        let reason = stop == .tokensMax ? "length" : calls.isEmpty ? "stop" : "tool_calls"
        let usage: JSON = [
            "prompt_tokens": JSON(fresh + cached + written), "completion_tokens": JSON(output),
            "total_tokens": JSON(fresh + cached + written + output),
            "prompt_tokens_details": ["cached_tokens": JSON(cached), "cache_write_tokens": JSON(written)],
        ]
        return events + [delta(.object([]), reason), chunk([], usage), "data: [DONE]\n\n"]
    }

    // MARK: OpenAI Responses

    private func responsesEvents(_ model: String) -> [String] {
        var number = 0
        func named(_ type: String, _ members: [JSON.Member]) -> String {
            number += 1
            return Self.event(type, .object([.init("type", .string(type)), .init("sequence_number", JSON(number))] + members))
        }
        var events = [named("response.created", [.init("response", ["id": "resp_1", "status": "in_progress"])])]
        var output: [JSON] = []
        func item(_ item: JSON, _ between: [String]) {
            let index = JSON.Member("output_index", JSON(output.count))
            events.append(named("response.output_item.added", [index, .init("item", item)]))
            events += between
            events.append(named("response.output_item.done", [index, .init("item", item)]))
            output.append(item)
        }
        if let thinking {
            item(
                [
                    "type": "reasoning", "id": "rs_1", "summary": [["type": "summary_text", "text": .string(thinking)]],
                    "encrypted_content": "c2VhbGVk",
                ], [named("response.reasoning_summary_text.delta", [.init("delta", .string(thinking)), .init("output_index", 0)])])
        }
        if !text.isEmpty {
            let content: JSON =
                stop == .refused
                ? ["type": "refusal", "refusal": .string(text.joined())]
                : ["type": "output_text", "text": .string(text.joined()), "annotations": []]
            let kind = stop == .refused ? "response.refusal.delta" : "response.output_text.delta"
            item(
                ["type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [content]],
                text.map {
                    named(kind, [.init("item_id", "msg_1"), .init("output_index", JSON(output.count)), .init("delta", .string($0))])
                })
        }
        for (index, call) in calls.enumerated() {
            let isCut = stop == .tokensMax && index == calls.count - 1
            item(
                [
                    "type": "function_call", "id": .string("fc_\(index)"), "call_id": .string(call.id), "name": .string(call.name),
                    "arguments": .string(call.arguments.joined()), "status": isCut ? "incomplete" : "completed",
                ], call.arguments.map { named("response.function_call_arguments.delta", [.init("delta", .string($0))]) })
        }
        events.append(named("response.something.new", []))
        let response: JSON = [
            "id": "resp_1", "model": .string(model), "status": stop == .tokensMax ? "incomplete" : "completed", "output": .array(output),
            "incomplete_details": stop == .tokensMax ? ["reason": "max_output_tokens"] : nil,
            "usage": [
                "input_tokens": JSON(fresh + cached + written), "output_tokens": JSON(self.output),
                "input_tokens_details": ["cached_tokens": JSON(cached), "cache_write_tokens": JSON(written)],
                "total_tokens": JSON(fresh + cached + written + self.output),
            ],
        ]
        return events + [named(stop == .tokensMax ? "response.incomplete" : "response.completed", [.init("response", response)])]
    }
}
