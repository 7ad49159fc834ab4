// An attack on a layer that holds without a model, with the answer it must get. The tables of attacks stand in the files beside; a new one is
// one line there. An attack must be carried out on the real thing: a real repository, the program's own rules.

struct Attack: Sendable {
    /// `scope`, `commands`, `secrets`, `config`, `scrub`.
    let layer: String
    let name: String
    let expected: String
    /// The answer that it gets.
    let run: @Sendable (RedTeamRoom) throws -> String

    init(_ layer: String, _ name: String, _ expected: String, run: @escaping @Sendable (RedTeamRoom) throws -> String) {
        self.layer = layer
        self.name = name
        self.expected = expected
        self.run = run
    }
}

/// What became of an attack.
struct AttackResult: Sendable {
    let attack: Attack
    let answer: String

    var isHeld: Bool { answer == attack.expected }
}

/// Every attack there is.
enum RedTeam {
    static let attacks: [Attack] = ScopeAttacks.all + CommandAttacks.all

    static func results(in room: RedTeamRoom) -> [AttackResult] {
        attacks.map { attack in
            do {
                return AttackResult(attack: attack, answer: try attack.run(room))
            } catch {
                return AttackResult(attack: attack, answer: "could not be carried out: \(error)")
            }
        }
    }

    /// One row for each attack, then the totals of each layer.
    static func table(_ results: [AttackResult]) -> String {
        let widths = (
            layer: results.map(\.attack.layer.count).max() ?? 0, name: results.map(\.attack.name.count).max() ?? 0
        )
        var lines = results.map { result in
            let head = padded(result.attack.layer, widths.layer) + "  " + padded(result.attack.name, widths.name)
            let tail = result.isHeld ? "pass  \(result.answer)" : "FAIL  \(result.answer), expected \(result.attack.expected)"
            return "\(head)  \(tail)"
        }
        lines.append("")
        var layers: [String] = []
        for result in results where !layers.contains(result.attack.layer) { layers.append(result.attack.layer) }
        for layer in layers {
            let own = results.filter { $0.attack.layer == layer }
            lines.append("\(padded(layer, widths.layer))  \(own.count { $0.isHeld }) of \(own.count) held")
        }
        lines.append("\(padded("all", widths.layer))  \(results.count { $0.isHeld }) of \(results.count) held")
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
