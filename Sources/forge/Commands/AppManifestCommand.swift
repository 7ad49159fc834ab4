// `forge app manifest`: makes the GitHub App with one click, and says what to write into the settings. On standard output stand those lines and
// nothing else, so that they can be appended to a file; what a person is told stands on standard error. No credential stands on either.

import ForgeConfig
import ForgeCore
import ForgeCrypto
import ForgeGitHub
import ForgeHTTP
import ForgeRules
import ForgeServer
import ForgeSystem

enum AppManifestCommand {
    static let all = [manifest]

    private static let manifest = CommandSpecification(
        "app manifest", "make the GitHub App: one page, one click, and its keys in files",
        details: """
            Serves a page on 127.0.0.1 under an address that nobody can guess, and prints that address. The page takes you to GitHub, which asks
            for the App's name and sends you back; then its private key, webhook secret and client secret are in --folder, each readable by you
            only. They are never printed, and no file is overwritten. The lines for server.yml go to standard output. From another machine, go
            through a tunnel: ssh -L PORT:127.0.0.1:PORT HOST, with --port PORT.
            Works with organizations and with GitHub Enterprise (github.api_url, github.web_url). Ends with the App, or when the time is over.
            Exit codes: 0 the App is made, 1 a file is in the way or the time is over, 2 the settings cannot be used, 3 failed.
            """,
        options: [
            .init("organization", "NAME", "whose App it shall be (default: yours)"),
            .init("name", "NAME", "what it shall be called; GitHub lets you change it (default: Forge and the service's host)"),
            .init("folder", "FOLDER", "where its keys go (default: the folder of the settings, else this one)"),
            .init("public", nil, "others than its owner may install it"),
            .init("read-only-code", nil, "ask to read code only: threads of fixed findings stay open, and no fix can be pushed"),
            .init("port", "N", "where the page is served (default: any that is free)"),
            .init("within", "TIME", "how long the page waits for you, such as 15m, the default; at most 60m"), .json, .config,
        ]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context)
        let run = try ManifestRun(arguments, context, settings)
        return try await run.carryOut()
    }
}

private struct ManifestRun: Sendable {
    private let context: CommandContext
    private let addresses: GitHubAddresses
    private let isStandardHost: Bool
    private let files: AppFiles
    private let port: UInt16
    private let patience: Duration
    private let isJSON: Bool
    private let http: OutgoingHTTP
    private let setup: AppSetup

    init(_ arguments: Arguments, _ context: CommandContext, _ settings: ServerSettings) throws(CommandFailure) {
        self.context = context
        isJSON = arguments.has("json")
        patience = try Self.patience(arguments)
        port = UInt16(try arguments.integer("port", in: 0...65_535, default: 0))
        addresses = GitHubAddresses(api: settings.github.apiURL.text, web: settings.github.webURL.text)
        isStandardHost = addresses == GitHubAddresses()
        files = AppFiles(folder: arguments.value("folder") ?? Self.folderOfSettings(arguments, context))
        try files.prepare()
        http = try OutgoingHTTP(settings, context, redact: Redactor(settings.secrets).redact)
        let organization = try Self.organization(arguments)
        let registration: AppRegistration
        do throws(CryptoError) {
            registration = try AppRegistration(web: addresses.web, organization: organization, random: .system)
        } catch {
            throw .failed("\(error)")
        }
        setup = AppSetup(
            registration, try Self.manifest(arguments, settings), at: addresses, http: http.client, files: files)
    }

    private static func patience(_ arguments: Arguments) throws(CommandFailure) -> Duration {
        guard let text = arguments.value("within") else { return .seconds(900) }
        guard let time = DurationText.parse(text), (.seconds(1) ... .seconds(3_600)).contains(time) else {
            throw .badInput("--within takes a time from 1s to 60m, such as 15m, not '\(text)'")
        }
        return time
    }

    private static func folderOfSettings(_ arguments: Arguments, _ context: CommandContext) -> String {
        guard let path = arguments.value("config") ?? context.environment["FORGE_CONFIG"], let slash = path.lastIndex(of: "/") else {
            return "."
        }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func organization(_ arguments: Arguments) throws(CommandFailure) -> String? {
        guard let name = arguments.value("organization") else { return nil }
        let isName =
            (1...100).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        guard isName else { throw .badInput("--organization is a name as it stands in its address on GitHub, not '\(name)'") }
        return name
    }

    private static func manifest(_ arguments: Arguments, _ settings: ServerSettings) throws(CommandFailure) -> AppManifest {
        guard let address = settings.publicURL else {
            throw .badInput(
                "public_url is not set: GitHub has to know where its webhooks go. Set it in the settings, or FORGE_PUBLIC_URL, such as "
                    + "https://forge.example.com")
        }
        let name = arguments.value("name") ?? String("Forge \(address.host)".prefix(AppManifest.nameLengthMax))
        guard (1...AppManifest.nameLengthMax).contains(name.count) else {
            throw .badInput("--name has 1 to \(AppManifest.nameLengthMax) characters")
        }
        return AppManifest(
            name: name, publicURL: address.text, redirectURL: "", isPublic: arguments.has("public"),
            onlyReadsCode: arguments.has("read-only-code"))
    }

    // MARK: The way through

    private enum Ending: Sendable {
        case made(AppSetup.Made)
        case failed(AppSetupError)
        case timeOver
        case stopped
    }

    func carryOut() async throws -> ExitCode {
        ProcessFacts.ignoreBrokenPipes()
        try ProcessFacts.forbidDumps()
        let watch = SignalWatch([SignalWatch.terminate, SignalWatch.interrupt])
        let names = RequestNames()
        let dependencies = ServerDependencies(
            log: .silent, metrics: Metrics(), monotonic: { MonotonicClock.nanoseconds }, requestIDs: names.next)
        let listen = ListenAddress(address: IPAddress(version4: 0x7F00_0001), port: port)
        let server = HTTPServer(listen: listen, routes: setup.routes, dependencies: dependencies)
        let address = await setup.open(port: try server.start())
        try announce(address)
        let ending = await ending(watch.signals)
        // The page that says so is still on its way to the browser.
        await server.stop(within: .seconds(5))
        defer { http.finish() }
        switch ending {
        case .made(let made):
            try await report(made)
            return .ok
        case .failed(let error): throw CommandFailure.failed(error.message)
        case .timeOver:
            throw CommandFailure.refused("no App was made within \(DurationText.format(patience)); begin again when you have the time")
        case .stopped: throw CommandFailure.refused("stopped; no App was made")
        }
    }

    private func ending(_ signals: AsyncStream<Int32>) async -> Ending {
        await withTaskGroup(of: Ending?.self) { group in
            group.addTask { [setup] in
                for await outcome in setup.outcome {
                    switch outcome {
                    case .success(let made): return .made(made)
                    case .failure(let error): return .failed(error)
                    }
                }
                return nil
            }
            group.addTask { [patience] in
                // Only cancelled when another one was first.
                try? await ContinuousClock().sleep(for: patience)
                return .timeOver
            }
            group.addTask {
                for await _ in signals { return .stopped }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .stopped
        }
    }

    // MARK: What is told

    private func announce(_ address: String) throws(CommandFailure) {
        if isJSON {
            return try context.print(JSON.object([.init("schema", 1), .init("state", "waiting"), .init("url", .string(address))]).text)
        }
        context.note(
            "Open this address in a browser on this machine; it is good for \(DurationText.format(patience)) and for you alone:\n\n  \(address)\n"
        )
    }

    private func report(_ made: AppSetup.Made) async throws(CommandFailure) {
        let lines = AppSettingsLines(
            app: made.app, files: made.files, botUser: await botUser(of: made.app), host: isStandardHost ? nil : addresses)
        if isJSON { return try context.print(lines.json.text) }
        context.note("App \(made.app.id), \(made.app.name), is made. Its keys are in \(files.folder). Write this into the settings:\n")
        try context.write(lines.yaml)
        context.note(
            """

            1. Install the App where Forge is to review: \(made.app.installURL)
            2. Start or restart forge serve with these settings.
            3. forge app status says whether all is well.
            """)
    }

    /// The account under which the App comments, by which Forge knows its own words.
    private func botUser(of app: NewApp) async -> Int64? {
        let address = "\(addresses.api)/users/\(app.slug.percentEncoded)%5Bbot%5D"
        let request = OutgoingRequest(.get, address, headers: [HeaderField("accept", "application/vnd.github+json")])
        // Only a convenience: `forge serve` finds it out by itself, too.
        guard let answer = try? await http.client.send(request), answer.status == 200 else { return nil }
        // And an answer that is none is none.
        return try? JSONParser.parse(answer.body).value["id"]?.integer
    }
}

/// What goes into server.yml.
struct AppSettingsLines {
    let app: NewApp
    let files: AppFiles.Kept
    let botUser: Int64?
    /// Nil for github.com.
    let host: GitHubAddresses?

    private var entries: [(key: String, value: JSON)] {
        var entries: [(String, JSON)] = []
        if let host { entries += [("api_url", .string(host.api)), ("web_url", .string(host.web))] }
        entries.append(("app_id", .integer(app.id)))
        if !app.clientID.isEmpty { entries.append(("client_id", .string(app.clientID))) }
        if let botUser { entries.append(("bot_user_id", .integer(botUser))) }
        entries.append(("private_key_file", .string(files.privateKey)))
        if let path = files.webhookSecrets { entries.append(("webhook_secrets_file", .string(path))) }
        return entries
    }

    var yaml: String { "github:\n" + entries.map { "  \($0.key): \(Self.scalar($0.value))\n" }.joined() }

    /// A JSON string is a YAML one, too; what needs no quotes gets none.
    private static func scalar(_ value: JSON) -> String {
        guard case .string(let text) = value else { return value.text }
        let isPlain =
            text.utf8.allSatisfy { $0.isLetterOrDigit || "/._-:".utf8.contains($0) }
            && text.utf8.first.map { $0 != UInt8(ascii: "-") } == true
        return isPlain ? text : value.text
    }

    var json: JSON {
        .object([
            .init("schema", 1), .init("state", "made"), .init("app_id", .integer(app.id)), .init("slug", .string(app.slug)),
            .init("name", .string(app.name)), .init("url", .string(app.htmlURL)), .init("install_url", .string(app.installURL)),
            .init("client_id", .string(app.clientID)), .init("client_secret_file", JSON(files.clientSecret)),
            .init("settings", .object([.init("github", .object(entries.map { .init($0.key, $0.value) }))])),
        ]).withoutNulls
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
