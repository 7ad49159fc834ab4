// A language model as the engine sees it: a request in, checked JSON out. Neither it nor what it runs on holds a credential of a code host.

package struct ModelRequest: Hashable, Sendable {
    /// Who asks, such as `reviewer` or `skeptic`: settings may give roles models of their own.
    package var role: String
    /// Ours alone. No text from outside ever stands here.
    package var system: String
    /// What is to be worked on: scrubbed, redacted and delimited by whoever made it.
    package var material: String
    /// A JSON schema that the answer has to fit.
    package var answerSchema: JSON
    package var answerTokensMax: Int

    package init(role: String, system: String, material: String, answerSchema: JSON, answerTokensMax: Int = 8_000) {
        self.role = role
        self.system = system
        self.material = material
        self.answerSchema = answerSchema
        self.answerTokensMax = answerTokensMax
    }
}

package struct ModelUsage: Hashable, Sendable {
    package var inputTokens: Int
    package var outputTokens: Int
    /// Millionths of a dollar; nil when nobody told the price.
    package var microUSD: Int?

    package init(inputTokens: Int = 0, outputTokens: Int = 0, microUSD: Int? = nil) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.microUSD = microUSD
    }

    package static func + (left: Self, right: Self) -> Self {
        let prices = [left.microUSD, right.microUSD].compactMap { $0 }
        return Self(
            inputTokens: left.inputTokens + right.inputTokens, outputTokens: left.outputTokens + right.outputTokens,
            microUSD: prices.isEmpty ? nil : prices.reduce(0, +))
    }
}

package struct ModelAnswer: Hashable, Sendable {
    package var json: JSON
    package var usage: ModelUsage

    package init(json: JSON, usage: ModelUsage = ModelUsage()) {
        self.json = json
        self.usage = usage
    }
}

package protocol Model: Sendable {
    var name: String { get }
    func answer(_ request: ModelRequest) async throws(ModelError) -> ModelAnswer
}

package struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case limited(retryAfter: Duration)
        case unavailable
        /// It would not answer.
        case refused
        /// What came fits no schema.
        case malformed
        case tooLarge
        case unauthorized
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
