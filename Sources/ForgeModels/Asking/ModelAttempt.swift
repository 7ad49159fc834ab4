// One try at one turn with one model. Who tries again, and with which model, is decided elsewhere.

package import ForgeCore

package protocol ModelAttempt: Sendable {
    var name: String { get }
    func attempt(_ request: ModelRequest, events: @Sendable (ModelEvent) async -> Void) async throws(ModelFault) -> ModelReply
}

/// How long an answer may take, and how large it may be.
package struct StreamLimits: Hashable, Sendable {
    /// Without a single byte.
    package var idle = Duration.seconds(300)
    /// Of one try, from its first byte to its last.
    package var total = Duration.seconds(1_800)
    package var bytesMax = 10 << 20
    /// For the connection's end, once the turn is whole.
    package var ending = Duration.seconds(2)

    package init() {}
}
