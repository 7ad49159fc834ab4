// Starting programs from tests. Foundation's `Process.run` reads this process's own state on Linux while it starts another, and two at once
// were seen to crash in it: one starts after the other here, and then they run side by side.

package import Foundation
import Synchronization

private let launches = Mutex(())

extension Process {
    /// Like `run`, but never two at once.
    package func runAlone() throws {
        try launches.withLock { _ in try run() }
    }
}

/// Does what no other process may have a hand in. A program that is being started holds copies of all our descriptors until it runs, and
/// with them locks and mounted folders.
package func withoutLaunches<Result>(_ body: () throws -> Result) rethrows -> Result {
    try launches.withLock { _ in try body() }
}
