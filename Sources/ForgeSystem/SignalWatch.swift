// Signals as values in a stream. The default action is switched off for the watched ones, so whoever watches must act.

import CSystem
import Dispatch

package final class SignalWatch: Sendable {
    package static let terminate = SIGTERM
    package static let interrupt = SIGINT
    package static let kill = SIGKILL

    /// One element for each signal that came.
    package let signals: AsyncStream<Int32>
    // Proof: written once here, and only cancelled afterwards, which is safe from any thread.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    package init(_ numbers: [Int32]) {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(8))
        self.signals = signals
        let queue = DispatchQueue(label: "forge.signals")
        unsafe sources = numbers.map { number in
            forge_ignore_signal(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    deinit {
        for source in unsafe sources { source.cancel() }
    }
}
