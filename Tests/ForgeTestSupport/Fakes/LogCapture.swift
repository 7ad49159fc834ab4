// What a part of the service logged, kept for a test to read: that a line is there, and that a credential is not.
package import ForgeCore
import Synchronization

package final class LogCapture: Sendable {
    private let captured = Mutex<[LogLine]>([])

    package init() {}

    /// A log that writes here, at every level.
    package var log: Log {
        Log(level: .debug) { line in self.captured.withLock { $0.append(line) } }
    }

    package var lines: [LogLine] { captured.withLock { $0 } }

    package func lines(_ level: LogLevel, part: String? = nil) -> [LogLine] {
        lines.filter { $0.level == level && part ?? $0.part == $0.part }
    }

    /// All that was said, fields too, as text to search in.
    package var text: String {
        lines.map { "\($0.level.rawValue) \($0.part): \($0.message) \(JSON.object($0.fields).text)" }.joined(separator: "\n")
    }
}
