// The sender's own log of deliveries that did not arrive. GitHub never sends one again by itself, so Forge asks.

/// One that failed, as the sender lists it.
package struct MissedDelivery: Hashable, Sendable {
    /// The sender's number for this attempt; 64 bits, never a double.
    package var attempt: Int64
    /// The same for all attempts of one event: `X-GitHub-Delivery`.
    package var guid: String
    package var eventName: String
    package var deliveredAt: Timestamp
    package var hasSucceeded: Bool

    package init(attempt: Int64, guid: String, eventName: String, deliveredAt: Timestamp, hasSucceeded: Bool) {
        self.attempt = attempt
        self.guid = guid
        self.eventName = eventName
        self.deliveredAt = deliveredAt
        self.hasSucceeded = hasSucceeded
    }
}

package struct MissedDeliveryError: Error, Hashable, Sendable {
    package var message: String

    package init(message: String) { self.message = message }
}

package protocol MissedDeliveries: Sendable {
    /// All attempts since then, newest first, successful ones too.
    func attempts(since: Timestamp) async throws(MissedDeliveryError) -> [MissedDelivery]
    /// The headers and the body of one attempt, as they were sent.
    func payload(of attempt: Int64) async throws(MissedDeliveryError) -> (headers: [HeaderField], body: [UInt8])
}
