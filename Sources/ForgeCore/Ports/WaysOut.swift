// The way out of a sandbox: hosts that were agreed on, through one socket, for what is being set up, and for a command that a person starts by
// hand. It must never be handed to the work of a run, nor to what a model wrote.

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

    package struct Refusal: Hashable, Sendable {
        /// As `registry.npmjs.org:443`; empty where the request could not be taken for one to a host.
        package var target: String
        package var reason: String

        package init(_ target: String, because reason: String) {
            self.target = target
            self.reason = reason
        }

        /// As `a.example:443 (not on the list of hosts that may be reached)`.
        package var summary: String { "\(target.isEmpty ? "a request" : target) (\(reason))" }

        package var json: JSON { ["target": .string(target), "reason": .string(reason)] }
    }

    /// As `registry.npmjs.org:443`.
    package private(set) var reached: [String] = []
    /// They were allowed, and nobody answered there, or the name is not known.
    package private(set) var unreached: [String] = []
    package private(set) var refused: [Refusal] = []

    package init() {}

    /// What could not be reached at first counts no more.
    package mutating func reach(_ target: String) {
        unreached.removeAll { $0 == target }
        Self.add(target, to: &reached)
    }

    package mutating func miss(_ target: String) {
        guard !reached.contains(target) else { return }
        Self.add(target, to: &unreached)
    }

    package mutating func refuse(_ target: String, because reason: String) { Self.add(Refusal(target, because: reason), to: &refused) }

    package mutating func add(_ other: EgressSeen) {
        for target in other.reached { reach(target) }
        for target in other.unreached { miss(target) }
        for refusal in other.refused { refuse(refusal.target, because: refusal.reason) }
    }

    /// A program that asks for one name after the other is not remembered in full.
    private static func add<Item: Equatable>(_ item: Item, to list: inout [Item]) {
        guard list.count < countMax, !list.contains(item) else { return }
        list.append(item)
    }
}

/// Why there is none where hosts were agreed on: nothing was run.
package struct NoWayOut: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

package protocol WaysOut: Sendable {
    /// What of these hosts may be reached.
    func agreed(_ wanted: [EgressPattern]) -> EgressRules
    /// Open while `work` lasts; every connection is in the audit. What was asked for is known once it is over. Throws `NoWayOut` where this
    /// machine cannot open one.
    func withWayOut<Answer: Sendable>(
        to wanted: [EgressPattern], _ work: @Sendable (WayOut) async throws -> Answer
    ) async throws -> (answer: Answer, seen: EgressSeen)
}
