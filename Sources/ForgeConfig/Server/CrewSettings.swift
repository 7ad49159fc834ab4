// What the crew works with: the sandbox for its commands, and the budget (its models are in ModelSettings.swift). None of it must ever be
// settable by a repository: whoever opens a pull request would spend the operator's money.

package struct SandboxSettings: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case bubblewrap
    }

    package var kind: Kind
    package var memory: Int
    package var processes: Int
    package var commandTimeout: Duration

    init(reading reader: inout EntryReader) {
        kind = reader.read("kind", .choice, "bubblewrap", "bubblewrap: namespaces of its own, without network.")
        memory = reader.read("memory", .size(1 << 26...1 << 42), "4GiB", "Memory that a command and its children may use.")
        processes = reader.read("processes", .int(8...65_536), "256", "Processes that a command may start.")
        commandTimeout = reader.read("command_timeout", .duration(.seconds(1) ... .seconds(7_200)), "120s", "How long a command may run.")
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
