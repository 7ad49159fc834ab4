// The keys of a transcript, group by group, each with what it holds. A slip of the pen is an error that names the key.

import ForgeCore

struct TranscriptKeys: Sendable {
    enum Holds: Sendable {
        case text, number, flag, list, group, anything

        var word: String {
            switch self {
            case .text: "a text"
            case .number: "a whole number"
            case .flag: "true or false"
            case .list: "a list"
            case .group: "a group of keys"
            case .anything: "anything"
            }
        }

        func fits(_ json: JSON) -> Bool {
            switch self {
            case .text: json.string != nil
            case .number: json.integer != nil
            case .flag: json.bool != nil
            case .list: json.array != nil
            case .group: json.members != nil
            case .anything: true
            }
        }
    }

    /// Nil for the exchange itself, and for the whole.
    let name: String?
    let keys: [String: Holds]

    static let whole = TranscriptKeys(name: nil, keys: ["schema": .number, "exchanges": .list])
    /// The last three tell a reader where a run made it.
    static let exchange = TranscriptKeys(
        name: nil,
        keys: [
            "role": .text, "contains": .text, "repeat": .flag, "request": .group, "events": .list, "reply": .group, "failure": .group,
            "number": .number, "step": .text, "at": .text,
        ])
    static let failure = TranscriptKeys(name: "failure", keys: ["kind": .text, "message": .text, "retry_after_ms": .number])
    static let event = TranscriptKeys(
        name: "events",
        keys: [
            "text": .text, "thinking": .text, "call": .text, "discarded": .text, "micro_usd": .number, "waiting_ms": .number,
            "because": .text, "changed": .text,
        ])
    private static let reply = TranscriptKeys(
        name: "reply",
        keys: [
            "model": .text, "parts": .list, "text": .text, "calls": .list, "answer": .anything, "stop": .text, "usage": .group,
        ])
    private static let part = TranscriptKeys(name: "parts", keys: ["text": .text, "thinking": .group, "call": .group])
    private static let thinking = TranscriptKeys(name: "thinking", keys: ["provider": .text, "block": .anything])
    private static let call = TranscriptKeys(name: "call", keys: ["id": .text, "name": .text, "arguments": .anything])
    private static let usage = TranscriptKeys(
        name: "usage",
        keys: [
            "input_tokens": .number, "output_tokens": .number, "cached_tokens": .number, "cache_write_tokens": .number,
            "micro_usd": .number,
        ])

    static func checkReply(_ json: JSON) throws(TranscriptProblem) {
        try reply.check(json)
        for part in json["parts"]?.array ?? [] {
            try Self.part.check(part)
            if let thinking = part["thinking"] { try Self.thinking.check(thinking) }
            if let call = part["call"] { try Self.call.check(call) }
        }
        for call in json["calls"]?.array ?? [] { try Self.call.check(call) }
        if let usage = json["usage"] { try Self.usage.check(usage) }
    }

    /// Every key is one of these, and holds what it should.
    func check(_ json: JSON) throws(TranscriptProblem) {
        let place = name.map { "in '\($0)', " } ?? ""
        guard let members = json.members else { throw TranscriptProblem(description: "\(place)a group of keys is expected") }
        for member in members {
            guard let holds = keys[member.name] else {
                let nearest = Nearest.name(to: member.name, in: keys.keys).map { "; did you mean '\($0)'?" }
                let known = nearest ?? "; there are \(keys.keys.sorted().joined(separator: ", "))"
                throw TranscriptProblem(description: "\(place)'\(member.name.prefix(80))' is unknown\(known)")
            }
            guard holds.fits(member.value) else {
                throw TranscriptProblem(description: "\(place)'\(member.name)' is not \(holds.word)")
            }
        }
    }
}
