// Why one try came to nothing, and whether another one may go better: what a policy of retries reads.

package import ForgeCore

package struct ModelFault: Error, Hashable, Sendable {
    package enum Remedy: Hashable, Sendable {
        /// Nothing helps: the next model would be refused for the same reason, or the money is gone.
        case none
        case again
        /// This model will not do it; another may.
        case nextModel
    }

    package var error: ModelError
    package var remedy: Remedy
    /// How long the provider wants to be left alone.
    package var retryAfter: Duration?
    /// What was paid all the same, as far as the provider said.
    package var usage: ModelUsage?
    /// Something of the turn was told already, and is void.
    package var hasTold = false

    package init(
        _ kind: ModelError.Kind, _ message: String, _ remedy: Remedy, retryAfter: Duration? = nil, usage: ModelUsage? = nil
    ) {
        error = ModelError(kind, message)
        self.remedy = remedy
        self.retryAfter = retryAfter
        self.usage = usage
    }

    /// The stream ended before the turn did, or made no sense.
    static func died(_ message: String) -> ModelFault { ModelFault(.unavailable, message, .again) }
}
