// The trackers that send errors. A tracker's token must never be usable through an address that a delivery supplied: the
// only address is the one written here.

package import ForgeCore

package struct TrackerSettings: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case sentry, glitchtip
    }

    package struct Project: Sendable, Equatable {
        /// Slug, number or display name, as the sender may give any of them.
        package var project: String
        package var repository: RepositoryName
        /// Empty means all.
        package var environments: [String]

        init(reading reader: inout EntryReader) {

            project = reader.readRequired(
                "project", .text(bytesMax: 200), example: "checkout", "Slug, number or display name of the project.")
            repository = reader.readRequired("repository", .repository, example: "acme/checkout", "The repository its errors belong to.")
            environments = reader.read(
                "environments", .list(.text(bytesMax: 200)), "[]", "Only errors of these environments; empty means all.")
        }
    }

    package var name: String
    package var kind: Kind
    package var baseURL: HTTPURL
    package var organization: String?
    /// Sentry: what deliveries are signed with, newest first.
    package var clientSecrets: [Secret]
    /// GlitchTip, and Sentry's legacy plugin: the last part of the webhook's address, newest first.
    package var pathTokens: [Secret]
    package var apiToken: Secret?
    package var projects: [Project]

    init(reading reader: inout EntryReader) {
        name = reader.readRequired("name", .identifier, example: "prod", "Names the tracker in addresses, variables and tickets.")
        kind = reader.readRequired("kind", .choice, example: "sentry", "sentry or glitchtip.")
        baseURL = reader.readRequired("base_url", .url, example: "https://sentry.io", "Where the tracker is; its API is only asked there.")
        organization = reader.readOptional("organization", .text(bytesMax: 200), example: "acme", "The organization's slug.")
        clientSecrets = reader.secrets("client_secret", "Sentry: the integration's client secret, which signs deliveries.")
        pathTokens = reader.secrets(
            "path_token", "The last part of the webhook's address: the only proof of GlitchTip and of Sentry's legacy plugin.")
        apiToken = reader.secret("api_token", "Reads events from the tracker; event:read is enough.")
        projects = reader.list("projects", "Which repository each project's errors belong to.", Project.init(reading:))
        checkProof(&reader)
    }

    /// GlitchTip signs nothing, so a secret would be silently useless there; Sentry signs, but for its legacy plugin.
    private func checkProof(_ reader: inout EntryReader) {
        if kind == .glitchtip {
            for (name, right) in [("client_secret", "path_token"), ("client_secret_file", "path_token_file")] where reader.isGiven(name) {
                reader.complain(name, "is of no use with kind glitchtip", "give \(right) instead")
            }
        }
        let isProofGiven = ["client_secret", "client_secret_file", "path_token", "path_token_file"].contains { reader.isGiven($0) }
        if !isProofGiven {
            let name = kind == .sentry ? "client_secret" : "path_token"
            reader.warn(name, "is missing", "every delivery of this tracker is refused until it is given")
        }
        if !pathTokens.allSatisfy({ $0.reveal().allSatisfy(isUnreserved) }) {
            let given = ["path_token", "path_token_file"].first { reader.isGiven($0) } ?? "path_token"
            reader.complain(given, "holds characters that an address cannot", "use letters, digits, '-', '.', '_' and '~' only")
        }
    }
}

/// What needs no escaping in a URL's path (RFC 3986, section 2.3).
private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: Array("-._~".utf8).contains(byte)
    }
}
