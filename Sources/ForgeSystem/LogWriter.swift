// Log lines to a descriptor, from a thread of their own: the one who logs never waits for a slow terminal or a full pipe. What waits is
// bounded; lines dropped because the reader is slow are counted and said once there is room.

import CSystem
import Dispatch
package import ForgeCore
import Synchronization

package final class LogWriter: Sendable {
    package enum Format: Sendable { case json, text(colours: Bool) }

    private struct Waiting {
        var bytes: [UInt8] = []
        var dropped = 0
        var isScheduled = false
    }

    private let descriptor: Int32
    private let format: Format
    private let clock: WallClock
    private let redact: @Sendable (String) -> String
    private let waitingMax: Int
    private let waiting = Mutex<Waiting>(Waiting())
    private let queue = DispatchQueue(label: "forge.log")

    /// `redact` takes credentials out of every text of a line, before it is written as JSON or as columns.
    package init(
        descriptor: Int32, format: Format, clock: WallClock, waitingMax: Int = 1 << 20,
        redact: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.descriptor = descriptor
        self.format = format
        self.clock = clock
        self.waitingMax = waitingMax
        self.redact = redact
    }

    package func log(level: LogLevel) -> Log { Log(level: level) { self.write($0) } }

    private func write(_ line: LogLine) {
        let bytes = LogFormat.bytes(of: redacted(line), at: clock.now, as: format)
        let mustSchedule = waiting.withLock { waiting in
            if waiting.bytes.count + bytes.count > waitingMax {
                waiting.dropped += 1
                return false
            }
            waiting.bytes.append(contentsOf: bytes)
            defer { waiting.isScheduled = true }
            return !waiting.isScheduled
        }
        // Half-full lines gather for a moment, so that a busy server makes few system calls.
        if mustSchedule { queue.asyncAfter(deadline: .now() + .milliseconds(line.level >= .warning ? 0 : 20)) { self.flush() } }
    }

    private func redacted(_ line: LogLine) -> LogLine {
        let fields = line.fields.map { JSON.Member(redact($0.name), redacted($0.value)) }
        return LogLine(level: line.level, part: line.part, message: redact(line.message), fields: fields)
    }

    private func redacted(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): .string(redact(text))
        case .array(let items): .array(items.map(redacted))
        case .object(let members): .object(members.map { JSON.Member(redact($0.name), redacted($0.value)) })
        case .null, .bool, .integer, .number: value
        }
    }

    /// Everything logged before this call is written when it returns; or nothing more will be, because nobody has read for so long. A reader
    /// that stands still must not keep a process from ending.
    package func finish(withinSeconds seconds: Double = 3) {
        let isDone = DispatchSemaphore(value: 0)
        queue.async {
            self.flush()
            isDone.signal()
        }
        _ = isDone.wait(timeout: .now() + seconds)
    }

    private func flush() {
        let (bytes, dropped) = waiting.withLock { waiting in
            defer {
                waiting.bytes.removeAll(keepingCapacity: waiting.bytes.capacity <= 1 << 16)
                waiting.dropped = 0
                waiting.isScheduled = false
            }
            return (waiting.bytes, waiting.dropped)
        }
        var all = bytes
        if dropped > 0 {
            let line = LogLine(level: .warning, part: "log", message: "lines were dropped", fields: [.init("count", JSON(dropped))])
            all += LogFormat.bytes(of: line, at: clock.now, as: format)
        }
        // Nobody is left to tell when standard error itself cannot be written.
        try? StandardStream.write(all, to: descriptor)
    }
}

/// A line as bytes: JSON for machines, columns for people.
enum LogFormat {
    static func bytes(of line: LogLine, at now: Timestamp, as format: LogWriter.Format) -> [UInt8] {
        switch format {
        case .json: json(line, now)
        case .text(let colours): text(line, now, colours: colours)
        }
    }

    private static func json(_ line: LogLine, _ now: Timestamp) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(320)
        out.append(contentsOf: "{\"time\":\"\(now)\",\"level\":\"\(line.level.rawValue)\",\"part\":".utf8)
        JSON.write(line.part, to: &out)
        out.append(contentsOf: ",\"message\":".utf8)
        JSON.write(line.message, to: &out)
        for field in line.fields where field.value != .null {
            out.append(UInt8(ascii: ","))
            JSON.write(field.name, to: &out)
            out.append(UInt8(ascii: ":"))
            field.value.append(to: &out)
        }
        out.append(UInt8(ascii: "}"))
        return withoutHidden(out, escape: jsonEscape) + newLine
    }

    private static func text(_ line: LogLine, _ now: Timestamp, colours: Bool) -> [UInt8] {
        let colour =
            switch line.level {
            case .debug: "2"
            case .info: "32"
            case .warning: "33"
            case .error: "31"
            }
        func painted(_ text: String, _ code: String) -> String { colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
        let level = line.level.rawValue.padding(to: 7)
        var out = "\(painted(String(now.description.dropFirst(11).dropLast()), "2")) \(painted(level, colour)) "
        out += "\(painted(line.part.padding(to: 9), "36")) \(shown(line.message))"
        for field in line.fields where field.value != .null {
            out += " \(painted("\(shown(field.name))=", "2"))\(shown(field.value))"
        }
        return Array(out.utf8) + newLine
    }

    private static let newLine = [UInt8(ascii: "\n")]

    /// Text without spaces stands bare, everything else as JSON.
    private static func shown(_ value: JSON) -> String {
        if case .string(let text) = value, !text.contains(where: \.isWhitespace) { return shown(text) }
        return shown(value.text)
    }

    /// What came from outside must not move a terminal's cursor, end the line, or turn its direction around.
    private static func shown(_ text: String) -> String {
        String(decoding: withoutHidden(Array(text.utf8)) { "\\u{\(String($0.value, radix: 16))}" }, as: UTF8.self)
    }

    private static func jsonEscape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// In JSON, bytes above ASCII stand in strings only, and so may be escaped wherever they are.
    private static func withoutHidden(_ bytes: [UInt8], escape: (Unicode.Scalar) -> String) -> [UInt8] {
        guard bytes.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xD8 || $0 == 0xE2 }) else { return bytes }
        var out = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.isHidden { out += escape(scalar) } else { out.unicodeScalars.append(scalar) }
        }
        return Array(out.utf8)
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
