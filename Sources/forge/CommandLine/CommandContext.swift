// What a command may touch: where it prints, what it reads, the environment. A value, so that a command can be run with others.

import ForgeCore
import ForgeSystem

struct CommandContext: Sendable {
    var environment: [String: String]
    var clock: WallClock
    /// Aligned columns and hints: standard output is a terminal.
    var isTerminal: Bool
    /// It is one, and NO_COLOR has no value (https://no-color.org).
    var colours: Bool

    static func current() -> CommandContext {
        let environment = Environment.current
        let isTerminal = StandardStream.isTerminal(StandardStream.output)
        return CommandContext(
            environment: environment, clock: .system, isTerminal: isTerminal,
            colours: isTerminal && environment["NO_COLOR", default: ""].isEmpty)
    }

    func print(_ text: String) throws(CommandFailure) { try write(text + "\n") }

    func write(_ text: String) throws(CommandFailure) {
        do {
            try StandardStream.write(Array(text.utf8), to: StandardStream.output)
        } catch {
            throw .failed("standard output: \(error.message)")
        }
    }

    /// For people only; never part of a piped result.
    func note(_ text: String) {
        // It may quote a branch, a path or a title.
        let shown = text.unicodeScalars.map { $0.isHidden && $0 != "\n" && $0 != "\t" ? "\\u{\(String($0.value, radix: 16))}" : String($0) }
            .joined()
        // Nobody is left to tell when standard error itself cannot be written.
        try? StandardStream.write(Array((shown + "\n").utf8), to: StandardStream.error)
    }

    /// A listing: JSON lines when asked, aligned columns on a terminal, tabs in a pipe.
    func show(_ table: Table, json: Bool) throws(CommandFailure) {
        try write(json ? table.jsonLines : table.text(isTerminal: isTerminal, colours: colours))
    }

    /// On a terminal what hides or moves text is written as JSON escapes it; in a pipe the bytes are the program's own business.
    func show(_ value: JSON) throws(CommandFailure) {
        guard isTerminal else { return try print(value.text) }
        var text = ""
        for scalar in value.prettyText.unicodeScalars {
            if scalar.isHidden, scalar != "\n" {
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        try print(text)
    }
}
