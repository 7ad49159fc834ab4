// What every sender's check at the door has in common. A body that was not verified cannot be decoded: `VerifiedBody` is made only by a
// verifier, from the store, or by an operator who hands Forge a file.

package import ForgeCore

/// Why a request was turned away: for the operator alone. The caller sees one flat 401.
package struct WebhookRejection: Error, Hashable, Sendable {
    /// A stable word for counting and filtering.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case noSecretConfigured = "no_secret_configured"
        case missingSignature = "missing_signature"
        case malformedSignature = "malformed_signature"
        case sha1Only = "sha1_only"
        case wrongSignature = "wrong_signature"
        /// The signature holds for a body that differs in a way proxies are known for.
        case bodyChanged = "body_changed"
        case missingHeader = "missing_header"
        case emptyBody = "empty_body"
        case unknownTracker = "unknown_tracker"
        case wrongToken = "wrong_token"
        case wrongContentType = "wrong_content_type"
    }

    package var code: Code
    /// A sentence that says what to do.
    package var reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// Bytes whose sender is known, as they came.
package struct VerifiedBody: Sendable {
    package let bytes: [UInt8]

    /// For the verifiers of this module only.
    init(verified bytes: [UInt8]) { self.bytes = bytes }

    /// What is in the store was verified before it got there; nil once retention has dropped the body.
    package init?(stored delivery: Delivery) {
        guard let bytes = delivery.body else { return nil }
        self.bytes = bytes
    }

    /// A file or line that an operator hands to `forge intake`.
    package init(fromOperator bytes: [UInt8]) { self.bytes = bytes }
}

/// A request that passed: its body, and what the store keeps of it.
package struct VerifiedDelivery: Sendable {
    package let body: VerifiedBody
    package let delivery: NewDelivery

    init(_ delivery: NewDelivery) {
        self.body = VerifiedBody(verified: delivery.body)
        self.delivery = delivery
    }
}
