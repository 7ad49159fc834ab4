// What a model may be shown of other people's texts: what is invisible made visible, without credentials, between markers that nobody could
// foresee. A text of which that cannot be said is withheld.

import ForgeConfig
import ForgeCore
import ForgeCrew
import ForgeCrypto
import ForgeRules

struct CrewText: Sendable {
    /// More than any call is packed with.
    private static let charactersMax = 400_000

    let rules: ServiceRules
    /// Takes out what is known to be secret.
    let redact: @Sendable (String) -> String

    var outside: OutsideText { OutsideText { self.enclosed($0) } }

    /// One line, for a finding.
    func masked(_ text: String) -> String {
        // Without rules nobody knows what is secret in it; why they are not there was logged when they were loaded.
        guard let found = try? rules.rules(for: .standard) else { return "(withheld)" }
        return found.masked(redact(text))
    }

    private func enclosed(_ text: String) -> String {
        var scrubber = TextScrubber(form: .source)
        scrubber.limits.headMax = Self.charactersMax
        let shown = masked(scrubber.scrub(text).text)
        do throws(CryptoError) {
            // Enough for any marker: it is made longer only when the text holds it.
            let bytes = try RandomBytes.system.generate(count: 16)
            return Envelope(around: shown) { Array(bytes.prefix($0)) }.wrap(shown)
        } catch {
            return "(withheld: there is no randomness for its markers)"
        }
    }
}
