// What a program in the sandbox may ask of a provider, decided on the body alone. What is let through is written anew, so that no provider
// reads two members of one name otherwise than this does.
//
// A model is a way out of the sandbox wherever its provider fetches, runs or remembers something: so addresses, stored files, hosted tools and
// stored conversations are refused, and so is every member that is not known.

import ForgeCore

package struct BrokerPolicy: Hashable, Sendable {
    /// Names exactly as programs ask for them.
    package var models: Set<String>
    /// Where a program says no number itself.
    package var answerTokens: Int
    package var answerTokensMax: Int

    package init(models: Set<String>, answerTokens: Int = 16_000, answerTokensMax: Int = 128_000) {
        self.models = models
        self.answerTokens = answerTokens
        self.answerTokensMax = answerTokensMax
    }
}

package struct BrokerRequest: Hashable, Sendable {
    package var wire: ModelWire
    package var model: String
    package var body: [UInt8]
    package var isStream: Bool
    package var inputTokensMax: Int
    package var answerTokensMax: Int

    /// - Parameter isOpenAI: the endpoint is OpenAI's own, which has another name for the longest answer.
    package init(
        _ wire: ModelWire, _ bytes: [UInt8], isOpenAI: Bool, policy: BrokerPolicy
    ) throws(BrokerRefusal) {
        let parsed: JSON
        do {
            parsed = try JSONParser.parse(bytes).value
        } catch {
            throw BrokerRefusal(.invalid, "the body is no JSON")
        }
        guard case .object = parsed else { throw BrokerRefusal(.invalid, "the body is no JSON object") }
        var json = parsed.withoutRepeats
        try BrokerFields.check(json, wire)
        guard case .string(let model)? = json["model"] else { throw BrokerRefusal(.invalid, "model: is missing") }
        guard policy.models.contains(model) else {
            let names = policy.models.sorted().joined(separator: ", ")
            throw BrokerRefusal(.forbidden, "the model '\(model.prefix(100))' is not allowed here; allowed: \(names)")
        }
        // Its own models want it wherever they are asked.
        let wantsNewWord = isOpenAI || ChatRequest.isOpenAIName(model)
        answerTokensMax = try Self.bound(&json, wire, wantsNewWord: wantsNewWord, policy)
        isStream = json["stream"] == .bool(true)
        // Without it a stream never says what it cost.
        if wire == .openAIChat, isStream { json.set("stream_options", ["include_usage": true]) }
        // OpenAI keeps what it is not told to forget; other servers of its older format may refuse a member that they do not know.
        if wire == .openAIResponses || wire == .openAIChat && isOpenAI { json.set("store", false) } else { json.remove("store") }
        self.wire = wire
        self.model = model
        body = Array(json.text.utf8)
        inputTokensMax = (body.count + 1) / 2 + 500
    }

    /// The longest answer, written into the body where it was missing.
    /// - Parameter wantsNewWord: `max_completion_tokens`, in place of the older `max_tokens`.
    private static func bound(
        _ json: inout JSON, _ wire: ModelWire, wantsNewWord: Bool, _ policy: BrokerPolicy
    ) throws(BrokerRefusal) -> Int {
        let names =
            switch wire {
            case .anthropic: ["max_tokens"]
            case .openAIChat: wantsNewWord ? ["max_completion_tokens", "max_tokens"] : ["max_tokens", "max_completion_tokens"]
            case .openAIResponses: ["max_output_tokens"]
            }
        let given = names.filter { json[$0] ?? .null != .null }
        guard let name = given.first else {
            json.set(names[0], JSON(policy.answerTokens))
            return policy.answerTokens
        }
        guard given.count == 1, case .integer(let number)? = json[name], (1...Int64(policy.answerTokensMax)).contains(number) else {
            throw BrokerRefusal(.invalid, "\(name): takes one whole number from 1 to \(policy.answerTokensMax)")
        }
        return Int(number)
    }
}

extension JSON {
    /// Of two members of one name the last counts; the first is not there any more.
    fileprivate var withoutRepeats: JSON {
        switch self {
        case .object(let members):
            var last: [String: Int] = [:]
            for (index, member) in members.enumerated() { last[member.name] = index }
            let kept = members.enumerated().filter { last[$1.name] == $0 }
            return .object(kept.map { Member($1.name, $1.value.withoutRepeats) })
        case .array(let items): return .array(items.map(\.withoutRepeats))
        default: return self
        }
    }

    fileprivate mutating func set(_ name: String, _ value: JSON) {
        self = .object((members ?? []).filter { $0.name != name } + [Member(name, value)])
    }

    fileprivate mutating func remove(_ name: String) { self = .object((members ?? []).filter { $0.name != name }) }
}
