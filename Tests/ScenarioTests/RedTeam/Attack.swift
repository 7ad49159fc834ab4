// An attack on a layer that holds without a model, with the answer it must get. The tables of attacks stand in the files beside; a new one is
// one line there. An attack must be carried out on the real thing: a real repository, the program's own rules. One that succeeds may stand
// in a table only with the reason why nothing is done about it, and never passes for one that was held.

struct Attack: Sendable {
    /// `scope`, `commands`, `config`, `scrub`, `redaction`, `secrets`.
    let layer: String
    let name: String
    let expected: String
    /// Why it is known to succeed; nil for all that must be held.
    var knownGap: String?
    /// The answer that it gets.
    let run: @Sendable (RedTeamRoom) throws -> String

    init(
        _ layer: String, _ name: String, _ expected: String, knownGap: String? = nil,
        run: @escaping @Sendable (RedTeamRoom) throws -> String
    ) {
        self.layer = layer
        self.name = name
        self.expected = expected
        self.knownGap = knownGap
        self.run = run
    }
}

/// What became of an attack.
struct AttackResult: Sendable {
    let attack: Attack
    let answer: String

    enum Outcome { case held, failed, knownGap, closedGap }

    var outcome: Outcome {
        let isHeld = answer == attack.expected
        guard attack.knownGap != nil else { return isHeld ? .held : .failed }
        return isHeld ? .closedGap : .knownGap
    }

    /// Nil when all is as the table says.
    var complaint: String? {
        switch outcome {
        case .held, .knownGap: nil
        case .failed: "\(answer), expected \(attack.expected)"
        case .closedGap: "\(answer), and is still listed as a known gap"
        }
    }

    fileprivate var verdict: String {
        switch outcome {
        case .held: "pass   \(answer)"
        case .knownGap: "known  \(answer): \(attack.knownGap ?? "")"
        case .failed, .closedGap: "FAIL   \(complaint ?? "")"
        }
    }
}

/// Every attack there is.
enum RedTeam {
    static let attacks: [Attack] =
        ScopeAttacks.all + CommandAttacks.all + ConfigAttacks.all + ScrubAttacks.all + RedactionAttacks.all + SecretAttacks.all

    static func results(in room: RedTeamRoom) -> [AttackResult] {
        attacks.map { attack in
            do {
                return AttackResult(attack: attack, answer: try attack.run(room))
            } catch {
                return AttackResult(attack: attack, answer: "could not be carried out: \(error)")
            }
        }
    }

    /// One row for each attack under the name of its layer, then the totals.
    static func table(_ results: [AttackResult]) -> String {
        let width = results.map(\.attack.name.count).max() ?? 0
        let layers = layers(of: results)
        var lines: [String] = []
        for layer in layers {
            lines.append(layer)
            for result in results where result.attack.layer == layer {
                lines.append("  \(padded(result.attack.name, width))  \(result.verdict)")
            }
            lines.append("")
        }
        let head = (layers + ["all"]).map(\.count).max() ?? 0
        for layer in layers { lines.append("\(padded(layer, head))  \(total(of: results.filter { $0.attack.layer == layer }))") }
        lines.append("\(padded("all", head))  \(total(of: results))")
        return lines.joined(separator: "\n")
    }

    private static func layers(of results: [AttackResult]) -> [String] {
        results.reduce(into: []) { layers, result in
            if !layers.contains(result.attack.layer) { layers.append(result.attack.layer) }
        }
    }

    /// Known gaps count as attacks that were not held.
    private static func total(of results: [AttackResult]) -> String {
        let gaps = results.count { $0.outcome == .knownGap }
        return "\(results.count { $0.outcome == .held }) of \(results.count) held" + (gaps == 0 ? "" : ", \(gaps) known gaps")
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
