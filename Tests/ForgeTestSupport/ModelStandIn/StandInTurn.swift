// What the stand-in for models says in one turn, and what goes wrong with it. How that looks on the wire is in StandInTurn+Wires.swift.

import ForgeCore
import Foundation
import Synchronization

package struct StandInTurn: Sendable {
    package struct Call: Sendable {
        package var id: String
        package var name: String
        /// As they come, piece by piece.
        package var arguments: [String]

        package init(_ name: String, id: String, _ arguments: String...) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    package enum Stop: Sendable { case natural, tokensMax, refused }

    package var thinking: String?
    package var text: [String]
    package var calls: [Call]
    package var stop = Stop.natural
    /// Of the prompt, what came from no cache, what did, and what was written to one; and of the answer.
    package var fresh = 100
    package var cached = 40
    package var written = 8
    package var output = 20

    package init(_ text: String..., thinking: String? = nil, calls: [Call] = [], stop: Stop = .natural) {
        self.text = text
        self.thinking = thinking
        self.calls = calls
        self.stop = stop
    }
}

package enum StandInModelFault: Sendable {
    /// A refusal with the provider's word for it.
    case status(Int, String, message: String = "no", headers: [(name: String, value: String)] = [])
    /// A page instead of an answer.
    case page(Int, type: String, String)
    /// The stream ends with an error after so many events.
    case errorEvent(after: Int, String)
    /// The connection ends after so many events.
    case cut(after: Int)
    /// The stream ends after so many events, as if that were all.
    case ends(after: Int)
    /// The stream ends without its last events.
    case noEnding
    /// So many bytes of text.
    case huge(Int)
    /// Each event when the test lets it go.
    case drip(StandInDrip)
    /// Each byte when the test lets it go.
    case dripBytes(StandInDrip)
    case silence
    case reset
}

/// Lets pieces go one by one.
package final class StandInDrip: Sendable {
    private struct State {
        var allowed = 0
        var isOver = false
    }

    private let state = Mutex(State())
    private let allowed = DispatchSemaphore(value: 0)

    package init() {}

    /// One more may go.
    package func letGo() { allowed.signal() }

    /// Nothing comes any more; whoever waits is let go.
    package func end() {
        state.withLock { $0.isOver = true }
        allowed.signal()
    }

    /// Nil when it is over.
    func next(_ pieces: inout ArraySlice<[UInt8]>) -> [UInt8]? {
        allowed.wait()
        guard !state.withLock({ $0.isOver }) else { return nil }
        return pieces.popFirst()
    }
}
