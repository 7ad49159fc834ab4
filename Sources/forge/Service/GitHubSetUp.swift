// GitHub as the settings describe it: the App's key, and the client for its API. Without a key there is no GitHub to ask; deliveries are taken
// in all the same, and their jobs wait.

import ForgeConfig
import ForgeCore
import ForgeGit
import ForgeGitHub
import ForgeHTTP
import ForgeStore

struct SetUpProblem: Error, CustomStringConvertible {
    var description: String
}

extension ServerSettings {
    /// Nil without a key.
    func gitHub(_ http: HTTPClient, lanes: any LaneStore, _ surroundings: Surroundings, log: Log) throws -> GitHubHost? {
        guard let key = github.privateKey else { return nil }
        guard let issuer = github.clientID ?? github.appID.map(String.init) else {
            throw SetUpProblem(
                description: "github.private_key_file is set, and neither github.client_id nor github.app_id says whose key it is")
        }
        let identity: AppIdentity
        do throws(AppKeyError) {
            let key = try AppKey(key)
            log.info("the App's key was read", [.init("form", .string(key.form))])
            identity = AppIdentity(issuer: issuer, key: key, wall: surroundings.wall)
        } catch {
            throw SetUpProblem(description: "github.private_key_file: \(error.message)")
        }
        var limits = LaneLimits()
        limits.interval = github.writeInterval
        limits.perMinute = github.writesPerMinute
        limits.perHour = github.writesPerHour
        let client = GitHubClient(
            GitHubClientSettings(
                addresses: GitHubAddresses(api: github.apiURL.description, web: github.webURL.description),
                userAgent: "forge/\(forgeVersion)",
                limits: limits, patience: github.patience),
            GitHubClientDependencies(
                http: http, lanes: lanes, clock: surroundings.clock, wall: surroundings.wall, jitter: surroundings.jitter,
                log: log.named("github")))
        return GitHubHost(client: client, app: identity)
    }

    func mirrors(log: Log) throws -> Mirrors {
        var options = MirrorOptions(folder: "\(data)/mirrors")
        options.bytesMax = mirrors.bytesMax
        options.fetchBytesMax = mirrors.repositoryBytesMax
        options.fetchTimeout = mirrors.fetchTimeout
        do throws(GitError) {
            return try Mirrors(options, runtime: try GitRuntime(certificates: outgoing.certificates), log: log)
        } catch {
            throw SetUpProblem(description: "the mirrors in \(data)/mirrors cannot be used: \(error.message)")
        }
    }
}

/// What the service has of the machine it runs on, as `main` hands it on.
struct Surroundings: Sendable {
    var environment: [String: String]
    var wall: WallClock
    var clock: any Clock<Duration>
    var jitter: Jitter
    /// Takes every credential that is known out of a text.
    var redact: @Sendable (String) -> String
}
