// What can go wrong in a measurement before it measures anything. A slow or failing server is not an error: it is a figure.
import CBench
import Glibc

/// Why a measurement could not be made.
package struct BenchError: Error, Hashable, CustomStringConvertible {
    /// What was being done, in the infinitive.
    package let attempt: String
    package let detail: String

    package init(attempt: String, detail: String) {
        self.attempt = attempt
        self.detail = detail
    }

    init(attempt: String, status: Int32) {
        self.init(attempt: attempt, detail: unsafe String(cString: strerror(status)))
    }

    package var description: String { "cannot \(attempt): \(detail)" }
}
