// The GitHub App: who it is, where its host is, and what its deliveries are signed with. What is
// no credential here must never become one: the key and the secrets alone are `Secret`.

package import ForgeCore

package struct GitHubSettings: Sendable {
    package var apiURL: HTTPURL
    package var webURL: HTTPURL
    package var appID: Int64?
    package var clientID: String?
    package var botUserID: Int64?
    /// As it stands in its file.
    package var privateKey: Secret?
    /// Newest first; without any, every delivery is refused.
    package var webhookSecrets: [Secret]
    package var writeInterval: Duration
    package var writesPerMinute: Int
    package var writesPerHour: Int
    package var patience: Duration

    init(reading reader: inout EntryReader) {
        apiURL = reader.read("api_url", .url, "https://api.github.com", "The REST API; on GitHub Enterprise https://HOST/api/v3.")
        webURL = reader.read("web_url", .url, "https://github.com", "Where people see repositories.")
        appID = reader.readOptional("app_id", .int(1...Int.max), example: "12345", "The App's number; what it does itself is not answered.")
            .map(Int64.init)
        clientID = reader.readOptional(
            "client_id", .text(bytesMax: 100), example: "Iv23liForge", "The App's client id; it goes before app_id where the App signs in.")
        botUserID = reader.readOptional(
            "bot_user_id", .int(1...Int.max), example: "67890", "The number of the App's own user, for the same reason."
        ).map(Int64.init)
        privateKey = reader.secret("private_key", as: .whole, "The App's private key in PEM form.")
        webhookSecrets = reader.secrets(
            "webhook_secret", alsoInFile: "webhook_secrets_file", "What GitHub signs deliveries with; without one each is refused.")
        writeInterval = reader.read(
            "write_interval", .duration(.zero ... .seconds(60)), "1s",
            "Pause between writes of one installation; 0s only against a stand-in.")
        writesPerMinute = reader.read(
            "writes_per_minute", .int(1...100_000), "80", "Writes of one installation in a minute; GitHub blocks who writes more.")
        writesPerHour = reader.read("writes_per_hour", .int(1...1_000_000), "500", "The same in an hour.")
        patience = reader.read(
            "patience", .duration(.zero ... .seconds(600)), "20s",
            "How long a worker waits for its turn with GitHub before it gives the job back to the queue until then.")
    }
}
