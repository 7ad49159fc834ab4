// How this program reaches other machines: whom it trusts, which proxies, what is recorded, what it calls itself. The one place that makes a
// client, for the service and for commands.

import ForgeConfig
import ForgeCore
import ForgeHTTP

struct OutgoingHTTP: Sendable {
    let client: HTTPClient
    private let recorder: HARRecorder?
    private let settings: HTTPClientSettings

    /// `redact` takes out of the recording what is known to be secret.
    init(
        _ settings: OutgoingSettings, environment: [String: String], clock: WallClock, log: Log = .silent,
        redact: @escaping @Sendable (String) -> String
    ) throws(SetUpProblem) {
        var client = HTTPClientSettings()
        client.certificates = settings.certificates
        client.exceptions = settings.privateNetworks
        client.userAgent = "forge/\(forgeVersion)"
        do throws(ProxyProblem) {
            client.proxies = try ProxySettings(environment: environment)
        } catch {
            throw SetUpProblem(description: error.message)
        }
        if let path = environment["FORGE_HAR"], !path.isEmpty {
            do throws(RecordingError) {
                client.recorder = try HARRecorder(path: path, clock: clock, version: forgeVersion, log: log, redact: redact)
            } catch {
                throw SetUpProblem(description: "FORGE_HAR: \(error.message)")
            }
        }
        recorder = client.recorder
        self.settings = client
        self.client = HTTPClient(client)
    }

    /// For a command.
    init(_ settings: ServerSettings, _ context: CommandContext, redact: @escaping @Sendable (String) -> String) throws(CommandFailure) {
        do throws(SetUpProblem) {
            try self.init(settings.outgoing, environment: context.environment, clock: context.clock, redact: redact)
        } catch {
            throw .badInput(error.description)
        }
    }

    /// A client for models, whose answers take minutes: so many of them at once must hold nobody else up.
    func clientForModels() -> HTTPClient {
        var settings = settings
        settings.connectionsMax = 1_024
        settings.waitsToShare = false
        return HTTPClient(settings)
    }

    /// Before the program ends: the recording is written behind the exchanges.
    func finish() { recorder?.finish() }
}
