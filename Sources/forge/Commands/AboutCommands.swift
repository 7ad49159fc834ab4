// `forge version` and `forge schema`: what this program is, and what its settings may say.

import ForgeConfig
import ForgeCore

enum AboutCommands {
    static let all = [version, schema]

    private static let version = CommandSpecification("version", "print the version", options: [.json]) { arguments, context in
        if arguments.has("json") {
            try context.show(["schema": 1, "name": "forge", "version": .string(forgeVersion)])
        } else {
            try context.print("forge \(forgeVersion)")
        }
        return .ok
    }

    private static let schema = CommandSpecification(
        "schema", "print the JSON Schema of the settings",
        details: """
            Editors complete and check with it. For .forge.yml: forge schema --repository > .forge.schema.json, and as the file's first
            line: # yaml-language-server: $schema=.forge.schema.json
            """,
        positionals: [.init("WHICH", optional: true, "server (the default) or repository")],
        options: [.init("server", nil, "of server.yml"), .init("repository", nil, "of .forge.yml"), .json]
    ) { arguments, context in
        let asked = ["server", "repository"].filter(arguments.has) + [arguments.positional(0)].compactMap { $0 }
        guard asked.count < 2 else { throw CommandFailure.badInput("one schema at a time: server or repository") }
        switch asked.first ?? "server" {
        case "server": try context.write(ServerSettings.jsonSchema)
        case "repository": try context.write(RepositoryConfig.jsonSchema)
        case let other: throw CommandFailure.badInput("'\(other)' has no schema: server or repository")
        }
        return .ok
    }
}
