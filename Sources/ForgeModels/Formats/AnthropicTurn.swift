// Reads a turn out of the events of Anthropic Messages. A block is whole when its end came, and the turn when `message_stop` did. Thinking
// is kept as it came, signature and all: it is sent back like that or not at all.

import ForgeCore

struct AnthropicTurn: TurnReader {
    private struct Block {
        var index: Int
        var start: JSON
        var kind: String
        /// Text, thinking, or the JSON of arguments, by kind.
        var text = ""
        var signature = ""
        var isWhole = false
    }

    private let asked: String
    private var model: String
    private var blocks: [Block] = []
    private var counted = CountedTokens(.anthropic)
    private var stopReason: String?
    private(set) var isComplete = false

    init(model: String) {
        asked = model
        self.model = model
    }

    var usage: ModelUsage? { counted.usage }

    mutating func read(_ event: ServerSentEvent, _ tell: (ModelEvent) -> Void) throws(ModelFault) {
        if readDelta(event.data, tell) { return }
        let json: JSON
        do throws(JSONError) {
            json = try JSONParser.parse(event.data).value
        } catch {
            throw .died("an event of the stream is no JSON: \(error)")
        }
        switch json["type"]?.string {
        case "message_start":
            counted.read(json["message"]?["usage"])
            model = json["message"]?["model"]?.string ?? asked
        case "content_block_start": start(json, tell)
        case "content_block_delta":
            guard let index = json["index"]?.integer, let delta = json["delta"] else { return }
            for kind in DeltaKind.allCases where delta["type"]?.string == kind.rawValue {
                append(delta[kind.member]?.string ?? "", kind, to: Int(index), tell)
            }
        case "content_block_stop":
            if let index = json["index"]?.integer, let place = place(of: Int(index)) { blocks[place].isWhole = true }
        case "message_delta":
            counted.read(json["usage"])
            stopReason = json["delta"]?["stop_reason"]?.string ?? stopReason
        case "message_stop": isComplete = true
        case "error": throw ProviderError(.anthropic, json).fault(duringStream: true)
        default: break
        }
    }

    // MARK: Blocks

    private func place(of index: Int) -> Int? { blocks.lastIndex { $0.index == index } }

    private mutating func start(_ json: JSON, _ tell: (ModelEvent) -> Void) {
        guard let index = json["index"]?.integer, let start = json["content_block"], let kind = start["type"]?.string,
            place(of: Int(index)) == nil
        else { return }
        var block = Block(index: Int(index), start: start, kind: kind)
        switch kind {
        case "text":
            block.text = start["text"]?.string ?? ""
            if !block.text.isEmpty { tell(.text(block.text)) }
        case "thinking":
            block.text = start["thinking"]?.string ?? ""
            block.signature = start["signature"]?.string ?? ""
        case "tool_use": tell(.call(name: start["name"]?.string ?? ""))
        default: break
        }
        blocks.append(block)
    }

    private enum DeltaKind: String, CaseIterable {
        case text = "text_delta"
        case arguments = "input_json_delta"
        case thinking = "thinking_delta"
        case signature = "signature_delta"

        var member: String {
            switch self {
            case .text: "text"
            case .arguments: "partial_json"
            case .thinking: "thinking"
            case .signature: "signature"
            }
        }
    }

    private mutating func append(_ text: String, _ kind: DeltaKind, to index: Int, _ tell: (ModelEvent) -> Void) {
        guard let place = place(of: index) else { return }
        switch kind {
        case .signature: blocks[place].signature += text
        case .text, .arguments, .thinking: blocks[place].text += text
        }
        if kind == .text { tell(.text(text)) }
        if kind == .thinking { tell(.thinking(text)) }
    }

    /// Nearly all events are these, so they are read without a tree; false when this is another one, or an odd one.
    private mutating func readDelta(_ data: [UInt8], _ tell: (ModelEvent) -> Void) -> Bool {
        var skim = JSONSkim(data)
        var isDelta = false
        var index: Int?
        var kind: DeltaKind?
        var text: String?
        let isRead = skim.object { skim, name in
            if skim.name(name, is: "type") {
                isDelta = skim.isString("content_block_delta") ?? false
                return isDelta
            }
            if skim.name(name, is: "index") {
                index = skim.integer()
                return index != nil
            }
            guard skim.name(name, is: "delta") else { return skim.skip() }
            return skim.object { skim, name in
                if skim.name(name, is: "type") {
                    kind = skim.string().flatMap(DeltaKind.init)
                    return kind != nil
                }
                guard let kind, skim.name(name, is: kind.member) else { return skim.skip() }
                text = skim.string()
                return text != nil
            }
        }
        guard isRead, isDelta, skim.isAtEnd, let index, let kind, let text else { return false }
        append(text, kind, to: index, tell)
        return true
    }

    // MARK: The end

    func reply() throws(ModelFault) -> ModelReply {
        guard isComplete, let stopReason else { throw .died("the stream ended before the answer did") }
        let stop: ModelStop? =
            switch stopReason {
            case "max_tokens", "model_context_window_exceeded": .tokensMax
            case "refusal": .refused
            case "end_turn", "stop_sequence", "pause_turn": .ended
            case "tool_use": .calls
            default: nil
            }
        // One that was not ended is the one that was cut.
        let whole = stop == .tokensMax ? blocks.filter { $0.isWhole || $0.kind != "tool_use" } : blocks
        guard whole.allSatisfy({ $0.isWhole || $0.kind != "tool_use" }) else { throw .died("the stream ended within a call") }
        return .made(of: whole.compactMap(part), stop: stop, usage: usage, model: model)
    }

    private func part(_ block: Block) -> ModelPart? {
        switch block.kind {
        case "text": return block.text.isEmpty ? nil : .text(block.text)
        case "tool_use":
            // Some servers give the arguments at once, with the block's beginning.
            let given = block.start["input"].flatMap { $0.members?.isEmpty == false ? $0.text : nil }
            let call = ToolCall(
                id: block.start["id"]?.string ?? "", name: block.start["name"]?.string ?? "",
                argumentsText: block.text.isEmpty ? given ?? "" : block.text)
            return call.id.isEmpty ? nil : .call(call)
        case "thinking": return .thinking(thinking(block.start.replacing("thinking", block.text).replacing("signature", block.signature)))
        case "redacted_thinking": return .thinking(thinking(block.start))
        default: return nil
        }
    }

    private func thinking(_ block: JSON) -> ModelThinking {
        ModelThinking(provider: ModelThinking.owner(.anthropic, model: asked), block: block)
    }
}

extension JSON {
    /// In its place when it is there, else at the end.
    fileprivate func replacing(_ name: String, _ text: String) -> JSON {
        guard case .object(var members) = self else { return self }
        if let index = members.lastIndex(where: { $0.name == name }) {
            members[index].value = .string(text)
        } else {
            members.append(.init(name, .string(text)))
        }
        return .object(members)
    }
}
