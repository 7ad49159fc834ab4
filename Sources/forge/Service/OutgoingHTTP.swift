// How this program reaches other machines: which proxies, what is recorded, what it calls itself. The one place that makes a client.

import ForgeCore
import ForgeHTTP

struct OutgoingHTTP: Sendable {
    let client: HTTPClient
    private let recorder: HARRecorder?

    /// `redact` takes out of the recording what is known to be secret.
    init(_ context: CommandContext, log: Log = .silent, redact: @escaping @Sendable (String) -> String) throws(CommandFailure) {
        var settings = HTTPClientSettings()
        settings.userAgent = "forge/\(forgeVersion)"
        do throws(ProxyProblem) {
            settings.proxies = try ProxySettings(environment: context.environment)
        } catch {
            throw .badInput(error.message)
        }
        if let path = context.environment["FORGE_HAR"], !path.isEmpty {
            do throws(RecordingError) {
                settings.recorder = try HARRecorder(path: path, clock: context.clock, version: forgeVersion, log: log, redact: redact)
            } catch {
                throw .badInput("FORGE_HAR: \(error.message)")
            }
        }
        recorder = settings.recorder
        client = HTTPClient(settings)
    }

    /// Before the program ends: the recording is written behind the exchanges.
    func finish() { recorder?.finish() }
}
