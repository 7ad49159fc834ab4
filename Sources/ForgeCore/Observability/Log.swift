// Structured log lines. A line is a level, a message for people, and fields; where it goes is decided in `main`.
// Never a body, never a credential: a `Secret` has no way into a field.

package enum LogLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

package struct LogLine: Sendable {
    package var level: LogLevel
    /// Which part of the service speaks: `http`, `store`, `intake`.
    package var part: String
    package var message: String
    package var fields: [JSON.Member]

    package init(level: LogLevel, part: String, message: String, fields: [JSON.Member] = []) {
        self.level = level
        self.part = part
        self.message = message
        self.fields = fields
    }
}

package struct Log: Sendable {
    package let level: LogLevel
    private let part: String
    private let write: @Sendable (LogLine) -> Void

    package init(level: LogLevel, part: String = "forge", write: @escaping @Sendable (LogLine) -> Void) {
        self.level = level
        self.part = part
        self.write = write
    }

    /// Says nothing.
    package static let silent = Log(level: .error) { _ in }

    package func named(_ part: String) -> Log { Log(level: level, part: part, write: write) }

    package func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [JSON.Member] = []) {
        line(.debug, message, fields)
    }

    package func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [JSON.Member] = []) {
        line(.info, message, fields)
    }

    package func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [JSON.Member] = []) {
        line(.warning, message, fields)
    }

    package func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [JSON.Member] = []) {
        line(.error, message, fields)
    }

    private func line(_ level: LogLevel, _ message: () -> String, _ fields: () -> [JSON.Member]) {
        guard level >= self.level else { return }
        write(LogLine(level: level, part: part, message: message(), fields: fields()))
    }
}
