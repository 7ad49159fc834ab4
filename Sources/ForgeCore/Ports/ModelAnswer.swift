// One question to a model that one JSON object answers: what reviewers need, who hold no conversation.

package struct AnswerRequest: Hashable, Sendable {
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

package struct ModelAnswer: Hashable, Sendable {
    package var json: JSON
    package var usage: ModelUsage
    /// The one that answered; nil when nobody knows.
    package var model: String?

    package init(json: JSON, usage: ModelUsage = ModelUsage(), model: String? = nil) {
        self.json = json
        self.usage = usage
        self.model = model
    }
}

extension Model {
    /// The one tool that it is made to call: what the tool is given is the answer.
    package func answer(_ request: AnswerRequest) async throws(ModelError) -> ModelAnswer {
        let tool = ModelTool(name: "answer", summary: "Gives the answer.", schema: request.answerSchema)
        let turn = ModelRequest(
            role: request.role, system: request.system, tools: [tool], messages: [.material(request.material)], choice: .tool(tool.name),
            answerTokensMax: request.answerTokensMax)
        let reply = try await reply(to: turn) { _ in }
        switch reply.stop {
        case .refused: throw ModelError(.refused, "the model would not answer")
        case .tokensMax: throw ModelError(.malformed, "the model's answer is longer than \(request.answerTokensMax) tokens")
        case .ended, .calls: break
        }
        guard let json = reply.calls.first(where: { $0.name == tool.name })?.arguments else {
            throw ModelError(.malformed, "the model did not answer as it was asked to")
        }
        return ModelAnswer(json: json, usage: reply.usage, model: reply.model)
    }
}
