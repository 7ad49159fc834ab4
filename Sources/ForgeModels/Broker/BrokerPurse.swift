// The money that a broker's calls are made with, as its two questions. Who pays, and from which limits, is the answerer's matter.

package import ForgeCore

package struct BrokerPurse: Sendable {
    package struct Call: Hashable, Sendable {
        package var model: String
        package var inputTokensMax: Int
        package var answerTokensMax: Int
        /// No call takes longer: what is set aside for it may end then.
        package var timeMax: Duration
    }

    /// What a call came to.
    package enum Outcome: Hashable, Sendable {
        /// The provider did no work for it.
        case nothing
        /// The provider counted. `isWhole` is false when the answer was cut: then at least the question counts.
        case used(ModelUsage, isWhole: Bool)
        /// It answered and counted nothing, or the answer was cut before it did.
        case unknown(isWhole: Bool)
    }

    /// Sets money aside; the answer settles it and is called once.
    package var reserve: @Sendable (Call) async throws(BrokerRefusal) -> (@Sendable (Outcome) async -> Void)

    package init(
        reserve: @escaping @Sendable (Call) async throws(BrokerRefusal) -> (@Sendable (Outcome) async -> Void)
    ) {
        self.reserve = reserve
    }
}
