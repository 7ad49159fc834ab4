// Which models the crew asks, where, and with which keys. None of it must ever be settable by a repository: whoever opens a pull request would
// spend the operator's money.

package import ForgeCore

package struct ModelSettings: Sendable {
    package enum Provider: String, Sendable, CaseIterable {
        case anthropic, openai
        case openAIResponses = "openai_responses"
        case scripted
    }

    /// Where a model is asked, and with which key.
    package struct Place: Sendable {
        package var provider: Provider
        package var baseURL: HTTPURL
        /// What Azure wants in the query.
        package var apiVersion: String?
        package var apiKey: Secret?

        init(reading reader: inout EntryReader, provider standard: String, baseURL: String) {
            provider = reader.read(
                "provider", .choice, standard,
                "anthropic, openai (Chat Completions, any compatible server), openai_responses or scripted (a transcript).")
            self.baseURL = reader.read("base_url", .url, baseURL, "The provider's API, with or without /v1.")
            apiVersion = reader.readOptional(
                "api_version", .text(bytesMax: 40), example: "2024-10-21", "What Azure wants as api-version behind a deployment's address.")
            apiKey = reader.secret("api_key", "The provider's key.")
            let isElsewhere = provider == .openai || provider == .openAIResponses
            if isElsewhere, !reader.isGiven("base_url") {
                reader.complain(
                    "base_url", "is missing", "give the address of the compatible server, for example https://api.openai.com/v1")
            }
        }
    }

    package struct Role: Sendable, Equatable {
        package var name: String
        package var fallbacks: [String]
    }

    /// A model at another place, under a name of the operator's.
    package struct Other: Sendable {
        package var place: Place
        package var name: String
    }

    package var place: Place
    package var name: String
    /// Asked when the one before cannot answer, in this order.
    package var fallbacks: [String]
    /// The transcript of `scripted`.
    package var script: String?
    package var idleTimeout: Duration
    package var turnTimeout: Duration
    /// What was asked and answered is kept with each run.
    package var record: Bool
    /// By role; the others use `name`.
    package var roles: [String: Role]
    /// By the name under which `name` and `fallbacks` know them.
    package var others: [String: Other]

    package var provider: Provider { place.provider }
    package var baseURL: HTTPURL { place.baseURL }
    package var apiKey: Secret? { place.apiKey }
    /// Of all places.
    package var secrets: [Secret] { [place.apiKey].compactMap { $0 } + others.values.compactMap(\.place.apiKey) }

    init(reading reader: inout EntryReader) {
        place = Place(reading: &reader, provider: "anthropic", baseURL: "https://api.anthropic.com")
        name = reader.read("name", .text(bytesMax: 200), "claude-sonnet-5", "The model that every role uses, but those below.")
        fallbacks = reader.read(
            "fallbacks", .list(.text(bytesMax: 200)), "[]",
            "Models to ask when that one cannot answer, in this order; or names from 'others'.")
        script = reader.readOptional(
            "script", .text(), example: "/etc/forge/transcript.yml", "The transcript that the provider scripted plays, in YAML or JSON.")
        idleTimeout = reader.read(
            "idle_timeout", .duration(.seconds(5) ... .seconds(3_600)), "300s",
            "An answer of which nothing comes for so long is asked for again.")
        turnTimeout = reader.read(
            "turn_timeout", .duration(.seconds(10) ... .seconds(86_400)), "30m",
            "How long one answer may take from its first byte to its last.")
        record = reader.read(
            "record", .bool, "true", "Keep what was asked and answered with each run, redacted: it can be read and played again.")
        let check: (String) -> Complaint? = { name in ModelRole.problem(with: name).map { Complaint("is no role", $0) } }
        roles = reader.named("roles", example: "lead", "Models for single roles.", check: check) { role in
            Role(
                name: role.read("name", .text(bytesMax: 200), "claude-opus-5", "The model this role uses, or a name from 'others'."),
                fallbacks: role.read(
                    "fallbacks", .list(.text(bytesMax: 200)), "[]", "Models to ask when that one cannot answer, in this order."))
        }
        others = reader.named("others", example: "local", "Models at other places, under names of your own.") { other in
            let place = Place(reading: &other, provider: "anthropic", baseURL: "https://api.anthropic.com")
            if place.provider == .scripted { other.complain("provider", "cannot be scripted here", "only the whole can be played") }
            return Other(
                place: place, name: other.read("name", .text(bytesMax: 200), "claude-haiku-4-5", "The model as its provider calls it."))
        }
        if provider == .scripted, script == nil { reader.complain("script", "is missing", "name the transcript that is to be played") }
    }
}
