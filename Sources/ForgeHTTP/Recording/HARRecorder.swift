// Writes every exchange of the clients it is given to into one HAR file, mode 600, credentials taken out. Writing happens on a queue of its
// own: a slow disk must never hold a request up. When it is too slow, exchanges are left out, and the next one that is recorded says so.

import Dispatch
package import ForgeCore
import Synchronization

package final class HARRecorder: Sendable {
    private static let waitingMax = 256

    let clock: WallClock
    /// Of each body; the rest is counted.
    let bodyBytesMax: Int
    private let redact: @Sendable (String) -> String
    private let log: Log
    private let queue = DispatchQueue(label: "forge.har")
    private let counts = Mutex((waiting: 0, leftOut: 0))
    private let file: Mutex<HARFile>

    /// Begins a recording at `path`, in the place of an earlier one. `redact` knows what is secret here; what is so by its name (`token`,
    /// `pem`, `client_secret`, `authorization`, …) or its shape is taken out without it.
    package init(
        path: String, clock: WallClock, version: String, bodyBytesMax: Int = 64 << 10, log: Log = .silent,
        redact: @escaping @Sendable (String) -> String
    ) throws(RecordingError) {
        self.clock = clock
        self.bodyBytesMax = bodyBytesMax
        self.redact = redact
        self.log = log
        let creator = JSON.object([.init("name", "forge"), .init("version", .string(version))])
        let opening = "{\"log\":{\"version\":\"1.2\",\"creator\":\(creator.text),\"entries\":[\n"
        file = Mutex(try HARFile.begin(path, opening: Array(opening.utf8)))
    }

    func record(_ exchange: RecordedExchange) {
        let leftOut: Int? = counts.withLock { counts in
            guard counts.waiting < Self.waitingMax else {
                counts.leftOut += 1
                return nil
            }
            counts.waiting += 1
            defer { counts.leftOut = 0 }
            return counts.leftOut
        }
        guard let leftOut else { return }
        queue.async { self.write(exchange, leftOut: leftOut) }
    }

    /// Returns when all that was recorded is in the file.
    package func finish() { queue.sync {} }

    private func write(_ exchange: RecordedExchange, leftOut: Int) {
        defer { counts.withLock { $0.waiting -= 1 } }
        var exchange = exchange
        if leftOut > 0 {
            let note = "before this one \(leftOut) exchanges were not recorded: the disk is too slow"
            exchange.failure = exchange.failure.map { "\($0); \(note)" } ?? note
        }
        let entry = HAREntry(exchange: exchange, redact: redact).json.utf8
        do throws(RecordingError) {
            try file.withLock { (file: inout HARFile) throws(RecordingError) in try file.append(entry) }
        } catch {
            log.warning("an exchange was not recorded", [.init("why", .string(error.message))])
        }
    }
}
