// Which format makes the request and reads the answer.

package import ForgeCore

extension ModelWire {
    /// The body of a streamed request. The same request makes the same bytes.
    package func body(_ request: ModelRequest, model: String, isOpenAI: Bool = false) -> [UInt8] {
        switch self {
        case .anthropic: AnthropicRequest(request, model: model).json.utf8
        case .openAIChat: ChatRequest(request, model: model, isOpenAI: isOpenAI).json.utf8
        case .openAIResponses: ResponsesRequest(request, model: model).json.utf8
        }
    }

    func reader(model: String) -> any TurnReader {
        switch self {
        case .anthropic: AnthropicTurn(model: model)
        case .openAIChat: ChatTurn(model: model)
        case .openAIResponses: ResponsesTurn(model: model)
        }
    }
}
