// What the three formats have in common: events in, pieces of a turn out, and at the end the turn, or the reason why there is none. Readers
// do no I/O. A turn that did not end as its format says is no turn.

import ForgeCore

protocol TurnReader: Sendable {
    /// Tells what came. What it does not know it lets pass.
    mutating func read(_ event: ServerSentEvent, _ tell: (ModelEvent) -> Void) throws(ModelFault)
    /// The format's last event came.
    var isComplete: Bool { get }
    /// What the provider counted until now.
    var usage: ModelUsage? { get }
    /// The turn, once no more comes.
    func reply() throws(ModelFault) -> ModelReply
}

/// A call while it comes.
struct GrowingCall: Hashable, Sendable {
    var id = ""
    var name = ""
    var arguments = ""

    var call: ToolCall { ToolCall(id: id, name: name, argumentsText: arguments) }
    /// It may be carried out: it has a name to be known by, and an id to be answered by.
    var isWhole: Bool { !id.isEmpty && !name.isEmpty }
}

extension ModelReply {
    /// - Parameter stop: as the provider said; nil when it said a word that nobody knows.
    static func made(of parts: [ModelPart], stop: ModelStop?, usage: ModelUsage?, model: String) -> ModelReply {
        var parts = parts
        if stop == .tokensMax { parts = withoutCutCall(parts) }
        let hasCalls = parts.contains { if case .call = $0 { true } else { false } }
        let settled: ModelStop =
            switch stop {
            case .tokensMax?, .refused?: stop ?? .ended
            case .ended?, .calls?, nil: hasCalls ? .calls : .ended
            }
        return ModelReply(parts: parts, stop: settled, usage: usage ?? ModelUsage(), model: model)
    }

    /// What stops in the middle of its arguments is not whole, and no arguments at all may be the beginning of some.
    private static func withoutCutCall(_ parts: [ModelPart]) -> [ModelPart] {
        guard case .call(let last)? = parts.last, last.argumentsText.isEmpty || last.arguments == nil else { return parts }
        return Array(parts.dropLast())
    }
}

extension ToolCall {
    /// The arguments as an object whatever the model wrote: some servers refuse a transcript over a call that is not JSON.
    var argumentsObject: JSON { arguments ?? ["not_json": .string(argumentsText)] }
}

extension ModelThinking {
    /// Whose thinking it is: the format, and the model without what tells its versions apart. Others cannot read it.
    static func owner(_ wire: ModelWire, model: String) -> String {
        let name = model.split(separator: "/").last ?? ""
        let family = name.split(separator: "-").prefix { part in !(part.first?.isNumber ?? true) }.joined(separator: "-")
        return "\(wire.rawValue):\(family.isEmpty ? String(name) : family)"
    }
}
