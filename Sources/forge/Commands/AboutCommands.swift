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
        details: "Editors complete and check server.yml and .forge.yml with it.",
        positionals: [.init("WHICH", optional: true, "server (the default) or repository, for .forge.yml")], options: [.json]
    ) { arguments, context in
        switch arguments.positional(0) ?? "server" {
        case "server": try context.print(ServerSettings.jsonSchema)
        case "repository": try context.print(RepositoryConfig.jsonSchema)
        case let other: throw CommandFailure.badInput("'\(other)' has no schema: server or repository")
        }
        return .ok
    }
}
