// Reads a turn out of the chunks of OpenAI Chat Completions. Fragments of calls belong together by their index; the turn is whole when a
// reason to stop and `[DONE]` have come. The last chunk has the usage and no choice.

import ForgeCore

struct ChatTurn: TurnReader {
    private static let done = Array("[DONE]".utf8)
    /// A server that counts further than this makes no sense.
    private static let callsMax = 1_000

    private let asked: String
    private var model: String
    private var text = ""
    private var calls: [(index: Int, call: GrowingCall)] = []
    private var isRefused = false
    private var counted = CountedTokens(.openAIChat)
    private var finishReason: String?
    private(set) var isComplete = false

    init(model: String) {
        asked = model
        self.model = model
    }

    var usage: ModelUsage? { counted.usage }

    mutating func read(_ event: ServerSentEvent, _ tell: (ModelEvent) -> Void) throws(ModelFault) {
        if event.data == Self.done {
            isComplete = true
            return
        }
        if readText(event.data, tell) { return }
        let json: JSON
        do throws(JSONError) {
            json = try JSONParser.parse(event.data).value
        } catch {
            throw .died("an event of the stream is no JSON: \(error)")
        }
        if json["error"] != nil { throw ProviderError(.openAIChat, json).fault(duringStream: true) }
        if let name = json["model"]?.string, !name.isEmpty { model = name }
        counted.read(json["usage"])
        guard let choice = json["choices"]?.array?.first(where: { ($0["index"]?.integer ?? 0) == 0 }) else { return }
        if let delta = choice["delta"] { try read(delta, tell) }
        finishReason = choice["finish_reason"]?.string ?? finishReason
    }

    private mutating func read(_ delta: JSON, _ tell: (ModelEvent) -> Void) throws(ModelFault) {
        if let piece = delta["content"]?.string, !piece.isEmpty { append(piece, tell) }
        if let piece = delta["refusal"]?.string, !piece.isEmpty {
            isRefused = true
            append(piece, tell)
        }
        // By two names; it is shown and not kept, since no format takes it back.
        if let piece = delta[either: "reasoning_content", "reasoning"]?.string, !piece.isEmpty { tell(.thinking(piece)) }
        for (position, fragment) in (delta["tool_calls"]?.array ?? []).enumerated() {
            try append(fragment, at: fragment["index"]?.integer.map { Int($0) } ?? position, tell)
        }
    }

    private mutating func append(_ piece: String, _ tell: (ModelEvent) -> Void) {
        text += piece
        tell(.text(piece))
    }

    private mutating func append(_ fragment: JSON, at index: Int, _ tell: (ModelEvent) -> Void) throws(ModelFault) {
        let place: Int
        let id = fragment["id"]?.string ?? ""
        // Some servers number every call 0, and tell them apart by their ids.
        if let known = calls.lastIndex(where: { $0.index == index }), id.isEmpty || ["", id].contains(calls[known].call.id) {
            place = known
        } else {
            guard calls.count < Self.callsMax else { throw .died("the answer has more than \(Self.callsMax) calls") }
            place = calls.count
            calls.append((index, GrowingCall()))
        }
        if calls[place].call.id.isEmpty { calls[place].call.id = id }
        if let name = fragment["function"]?["name"]?.string, calls[place].call.name.isEmpty {
            calls[place].call.name = name
            tell(.call(name: name))
        }
        switch fragment["function"]?["arguments"] {
        case .string(let piece)?: calls[place].call.arguments += piece
        // Some servers hand over an object.
        case .object(let members)?: calls[place].call.arguments += JSON.object(members).text
        default: break
        }
    }

    /// Nearly all chunks bring a piece of text and nothing else, so they are read without a tree; false when this is another one.
    private mutating func readText(_ data: [UInt8], _ tell: (ModelEvent) -> Void) -> Bool {
        var skim = JSONSkim(data)
        var piece: String?
        let isRead = skim.object { skim, name in
            if skim.name(name, is: "usage") || skim.name(name, is: "error") { return skim.isNull() }
            guard skim.name(name, is: "choices") else { return skim.skip() }
            return skim.onlyElement { skim in
                skim.object { skim, name in
                    if skim.name(name, is: "index") { return skim.integer() == 0 }
                    if skim.name(name, is: "finish_reason") { return skim.isNull() }
                    guard skim.name(name, is: "delta") else { return skim.skip() }
                    return skim.object { skim, name in
                        if skim.name(name, is: "role") { return skim.skip() }
                        guard skim.name(name, is: "content") else { return skim.isNull() }
                        piece = skim.string()
                        return piece != nil
                    }
                }
            }
        }
        guard isRead, skim.isAtEnd, let piece, !piece.isEmpty else { return false }
        append(piece, tell)
        return true
    }

    // MARK: The end

    func reply() throws(ModelFault) -> ModelReply {
        guard isComplete, let finishReason else { throw .died("the stream ended before the answer did") }
        let stop: ModelStop? =
            switch finishReason {
            case "length": .tokensMax
            case "content_filter": .refused
            case "stop": isRefused ? .refused : .ended
            case "tool_calls", "function_call": .calls
            default: nil
            }
        var whole = calls
        if stop == .tokensMax, let last = whole.last, !last.call.isWhole { whole.removeLast() }
        guard whole.allSatisfy({ !$0.call.name.isEmpty }) else { throw .died("the stream ended within a call") }
        var parts: [ModelPart] = text.isEmpty ? [] : [.text(text)]
        for (number, item) in whole.enumerated() {
            var call = item.call.call
            // Some servers give none, and an answer needs one to refer to.
            if call.id.isEmpty { call.id = "call_\(number)" }
            parts.append(.call(call))
        }
        return .made(of: parts, stop: stop, usage: usage, model: model)
    }
}

extension JSONSkim {
    fileprivate mutating func isNull() -> Bool { isWord("null") }
}
