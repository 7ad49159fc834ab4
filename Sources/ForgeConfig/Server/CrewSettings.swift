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
        case bubblewrap
    }

    package var kind: Kind
    package var memory: Int
    package var processes: Int
    package var commandTimeout: Duration
    /// What repositories may ask to reach while they are set up. The work itself reaches nothing.
    package var egress: EgressRules

    init(reading reader: inout EntryReader) {
        kind = reader.read("kind", .choice, "bubblewrap", "bubblewrap: namespaces of its own, without network.")
        memory = reader.read("memory", .size(1 << 26...1 << 42), "4GiB", "Memory that a command and its children may use.")
        processes = reader.read("processes", .int(8...65_536), "256", "Processes that a command may start.")
        commandTimeout = reader.read("command_timeout", .duration(.seconds(1) ... .seconds(7_200)), "120s", "How long a command may run.")
        egress = EgressRules(
            reader.read(
                "egress", .list(.egressHost), "[]",
                "Hosts that setup may reach where a repository asks: [registry.npmjs.org, '*.pythonhosted.org']."))
    }
}

package struct BudgetSettings: Sendable, Equatable {
    package var runUSD: Double
    package var repositoryDayUSD: Double
    package var organizationMonthUSD: Double
    /// Nil: a model whose price nobody told is not asked.
    package var unpricedMillionUSD: Double?
    package var runSteps: Int
    package var runMinutes: Int

    init(reading reader: inout EntryReader) {
        runUSD = reader.read("run_usd", .number(0...10_000), "2", "US dollars that one run may cost.")
        repositoryDayUSD = reader.read("repository_day_usd", .number(0...100_000), "20", "US dollars that one repository may cost a day.")
        organizationMonthUSD = reader.read(
            "organization_month_usd", .number(0...1_000_000), "200", "US dollars that all repositories of one owner may cost a month.")
        unpricedMillionUSD = reader.readOptional(
            "unpriced_million_usd", .number(0...10_000), example: "0",
            "US dollars that a million tokens of a model without a price count as; such a model is not asked if absent.")
        runSteps = reader.read("run_steps", .int(1...10_000), "60", "Steps that one run may take.")
        runMinutes = reader.read("run_minutes", .int(1...1_440), "30", "Minutes that one run may take.")
    }
}
