// Reads what an answer cost while somebody else reads the answer: bytes go by, and the numbers are known at the end. It must never hold the
// answer up, nor fail: an answer that it does not understand has no usage.

package import ForgeCore

package struct UsageMeter: Sendable {
    /// Of an answer that is one JSON object. More is let pass unread.
    private static let bodyBytesMax = 10 << 20

    /// Nil while nothing was said.
    package var usage: ModelUsage? { tokens.usage }
    /// The model that answers, as it calls itself.
    package private(set) var model: String?
    /// The provider said that the answer is whole, or that it failed.
    package private(set) var isEnded = false

    private let wire: ModelWire
    private let isStream: Bool
    private var tokens: CountedTokens
    private var events = EventStream()
    private var body: [UInt8] = []
    private var isBroken = false

    /// - Parameter isStream: the answer's type is `text/event-stream`.
    package init(_ wire: ModelWire, isStream: Bool) {
        self.wire = wire
        self.isStream = isStream
        tokens = CountedTokens(wire)
    }

    package mutating func read(_ bytes: [UInt8]) {
        guard !isBroken else { return }
        guard isStream else {
            body += bytes
            if body.count > Self.bodyBytesMax {
                isBroken = true
                body = []
            }
            return
        }
        var found: [ServerSentEvent] = []
        do throws(EventStreamError) {
            try events.read(bytes) { found.append($0) }
        } catch {
            isBroken = true
        }
        for event in found where mayTell(event.data) { read(event) }
    }

    /// After the last byte.
    package mutating func end() {
        guard !isStream, !isBroken, let json = Self.json(body) else { return }
        isEnded = true
        readAnswer(json)
    }

    /// Most events are pieces of text: they are let pass unread.
    private func mayTell(_ data: [UInt8]) -> Bool {
        guard wire == .anthropic else { return true }
        return !data.starts(with: Self.delta)
    }

    private static let delta = Array(#"{"type":"content_block_delta""#.utf8)
    private static let done = Array("[DONE]".utf8)

    private mutating func read(_ event: ServerSentEvent) {
        if event.data == Self.done {
            isEnded = true
            return
        }
        guard let json = Self.json(event.data) else { return }
        switch wire {
        case .anthropic:
            readAnswer(json["message"] ?? json)
            if let type = json["type"]?.string, type == "message_stop" || type == "error" { isEnded = true }
        case .openAIChat:
            readAnswer(json)
            if json["error"] != nil { isEnded = true }
        case .openAIResponses:
            if let response = json["response"] { readAnswer(response) }
            let endings = ["response.completed", "response.incomplete", "response.failed", "error"]
            if let type = json["type"]?.string, endings.contains(type) { isEnded = true }
        }
    }

    private mutating func readAnswer(_ json: JSON) {
        tokens.read(json["usage"])
        if let name = json["model"]?.string, !name.isEmpty { model = name }
    }

    private static func json(_ bytes: [UInt8]) -> JSON? {
        // What is no JSON says nothing of tokens.
        try? JSONParser.parse(bytes).value
    }
}
