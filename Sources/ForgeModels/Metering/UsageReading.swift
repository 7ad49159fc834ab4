// What providers say of the tokens they counted, in one way of counting: the input is all of the prompt. Anthropic's three numbers are
// added up; OpenAI's one number has the cached ones in it.

package import ForgeCore

/// Numbers as they come, each saying more than the ones before: the last of a kind counts.
package struct CountedTokens: Hashable, Sendable {
    private var fresh: Int?
    private var output: Int?
    private var cached: Int?
    private var cacheWrite: Int?
    private let wire: ModelWire

    package init(_ wire: ModelWire) { self.wire = wire }

    /// Nil until the provider has said a number.
    package var usage: ModelUsage? {
        guard fresh != nil || output != nil else { return nil }
        let beside = wire == .anthropic ? (cached ?? 0) + (cacheWrite ?? 0) : 0
        return ModelUsage(
            inputTokens: (fresh ?? 0) + beside, outputTokens: output ?? 0, cachedTokens: cached ?? 0, cacheWriteTokens: cacheWrite ?? 0)
    }

    /// An object called `usage`.
    package mutating func read(_ usage: JSON?) {
        guard let usage else { return }
        func number(_ value: JSON?) -> Int? {
            guard let whole = value?.integer, whole >= 0, whole < 1 << 40 else { return nil }
            return Int(whole)
        }
        func take(_ value: JSON?, _ kept: inout Int?) { kept = number(value) ?? kept }
        switch wire {
        case .anthropic:
            take(usage["input_tokens"], &fresh)
            take(usage["output_tokens"], &output)
            take(usage["cache_read_input_tokens"], &cached)
            take(usage["cache_creation_input_tokens"], &cacheWrite)
        case .openAIChat:
            take(usage["prompt_tokens"], &fresh)
            take(usage["completion_tokens"], &output)
            take(usage["prompt_tokens_details"]?["cached_tokens"], &cached)
            take(usage["prompt_tokens_details"]?["cache_write_tokens"], &cacheWrite)
        case .openAIResponses:
            take(usage["input_tokens"], &fresh)
            take(usage["output_tokens"], &output)
            take(usage["input_tokens_details"]?["cached_tokens"], &cached)
            take(usage["input_tokens_details"]?["cache_write_tokens"], &cacheWrite)
        }
    }
}
