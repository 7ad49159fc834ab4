// A language model as the engine sees it: a transcript and tools in, a stream and then one whole turn out. Neither it nor what it runs on
// holds a credential of a code host, and what it says is a proposal: code decides.

package struct ModelRequest: Hashable, Sendable {
    /// Who asks, such as `reviewer` or `lead`: settings may give roles models of their own.
    package var role: String
    /// Ours alone. No text from outside ever stands here.
    package var system: String
    /// The same ones in the same order in every turn of a transcript: a prompt is cached from its first byte on.
    package var tools: [ModelTool]
    package var messages: [ModelMessage]
    package var choice: ModelToolChoice
    package var answerTokensMax: Int

    package init(
        role: String, system: String, tools: [ModelTool] = [], messages: [ModelMessage], choice: ModelToolChoice = .free,
        answerTokensMax: Int = 8_000
    ) {
        self.role = role
        self.system = system
        self.tools = tools
        self.messages = messages
        self.choice = choice
        self.answerTokensMax = answerTokensMax
    }
}

package struct ModelTool: Hashable, Sendable {
    package var name: String
    package var summary: String
    /// A JSON schema of an object.
    package var schema: JSON

    package init(name: String, summary: String, schema: JSON) {
        self.name = name
        self.summary = summary
        self.schema = schema
    }
}

package enum ModelToolChoice: Hashable, Sendable {
    /// Text, or any of the tools.
    case free
    case noTool
    case anyTool
    case tool(String)
}

package enum ModelMessage: Hashable, Sendable {
    /// What is to be worked on: scrubbed, redacted and delimited by whoever made it.
    case material(String)
    /// A turn as the model took it, sent back untouched.
    case turn([ModelPart])
    /// The answers to every call of the turn before, in its order.
    case results([ToolResult])
}

package enum ModelPart: Hashable, Sendable {
    case text(String)
    /// As it came, and only for those who sent it.
    case thinking(ModelThinking)
    case call(ToolCall)
}

package struct ModelThinking: Hashable, Sendable {
    /// The adapter that understands it, such as `anthropic`.
    package var provider: String
    package var block: JSON

    package init(provider: String, block: JSON) {
        self.provider = provider
        self.block = block
    }
}

package struct ToolCall: Hashable, Sendable {
    package var id: String
    package var name: String
    /// As the model wrote them; not always JSON.
    package var argumentsText: String
    /// Nil when what it wrote is no JSON object: such a call is answered with an error and never carried out.
    package var arguments: JSON? {
        // What cannot be read is told to the model by whoever carries out calls; why, it knows best itself.
        guard let json = try? JSONParser.parse(argumentsText.isEmpty ? "{}" : argumentsText), case .object = json else { return nil }
        return json
    }

    package init(id: String, name: String, argumentsText: String) {
        self.id = id
        self.name = name
        self.argumentsText = argumentsText
    }
}

package struct ToolResult: Hashable, Sendable {
    /// Of the call.
    package var id: String
    package var text: String
    package var isError: Bool

    package init(id: String, text: String, isError: Bool = false) {
        self.id = id
        self.text = text
        self.isError = isError
    }
}

/// What comes before a turn is whole. Nothing of it may be acted on.
package enum ModelEvent: Hashable, Sendable {
    case text(String)
    case thinking(String)
    case call(name: String)
    /// The stream died: what came of this turn is void, and it is asked for again. `paid` is what it is known to have cost, in millionths
    /// of a dollar: the price of the reply that comes after all has it in it, if that has one. Nil when nobody knows: then it is in no
    /// price.
    case discarded(because: String, paid: Int?)
    case waiting(Duration, because: String)
    /// The next model of the role's list is asked.
    case changed(model: String)
}

package enum ModelStop: String, Hashable, Sendable {
    case ended
    /// There are calls to carry out, all of them whole.
    case calls
    /// It had more to say: a last call that was cut is not among the parts.
    case tokensMax
    case refused
}

package struct ModelReply: Hashable, Sendable {
    package var parts: [ModelPart]
    package var stop: ModelStop
    package var usage: ModelUsage
    /// The one that answered.
    package var model: String

    package init(parts: [ModelPart], stop: ModelStop, usage: ModelUsage = ModelUsage(), model: String) {
        self.parts = parts
        self.stop = stop
        self.usage = usage
        self.model = model
    }

    package var calls: [ToolCall] { parts.compactMap { if case .call(let call) = $0 { call } else { nil } } }
    package var text: String { parts.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined() }
}

package struct ModelUsage: Hashable, Sendable {
    /// All of the prompt, with what came from a cache and what was written to one.
    package var inputTokens: Int
    package var outputTokens: Int
    /// Of the input.
    package var cachedTokens: Int
    package var cacheWriteTokens: Int
    /// Millionths of a dollar; nil when nobody told the price.
    package var microUSD: Int?

    package init(
        inputTokens: Int = 0, outputTokens: Int = 0, cachedTokens: Int = 0, cacheWriteTokens: Int = 0, microUSD: Int? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedTokens = cachedTokens
        self.cacheWriteTokens = cacheWriteTokens
        self.microUSD = microUSD
    }

    package static func + (left: Self, right: Self) -> Self {
        let prices = [left.microUSD, right.microUSD].compactMap { $0 }
        return Self(
            inputTokens: left.inputTokens + right.inputTokens, outputTokens: left.outputTokens + right.outputTokens,
            cachedTokens: left.cachedTokens + right.cachedTokens, cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
            microUSD: prices.isEmpty ? nil : prices.reduce(0, +))
    }
}

package protocol Model: Sendable {
    /// As settings call it.
    var name: String { get }
    /// One turn. Retries and the next model of a list are its own business; `events` is told meanwhile.
    func reply(to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void) async throws(ModelError) -> ModelReply
}

package struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case limited(retryAfter: Duration)
        case unavailable
        /// It would not answer.
        case refused
        /// What came fits no schema.
        case malformed
        /// More than its window holds.
        case tooLarge
        case unauthorized
        /// The account's money, or the budget that Forge was given, is used up. Asking again does not help.
        case spent
        case cancelled
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
