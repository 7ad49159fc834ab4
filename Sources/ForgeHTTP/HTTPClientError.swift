// Why there is no answer, in the terms a retry policy needs: what failed, and whether the far side may have done what was asked. It must
// never hold a credential: messages are logged.

package struct HTTPClientError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Phase: String, Hashable, Sendable {
        case connect, firstByte = "first byte", idle, total
    }

    package enum Kind: Hashable, Sendable {
        case invalidURL
        case nameNotFound
        case connectFailed
        case tlsFailed
        case timedOut(Phase)
        case connectionLost
        case tooLarge(bytesMax: Int)
        case tooManyRedirects
        /// It leads to a machine that an address from outside must not reach.
        case addressRefused
        case cancelled
        /// What came was no HTTP.
        case malformed
    }

    package let kind: Kind
    package let message: String
    /// Whether the request may have been carried out all the same: a repeat has to look first.
    package let mayBeDone: Bool

    package init(_ kind: Kind, _ message: String, mayBeDone: Bool) {
        self.kind = kind
        self.message = message
        self.mayBeDone = mayBeDone
    }

    package var description: String { message }

    /// Whether the same request may go better later.
    package var isPassing: Bool {
        switch kind {
        case .nameNotFound, .connectFailed, .timedOut, .connectionLost: true
        case .invalidURL, .tlsFailed, .tooLarge, .tooManyRedirects, .addressRefused, .cancelled, .malformed: false
        }
    }
}
