// The three wire formats: where each is asked, and what carries the key. What goes over them is in Formats/.

package enum ModelWire: String, Hashable, Sendable, CaseIterable {
    /// Anthropic Messages.
    case anthropic
    /// OpenAI Chat Completions, which most other servers speak as well.
    case openAIChat = "openai"
    case openAIResponses = "openai_responses"

    /// Below the version's folder.
    package var path: String {
        switch self {
        case .anthropic: "messages"
        case .openAIChat: "chat/completions"
        case .openAIResponses: "responses"
        }
    }
}
