// How often, and after how long, a model is asked again. Pure: a fault in, a decision out.

package import ForgeCore

package struct RetryPolicy: Hashable, Sendable {
    /// Of each model, the first one included.
    package var triesMax = 5
    package var backoff = Backoff(base: .seconds(2), cap: .seconds(60))
    /// A provider that wants to be left alone for longer is not waited for.
    package var retryAfterMax = Duration.seconds(120)

    package init() {}

    package enum Decision: Hashable, Sendable {
        case again(after: Duration)
        case nextModel
        case giveUp
    }

    /// - Parameter tries: how many there were with this model.
    package func decide(_ fault: ModelFault, tries: Int, jitter: Double) -> Decision {
        switch fault.remedy {
        case .none: return .giveUp
        case .nextModel: return .nextModel
        case .again:
            guard tries < triesMax else { return .nextModel }
            if let wait = fault.retryAfter { return wait <= retryAfterMax ? .again(after: wait) : .nextModel }
            // Between half and all of it: nobody comes back at once, and not everybody together.
            return .again(after: backoff.delay(attempt: tries, jitter: 0.5 + jitter / 2))
        }
    }
}
