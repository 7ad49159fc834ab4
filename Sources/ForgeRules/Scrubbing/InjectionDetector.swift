// Whether a text looks like an attempt to give orders to whoever reads it with a model: a signal for people and for figures. Lexical rules
// find the attempts that are written like others before them. Nothing may become safe by their silence: what is done about text from outside
// is done to all of it (TextScrubber), and what its reader may do is decided elsewhere.

package struct InjectionSignals: Hashable, Sendable {
    /// Ids, each once, in the order of the pack.
    package var rules: [String]
    /// Rules that could not be carried out on this text.
    package var problems: Set<RuleProblem>

    package var isInjection: Bool { !rules.isEmpty }
}

/// Belongs to one worker, like the scanner inside it.
package final class InjectionDetector {
    /// The name of the pack of which the rules are about readings of a text, not about the text.
    package static let pack = "injection"

    /// Of a longer text the beginning and the end are looked at, as they are what is kept of it.
    package static let charactersMax = 200_000

    private let scanner: RuleScanner

    package init(_ rules: RuleSet) { scanner = RuleScanner(rules) }

    package func signals(in text: String) -> InjectionSignals {
        let scan = scanner.scan(Self.readings(of: text), as: .text)
        let found = Set(scan.hits.map(\.index))
        return InjectionSignals(rules: found.sorted().map { scanner.rules.rules[$0].id }, problems: scan.problems)
    }

    /// What the patterns are matched against.
    static func readings(of text: String) -> [UInt8] {
        var scalars = Array(text.unicodeScalars)
        if scalars.count > charactersMax {
            scalars = Array(scalars.prefix(charactersMax / 2)) + ["\n"] + Array(scalars.suffix(charactersMax / 2))
        }
        return TextViews.all(of: scalars)
    }
}
