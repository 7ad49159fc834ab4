// Reads a turn out of the events of OpenAI Responses. Items are taken when they are done, whole as the service has them; pieces that come
// before are only shown. The turn is whole when `response.completed` or `response.incomplete` came.

import ForgeCore

struct ResponsesTurn: TurnReader {
    private let asked: String
    private var model: String
    private var items: [(index: Int, item: JSON)] = []
    private var counted = CountedTokens(.openAIResponses)
    private var ending: JSON?

    init(model: String) {
        asked = model
        self.model = model
    }

    var usage: ModelUsage? { counted.usage }
    var isComplete: Bool { ending != nil }

    mutating func read(_ event: ServerSentEvent, _ tell: (ModelEvent) -> Void) throws(ModelFault) {
        if event.data.elementsEqual("[DONE]".utf8) || readText(event.data, tell) { return }
        let json: JSON
        do throws(JSONError) {
            json = try JSONParser.parse(event.data).value
        } catch {
            throw .died("an event of the stream is no JSON: \(error)")
        }
        switch json["type"]?.string {
        case "response.output_text.delta", "response.refusal.delta": tell(.text(json["delta"]?.string ?? ""))
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta": tell(.thinking(json["delta"]?.string ?? ""))
        case "response.output_item.added":
            if let item = json["item"], item["type"]?.string == "function_call" { tell(.call(name: item["name"]?.string ?? "")) }
        case "response.output_item.done":
            if let item = json["item"] { items.append((Int(json["output_index"]?.integer ?? Int64(items.count)), item)) }
        case "response.completed", "response.incomplete":
            let response = json["response"] ?? .object([])
            counted.read(response["usage"])
            model = response["model"]?.string ?? asked
            ending = response
        case "response.failed":
            counted.read(json["response"]?["usage"])
            throw ProviderError(.openAIResponses, json["response"] ?? json).fault(duringStream: true)
        case "error": throw ProviderError(.openAIResponses, json).fault(duringStream: true)
        default: break
        }
    }

    /// Nearly all events bring a piece of text, so they are read without a tree; false when this is another one.
    private func readText(_ data: [UInt8], _ tell: (ModelEvent) -> Void) -> Bool {
        var skim = JSONSkim(data)
        var isText = false
        var piece: String?
        let isRead = skim.object { skim, name in
            if skim.name(name, is: "type") {
                isText = skim.isString("response.output_text.delta") ?? false
                return isText
            }
            guard skim.name(name, is: "delta") else { return skim.skip() }
            piece = skim.string()
            return piece != nil
        }
        guard isRead, isText, skim.isAtEnd, let piece else { return false }
        tell(.text(piece))
        return true
    }

    // MARK: The end

    func reply() throws(ModelFault) -> ModelReply {
        guard let ending else { throw .died("the stream ended before the answer did") }
        let done = items.sorted { $0.index < $1.index }.map(\.item)
        let all = done.isEmpty ? ending["output"]?.array ?? [] : done
        let isRefused = all.contains { $0["content"]?.array?.contains { $0["type"]?.string == "refusal" } ?? false }
        let stop: ModelStop? =
            switch ending["incomplete_details"]?["reason"]?.string {
            case "max_output_tokens": .tokensMax
            case "content_filter": .refused
            default: isRefused ? .refused : ending["status"]?.string == "incomplete" ? .tokensMax : nil
            }
        return .made(of: all.compactMap(part), stop: stop, usage: usage, model: model)
    }

    private func part(_ item: JSON) -> ModelPart? {
        switch item["type"]?.string {
        case "message":
            let text = (item["content"]?.array ?? []).compactMap { $0[either: "text", "refusal"]?.string }.joined()
            return text.isEmpty ? nil : .text(text)
        case "reasoning":
            return .thinking(ModelThinking(provider: ModelThinking.owner(.openAIResponses, model: asked), block: item))
        case "function_call":
            // The service says so when it was cut.
            guard item["status"]?.string != "incomplete", let id = item["call_id"]?.string, let name = item["name"]?.string else {
                return nil
            }
            return .call(ToolCall(id: id, name: name, argumentsText: item["arguments"]?.string ?? ""))
        default: return nil
        }
    }
}
