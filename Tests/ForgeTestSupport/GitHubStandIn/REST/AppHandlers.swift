// What the App asks about itself: its installations, its tokens, its deliveries, and its own making from a manifest.

import ForgeCore
import ForgeCrypto
import Foundation

extension GitHubState {
    func installation(_ id: Int64) throws(GitHubRefusal) -> StandInInstallation {
        guard let found = installations[id], !found.isDeleted else { throw .notFound }
        return found
    }

    func json(installation: StandInInstallation) -> JSON {
        .members(
            ("id", JSON(installation.id)), ("account", json(user: installation.account)), ("app_id", JSON(app.id)),
            ("client_id", .string(app.clientID)), ("app_slug", .string(app.slug)), ("repository_selection", "all"),
            ("html_url", .string("\(webURL)/organizations/\(installation.account)/settings/installations/\(installation.id)")),
            ("permissions", json(permissions: installation.permissions)), ("events", .array(app.events.map { .string($0) })),
            ("target_type", "Organization"), ("suspended_at", installation.isSuspended ? now.github : .null),
            ("created_at", "2026-01-01T00:00:00Z"), ("updated_at", "2026-01-01T00:00:00Z"))
    }

    var listedInstallations: [JSON] {
        installations.values.filter { !$0.isDeleted }.sorted { $0.id < $1.id }.map { json(installation: $0) }
    }

    private func json(permissions: [String: String]) -> JSON {
        .object(permissions.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    }

    func showInstallation(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        guard let found = installation(of: try repository(visit.repository)) else { throw .notFound }
        return .value(200, json(installation: found))
    }

    mutating func mintToken(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let installation = try installation(visit.number("id"))
        if installation.isSuspended { throw .suspended }
        let chosen = try narrowedRepositories(visit.body, installation)
        let permissions = try narrowedPermissions(visit.body["permissions"], installation)
        let token = StandInToken(
            text: tokenText(asked: visit.request.header("x-github-stateless-s2s-token")), installation: installation.id,
            repositories: chosen.map { Set($0.map(\.id)) }, permissions: permissions, expiresAt: now + options.tokenLife)
        tokens[token.text] = token
        var json: JSON = .members(
            ("token", .string(token.text)), ("expires_at", token.expiresAt.github), ("permissions", json(permissions: permissions)),
            ("repository_selection", chosen == nil ? "all" : "selected"))
        if let chosen { json = json.adding(("repositories", .array(chosen.map { self.json(repository: $0) }))) }
        return .value(201, json)
    }

    private func narrowedRepositories(_ body: JSON, _ installation: StandInInstallation) throws(GitHubRefusal) -> [StandInRepository]? {
        guard body["repositories"] != nil || body["repository_ids"] != nil else { return nil }
        let own = repositories.values.filter { $0.owner.lowercased() == installation.account.lowercased() }
        var chosen: [StandInRepository] = []
        for wanted in (body["repositories"]?.array ?? []) + (body["repository_ids"]?.array ?? []) {
            guard let found = own.first(where: { $0.name.lowercased() == wanted.string?.lowercased() || $0.id == wanted.integer }) else {
                throw GitHubRefusal(
                    422, "There is at least one repository that does not exist or is not accessible to the parent installation.")
            }
            chosen.append(found)
        }
        return chosen
    }

    private func narrowedPermissions(_ wanted: JSON?, _ installation: StandInInstallation) throws(GitHubRefusal) -> [String: String] {
        guard let members = wanted?.members, !members.isEmpty else { return installation.permissions }
        var chosen = ["metadata": "read"]
        for member in members {
            guard let level = member.value.string, let granted = installation.permissions[member.name],
                granted == "write" || level == granted
            else { throw GitHubRefusal(422, "The permissions requested are not granted to this installation.") }
            chosen[member.name] = level
        }
        return chosen
    }

    /// The form of 2026 is long and has dots in it; a request may ask for it ahead of time.
    private mutating func tokenText(asked header: String?) -> String {
        let isStateless = header == "enabled" || (header != "disabled" && options.tokensAreStateless)
        let seed = Hex.encode(SHA256.digest("token \(newID())"))
        guard isStateless else { return "ghs_" + String(seed.prefix(36)) }
        let claims = Base64.encode(Array(String(repeating: seed, count: 5).utf8), as: .url)
        return "ghs_\(app.id)_eyJhbGciOiJSUzI1NiJ9.\(claims.prefix(320)).\(Base64.encode(Array(seed.utf8), as: .url))"
    }

    mutating func revokeToken(_ visit: Visit) -> RESTAnswer {
        if case .installation(let token) = visit.caller { tokens[token.text]?.isRevoked = true }
        return .nothing(204)
    }

    func listRepositories(_ visit: Visit) -> RESTAnswer {
        guard case .installation(let token) = visit.caller, let installation = installations[token.installation] else { return .list([]) }
        let seen = repositories.values.filter {
            $0.owner.lowercased() == installation.account.lowercased() && token.repositories?.contains($0.id) != false
        }
        return .named("repositories", seen.sorted { $0.id < $1.id }.map { json(repository: $0) })
    }

    func showUser(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        guard let account = accounts[(visit.parameters["login"] ?? "").lowercased()] else { throw .notFound }
        return .value(200, json(user: account.login))
    }

    var rateLimits: JSON {
        let core: JSON = .members(
            ("limit", JSON(options.rateLimit)), ("used", JSON(rateLimitUsed)),
            ("remaining", JSON(max(0, options.rateLimit - rateLimitUsed))),
            ("reset", JSON(rateLimitReset)))
        return .members(("resources", .members(("core", core), ("graphql", core))), ("rate", core))
    }

    /// The next full hour.
    var rateLimitReset: Int64 { (now.milliseconds / 3_600_000 + 1) * 3_600 }

    mutating func convertManifest(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        guard let manifest = manifestCodes.removeValue(forKey: visit.parameters["code"] ?? "") else { throw .notFound }
        guard case .success(let key) = StandInKey.shared else { throw GitHubRefusal(500, "no openssl") }
        let made: JSON = .members(
            ("id", JSON(app.id)), ("slug", .string(app.slug)), ("client_id", .string(app.clientID)), ("name", manifest["name"] ?? "Forge"),
            ("client_secret", .string(Hex.encode(SHA256.digest("client \(newID())")))), ("pem", .string(key.privatePEM)),
            ("webhook_secret", .string(Hex.encode(SHA256.digest("hook \(newID())")))),
            ("html_url", .string("\(webURL)/apps/\(app.slug)")), ("owner", json(user: "acme")))
        return .value(201, made)
    }
}
