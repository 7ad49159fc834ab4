// Which rules hold, how grave their findings are, and rules of the repository's own. A rule that a layer above switches on by name stays on.

package import ForgeCore
import ForgeYAML

package struct RulesConfig: Sendable, Equatable {
    /// What a rule for commands may be raised to; there is nothing to lower.
    package enum Tier: String, Sendable, CaseIterable, OrderedChoice {
        case destructive, catastrophic
    }

    package var enable: [ConfigPattern]
    package var disable: AgreedPatterns
    package var severity: [String: FindingSeverity]
    package var tiers: [String: Tier]
    package var patterns: [OwnRule]

    init(reading reader: inout LayeredReader) {
        enable = reader.patterns(
            "enable", .ruleNames, "[]", direction: .union(), "Rules that are on, also those that are off by default: [todo-*].")
        disable = reader.agreed(
            "disable", .ruleNames, "[]", direction: .intersection(), "Rules that are off, unless enable names them.")
        severity = reader.read(
            "severity", .names(of: .choice, named: .ruleID), "{}", direction: .perName(.maximum),
            "How grave a rule's findings are, such as {weak-hash: high}.")
        tiers = reader.read(
            "tiers", .names(of: .choice, named: .ruleID), "{}", direction: .perName(.maximum),
            "Raises rules for commands, such as {git-push-force: catastrophic}.")
        patterns = OwnRule.list(&reader)
        warnOfDisabledInVain(reader)
    }

    /// Whether a rule is on. What fits a name is for the caller, who matches all other patterns too.
    package func isOn(standard: Bool, fits: (ConfigPattern) -> Bool) -> Bool {
        if enable.contains(where: fits) { return true }
        return disable.match(fits) ? false : standard
    }

    /// To disable what a layer above enables is an attempt across two keys, which neither key's direction sees.
    private func warnOfDisabledInVain(_ reader: LayeredReader) {
        for wanted in disable.all {
            guard let above = enable.first(where: { $0.origin.layer < wanted.origin.layer && namesOverlap($0.text, wanted.text) }),
                let source = reader.layers.first(where: { $0.source.file == wanted.origin.file })?.source
            else { continue }
            reader.warn(
                "disable", in: source, wanted.origin.line.map { .init(line: $0, column: 1) },
                "names \(shortened(wanted.text)), which \(above.origin.shown) enables", "it stays on")
        }
    }
}

/// Whether some rule's id fits both, `*` being any letters. In time proportional to the product of their lengths.
func namesOverlap(_ left: String, _ right: String) -> Bool {
    let left = Array(left.utf8)
    let right = Array(right.utf8)
    let star = UInt8(ascii: "*")
    // row[j]: the first `i` of left and the first `j` of right have a text in common.
    var row = [Bool](repeating: false, count: right.count + 1)
    row[0] = true
    for (index, byte) in right.enumerated() { row[index + 1] = row[index] && byte == star }
    for first in left {
        var next = [Bool](repeating: false, count: right.count + 1)
        next[0] = row[0] && first == star
        for (index, second) in right.enumerated() {
            let stays = (first == star && next[index]) || (second == star && row[index + 1])
            let moves = row[index] && (first == second || first == star || second == star)
            next[index + 1] = stays || moves || (first == star && row[index + 1]) || (second == star && next[index])
        }
        row = next
    }
    return row[right.count]
}
