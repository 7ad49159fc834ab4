// The way out of a sandbox for what is being set up: hosts that were agreed on, through one socket. It must never be handed to the work itself,
// nor to what a model wrote.

/// What a command needs to get out, for as long as the way is open.
package struct WayOut: Hashable, Sendable {
    package var network: SandboxNetwork
    /// Stand before the command's own: they give it a proxy.
    package var words: [String]
    /// What these words need to be there inside.
    package var readable: [String]

    package init(network: SandboxNetwork, words: [String] = [], readable: [String] = []) {
        self.network = network
        self.words = words
        self.readable = readable
    }

    /// There is none.
    package static let none = WayOut(network: .none)

    /// The same command with the way before it.
    package func leading(_ command: SandboxCommand) -> SandboxCommand {
        var command = command
        command.network = network
        command.arguments = words + command.arguments
        command.readable += readable
        return command
    }
}

/// What was asked for on the way, each once.
package struct EgressSeen: Hashable, Sendable {
    package static let countMax = 100

    /// As `registry.npmjs.org:443`.
    package private(set) var reached: [String] = []
    package private(set) var refused: [String] = []

    package init() {}

    package mutating func reach(_ target: String) { Self.add(target, to: &reached) }

    package mutating func refuse(_ target: String) { Self.add(target, to: &refused) }

    package mutating func add(_ other: EgressSeen) {
        for target in other.reached { reach(target) }
        for target in other.refused { refuse(target) }
    }

    /// A program that asks for one name after the other is not remembered in full.
    private static func add(_ target: String, to list: inout [String]) {
        guard list.count < countMax, !target.isEmpty, !list.contains(target) else { return }
        list.append(target)
    }
}

package protocol WaysOut: Sendable {
    /// What of these hosts may be reached.
    func agreed(_ wanted: [EgressPattern]) -> EgressRules
    /// Open while `work` lasts; every connection is in the audit. What was asked for is known once it is over.
    func withWayOut<Answer: Sendable>(
        to wanted: [EgressPattern], _ work: @Sendable (WayOut) async throws -> Answer
    ) async throws -> (answer: Answer, seen: EgressSeen)
}
