// The operator's settings, checked. A value in here must never need another look: where one was wrong there are no
// settings, only the list of what to mend. How a key is spelt, what it may be and why it is there stands once, where it is read.

package import ForgeCore

/// Everything `forge serve` and `forge worker` are told.
package struct ServerSettings: Sendable {
    package var listen: ListenAddress
    package var publicURL: HTTPURL?
    /// A folder.
    package var data: String
    package var store: StoreSetting
    /// A folder of packs; nil for those in the binary alone.
    package var rulesDir: String?
    package var workers: Int
    package var shutdownTimeout: Duration
    package var log: LogSettings
    package var http: HTTPSettings
    package var queue: QueueSettings
    package var retention: RetentionSettings
    package var intake: IntakeSettings
    package var github: GitHubSettings
    package var localHost: LocalHostSettings
    package var outgoing: OutgoingSettings
    package var mirrors: MirrorSettings
    package var trackers: [TrackerSettings]
    package var model: ModelSettings
    package var sandbox: SandboxSettings
    package var budget: BudgetSettings
    package var repositories: RepositoriesSettings

    init(reading reader: inout EntryReader) {
        listen = reader.read("listen", .listenAddress, "127.0.0.1:8080", "IP address and port to listen on; port 0 takes any that is free.")
        publicURL = reader.readOptional(
            "public_url", .url, example: "https://forge.example.com", "How others reach this service; links in comments begin with it.")
        data = reader.read("data", .text(), "/var/lib/forge", "Folder for the database, the mirrors of repositories and the artifacts.")
        store = reader.read(
            "store", .store, "sqlite",
            "sqlite keeps everything in the data folder. An address (postgres://user@host/database) is refused yet."
        )
        rulesDir = reader.readOptional(
            "rules_dir", .text(), example: "/etc/forge/rules",
            "Folder of packs of rules (*.yml): one of a name Forge ships takes its place, any other adds to them.")
        workers = reader.read(
            "workers", .int(0...256), "4", "Jobs carried out at once; 0 takes deliveries in and leaves the work to others.")
        shutdownTimeout = reader.read(
            "shutdown_timeout", .duration(.zero ... .seconds(600)), "30s", "How long requests and jobs may go on after SIGTERM.")
        log = reader.section("log", "What goes to standard error.", LogSettings.init(reading:))
        http = reader.section("http", "Bounds of the HTTP server, and TLS.", HTTPSettings.init(reading:))
        queue = reader.section("queue", "How jobs are claimed and tried again.", QueueSettings.init(reading:))
        retention = reader.section("retention", "How long things are kept.", RetentionSettings.init(reading:))
        intake = reader.section("intake", "What is made of deliveries.", IntakeSettings.init(reading:))
        github = reader.section("github", "The GitHub App and its host.", GitHubSettings.init(reading:))
        localHost = reader.section(
            "local_host", "Repositories of this machine that Forge itself is the code host of.", LocalHostSettings.init(reading:))
        outgoing = reader.section("outgoing", "Requests to other machines.", OutgoingSettings.init(reading:))
        mirrors = reader.section("mirrors", "Copies of repositories, which reviews read.", MirrorSettings.init(reading:))
        trackers = reader.list("trackers", namedBy: "name", "Where errors come from.", TrackerSettings.init(reading:))
        model = reader.section("model", "The language model that the crew works with.", ModelSettings.init(reading:))
        var kept: [(key: String, path: String)] = [("data", data)]
        if let repositories = localHost.repositories { kept.append(("local_host.repositories", repositories)) }
        // Every key that names a file with a credential has been read by now.
        let places = ServicePlaces(folders: kept, files: reader.collector.credentialFiles)
        sandbox = reader.section("sandbox", "Where commands run that a model asks for.") { reader in
            SandboxSettings(reading: &reader, hiding: places)
        }
        budget = reader.section("budget", "What a run and a repository may cost.", BudgetSettings.init(reading:))
        repositories = reader.section(
            "repositories", "What holds for every repository, above its own .forge.yml.", RepositoriesSettings.init(reading:))
    }
}

extension ServerSettings {
    /// Settings from the text of `server.yml`, which may be empty, and the process's environment.
    ///
    /// Every key can be set by `FORGE_` and its path in capitals: `FORGE_HTTP_CONNECTIONS`, and for a tracker
    /// `FORGE_TRACKERS_PROD_CLIENT_SECRET`. The environment wins over the text. Variables with that beginning that are
    /// neither a setting nor one of `otherForgeVariables` are refused like unknown keys.
    package static func decode(
        text: [UInt8], environment: [String: String], readFile: @escaping ConfigFileReader
    ) throws(ConfigProblems) -> Decoded<ServerSettings> {
        let input = ConfigInput(text: text, environment: environment, variablePrefix: "FORGE", readFile: readFile)
        return try decodeConfig(input, ServerSettings.init(reading:))
    }

    /// What holds when nothing is written anywhere.
    package static var standard: ServerSettings { standardConfig(ServerSettings.init(reading:)) }

    /// Every key, in the order it is read.
    package static var table: [KeyDescription] { describeConfig(ServerSettings.init(reading:)) }
}

package struct LogSettings: Sendable, Equatable {
    package enum Format: String, Sendable, CaseIterable {
        case auto, json, text
    }

    package var level: LogLevel
    package var format: Format

    init(reading reader: inout EntryReader) {
        level = reader.read("level", .choice, "info", "The least that is logged: debug, info, warning or error.")
        format = reader.read("format", .choice, "auto", "json, text, or auto: text for a terminal and json for anything else.")
    }
}
