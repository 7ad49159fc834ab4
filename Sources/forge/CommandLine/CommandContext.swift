// What a command may touch: where it prints, what it reads, the environment. A value, so that a command can be run with others.

import ForgeCore
import ForgeSystem

struct CommandContext: Sendable {
    var environment: [String: String]
    var clock: WallClock
    /// Colours and aligned columns: standard output is a terminal, and NO_COLOR is not set.
    var isTerminal: Bool

    static func current() -> CommandContext {
        let environment = Environment.current
        return CommandContext(
            environment: environment, clock: .system,
            isTerminal: StandardStream.isTerminal(StandardStream.output) && environment["NO_COLOR"] == nil)
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
        // Nobody is left to tell when standard error itself cannot be written.
        try? StandardStream.write(Array((text + "\n").utf8), to: StandardStream.error)
    }

    /// A listing: JSON lines when asked, aligned columns on a terminal, tabs in a pipe.
    func show(_ table: Table, json: Bool) throws(CommandFailure) {
        try write(json ? table.jsonLines : table.text(isTerminal: isTerminal))
    }

    func show(_ value: JSON) throws(CommandFailure) { try print(isTerminal ? value.prettyText : value.text) }
}
