// `forge token …`: who may use the API. The token is shown once, here, and kept only as a digest.

import ForgeCore
import ForgeCrypto

enum TokenCommands {
    static let all = [create, list, revoke]

    private static let create = CommandSpecification(
        "token create", "create a token for the API; it is shown once",
        options: [
            .init("name", "NAME", "what it is for"), .init("role", "ROLE", "observer, reviewer, maintainer or admin"),
            .init("tenant", "TENANT", "sees only this tenant: local or installation/N (default: all)"), .json, .config,
        ]
    ) { arguments, context in
        guard let name = arguments.value("name"), !name.isEmpty else {
            throw CommandFailure.badInput("--name is missing: say what it is for")
        }
        guard let role = try arguments.choice("role", Role.self) else {
            throw CommandFailure.badInput("--role is missing: observer, reviewer, maintainer or admin")
        }
        let tenant = try arguments.value("tenant").map { text throws(CommandFailure) in
            guard let tenant = Tenant(text: text) else { throw .badInput("--tenant is local or installation/N, not '\(text)'") }
            return tenant
        }
        return try await withStore(arguments, context) { store in
            let secret = try TokenSecret.generate(from: .system)
            let token = try await store.createToken(
                name: name, role: role, tenant: tenant, digest: secret.hash.hex, by: "command line")
            if arguments.has("json") {
                try context.show(.object((token.json.members ?? []) + [.init("token", .string(secret.reveal()))]))
            } else {
                if context.isTerminal { context.note("Token \(token.id) (\(role.rawValue)). It is not shown again:") }
                try context.print(secret.reveal())
            }
            return .ok
        }
    }

    private static let list = CommandSpecification("token list", "list tokens, newest first", options: [.json, .config]) {
        arguments, context in
        try await withStore(arguments, context) { store in
            var table = Table(["id", "name", "role", "tenant", "created", "state"], whenEmpty: "No tokens yet: forge token create.")
            for token in try await store.tokens() {
                table.add(
                    [
                        .init(token.id.description), .init(token.name), .init(token.role.rawValue),
                        .init(token.tenant?.description ?? "all"),
                        .init(token.createdAt.shortText, .faint),
                        token.revokedAt.map { .init("revoked \($0.shortText)", .bad) } ?? .init("active", .good),
                    ], token.json)
            }
            try context.show(table, json: arguments.has("json"))
            return .ok
        }
    }

    private static let revoke = CommandSpecification(
        "token revoke", "revoke a token", positionals: [.init("ID", "the token's number")], options: [.json, .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: AccessToken.self)
        return try await withStore(arguments, context) { store in
            guard let token = try await store.revokeToken(id, by: "command line") else {
                throw CommandFailure.refused("there is no token \(id)")
            }
            if arguments.has("json") { try context.show(token.json) } else { try context.print("token \(id) is revoked") }
            return .ok
        }
    }
}
