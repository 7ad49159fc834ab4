// Signals as values in a stream. The default action is switched off for the watched ones, so whoever watches must act on the first; the
// second ends the process where it stands, whatever it is waiting for.

import CSystem
import Dispatch
import Synchronization

package final class SignalWatch: Sendable {
    package static let terminate = SIGTERM
    package static let interrupt = SIGINT
    package static let kill = SIGKILL
    /// The terminal is gone.
    package static let hangUp = SIGHUP

    /// The first signal that came.
    package let signals: AsyncStream<Int32>
    // Proof: written once here, and only cancelled afterwards, which is safe from any thread.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    package init(_ numbers: [Int32]) {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(8))
        self.signals = signals
        let queue = DispatchQueue(label: "forge.signals")
        let asked = Asked()
        unsafe sources = numbers.map { number in
            forge_ignore_signal(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if asked.isRepeated { ProcessFacts.exitAtOnce(128 + number) }
                continuation.yield(number)
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in unsafe sources { source.cancel() }
    }
}

/// Whether somebody has asked already.
private final class Asked: Sendable {
    private let flag = Atomic<Bool>(false)

    /// False the first time, true ever after.
    var isRepeated: Bool { flag.exchange(true, ordering: .relaxed) }
}
