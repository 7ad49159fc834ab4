// What the crew works with: the model, the sandbox for its commands, and the budget. None of it must ever be settable by a
// repository: whoever opens a pull request would spend the operator's money.

package import ForgeCore

package struct ModelSettings: Sendable {
    package enum Provider: String, Sendable, CaseIterable {
        case anthropic, openai, scripted
    }

    package struct Role: Sendable, Equatable {
        package var name: String
    }

    package var provider: Provider
    package var baseURL: HTTPURL
    package var apiKey: Secret?
    package var name: String
    /// By role; the others use `name`.
    package var roles: [String: Role]

    init(reading reader: inout EntryReader) {
        provider = reader.read(
            "provider", .choice, "anthropic", "anthropic, openai (any compatible server) or scripted (answers from a file).")
        baseURL = reader.read("base_url", .url, "https://api.anthropic.com", "The provider's API.")
        apiKey = reader.secret("api_key", "The provider's key.")
        name = reader.read("name", .text(bytesMax: 200), "claude-sonnet-5", "The model that every role uses, but those below.")
        roles = reader.named("roles", example: "lead", "Models for single roles.") { role in
            Role(name: role.read("name", .text(bytesMax: 200), "claude-opus-5", "The model this role uses."))
        }
        if provider == .openai, !reader.isGiven("base_url") {
            reader.complain("base_url", "is missing", "give the address of the compatible server, for example https://api.openai.com/v1")
        }
    }
}

package struct SandboxSettings: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case bubblewrap, none
    }

    package var kind: Kind
    package var memory: Int
    package var processes: Int
    package var commandTimeout: Duration
    package var readable: [String]
    package var user: Int
    package var loopback: Bool

    init(reading reader: inout EntryReader) {
        kind = reader.read(
            "kind", .choice, "bubblewrap",
            "bubblewrap: namespaces of its own, without network; none: no walls at all, for a forge in a container of its own.")
        memory = reader.read("memory", .size(1 << 26...1 << 42), "4GiB", "Memory that a command and its children may use.")
        processes = reader.read("processes", .int(8...65_536), "256", "Processes that a command may start.")
        commandTimeout = reader.read("command_timeout", .duration(.seconds(1) ... .seconds(7_200)), "120s", "How long a command may run.")
        readable = reader.read(
            "readable", .list(.text(bytesMax: 1_000)), "[]", "Folders that commands may read besides /usr, such as a toolchain in /opt.")
        user = reader.read(
            "user", .int(1...2_000_000_000), "70000",
            "Whom commands are on this machine when forge runs as root: a number that nobody else has.")
        loopback = reader.read(
            "loopback", .bool, "true", "A loopback of their own, leading nowhere, for tests that start a server; false refuses it, too.")
        for path in readable where !path.hasPrefix("/") {
            reader.complain("readable", "holds a path that is not absolute", "write it from the root, for example /opt/swift")
        }
    }
}

package struct BudgetSettings: Sendable, Equatable {
    package var runUSD: Double
    package var repositoryDayUSD: Double
    package var runSteps: Int
    package var runMinutes: Int

    init(reading reader: inout EntryReader) {
        runUSD = reader.read("run_usd", .number(0...10_000), "2", "US dollars that one run may cost.")
        repositoryDayUSD = reader.read("repository_day_usd", .number(0...100_000), "20", "US dollars that one repository may cost a day.")
        runSteps = reader.read("run_steps", .int(1...10_000), "60", "Steps that one run may take.")
        runMinutes = reader.read("run_minutes", .int(1...1_440), "30", "Minutes that one run may take.")
    }
}
