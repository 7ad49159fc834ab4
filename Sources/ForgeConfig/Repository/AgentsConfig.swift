// What Forge may do by itself, when a person decides, and what it may cost. A layer below can always ask for less.

package import ForgeCore

package struct AgentsConfig: Sendable, Equatable {
    /// How far Forge may go on its own. Each includes what is before it.
    package enum Autonomy: String, Sendable, CaseIterable, OrderedChoice {
        case nothing
        case rootCause = "root_cause"
        case branch
        case pullRequest = "pull_request"
    }

    package var autonomy: Autonomy
    package var triage: TriageConfig
    /// Run once in a fresh work tree; nil means it is detected.
    package var setup: String?
    /// What `setup` wants to reach, within what the server allows.
    package var egress: [EgressPattern]
    /// The command that runs the tests; nil means it is detected.
    package var test: String?
    package var crew: String
    package var limits: AgentLimits

    init(reading reader: inout LayeredReader) {
        autonomy = reader.read(
            "autonomy", .choice, "root_cause", direction: .minimum,
            "How far Forge goes by itself: nothing, root_cause, branch or pull_request.")
        triage = reader.section("triage", "Which errors are worth a look.", TriageConfig.init(reading:))
        setup = reader.readOptional(
            "setup", .script(), example: "npm ci", direction: .free, "What makes a fresh work tree ready for the tests; detected if absent."
        )
        egress = reader.read(
            "egress", .list(.egressHost), "[]", direction: .intersection(),
            "Hosts that setup reaches, such as [registry.npmjs.org], if the server allows them too.")
        test = reader.readOptional(
            "test", .script(), example: "python3 -m unittest discover -s tests", direction: .free,
            "The command that runs the tests; detected if absent.")
        crew = reader.read("crew", .identifier, "forge", direction: .fixed, "Who does the work: a crew's name.")
        limits = reader.section("limits", "Bounds on one piece of work.", AgentLimits.init(reading:))
    }
}

package struct TriageConfig: Sendable, Equatable {
    package enum Level: String, Sendable, CaseIterable, OrderedChoice {
        case debug, info, warning, error, fatal
    }

    package var eventsMin: Int
    package var ageMax: Duration
    package var levelMin: Level

    init(reading reader: inout LayeredReader) {
        eventsMin = reader.read("min_events", .int(1...1_000_000), "10", direction: .maximum, "Seen at least so often.")
        ageMax = reader.read(
            "max_age", .duration(.seconds(3_600) ... .seconds(3_650 * 86_400)), "14d", direction: .minimum, "Seen at least so lately.")
        levelMin = reader.read(
            "min_level", .choice, "error", direction: .maximum, "At least so grave: debug, info, warning, error or fatal.")
    }
}

package struct AgentLimits: Sendable, Equatable {
    package var attempts: Int
    package var openPullRequests: Int
    package var commandTimeout: Duration

    init(reading reader: inout LayeredReader) {
        attempts = reader.read("attempts", .int(1...10), "2", direction: .minimum, "How often one ticket is tried.")
        openPullRequests = reader.read(
            "open_pull_requests", .int(0...100), "5", direction: .minimum, "Pull requests of Forge that are open at once.")
        commandTimeout = reader.read(
            "command_timeout", .duration(.seconds(1) ... .seconds(7_200)), "10m", direction: .minimum,
            "How long setup or a test run may take, within the server's own limit.")
    }
}

package struct ApprovalsConfig: Sendable, Equatable {
    package enum Plan: String, Sendable, CaseIterable, OrderedChoice {
        case never, risky, always
    }

    package var plan: Plan
    package var permission: CommandsConfig.Permission
    package var count: Int
    package var allowsAsker: Bool
    package var timeout: Duration

    init(reading reader: inout LayeredReader) {
        plan = reader.read(
            "plan", .choice, "risky", direction: .maximum,
            "When a plan is approved before the work: never, risky (migrations, dependencies) or always.")
        permission = reader.read(
            "permission", .choice, "write", direction: .maximum, "What it takes to approve: write, maintain or admin.")
        count = reader.read("count", .int(1...10), "1", direction: .maximum, "How many people have to approve.")
        allowsAsker = reader.read(
            "by_asker", .bool, "true", direction: .tightenFalse, "Whether whoever asked for the work may approve it.")
        timeout = reader.read(
            "timeout", .duration(.seconds(60) ... .seconds(7 * 86_400)), "5m", direction: .minimum,
            "How long an approval can be given after it was asked for.")
    }
}

package struct BudgetsConfig: Sendable, Equatable {
    package var runUSD: Double?
    package var dayUSD: Double?
    package var runSteps: Int?
    package var runMinutes: Int?
    package var reviewsPerDay: Int

    init(reading reader: inout LayeredReader) {
        runUSD = reader.readOptional(
            "run_usd", .number(0...10_000), example: "1.5", direction: .minimum, "US dollars that one run may cost.")
        dayUSD = reader.readOptional(
            "day_usd", .number(0...100_000), example: "10", direction: .minimum, "US dollars that this repository may cost a day.")
        runSteps = reader.readOptional(
            "run_steps", .int(1...10_000), example: "40", direction: .minimum, "Calls of a model that one run may take.")
        runMinutes = reader.readOptional(
            "run_minutes", .int(1...1_440), example: "20", direction: .minimum, "Minutes that a model may take for one run.")
        reviewsPerDay = reader.read(
            "reviews_per_day", .int(0...10_000), "20", direction: .minimum,
            "Reviews of one pull request within a day; further pushes wait for /forge review.")
    }

    /// What holds on this server: the lower of both.
    package func limited(by server: BudgetSettings) -> BudgetSettings {
        var limited = server
        limited.runUSD = min(server.runUSD, runUSD ?? server.runUSD)
        limited.repositoryDayUSD = min(server.repositoryDayUSD, dayUSD ?? server.repositoryDayUSD)
        limited.runSteps = min(server.runSteps, runSteps ?? server.runSteps)
        limited.runMinutes = min(server.runMinutes, runMinutes ?? server.runMinutes)
        return limited
    }
}

package struct ForksConfig: Sendable, Equatable {
    package var asksModel: Bool
    package var runsCommands: Bool
    package var allowsAgents: Bool

    init(reading reader: inout LayeredReader) {
        asksModel = reader.read(
            "model", .bool, "true", direction: .tightenFalse, "Whether a model reviews them, at your cost, or the rules alone.")
        runsCommands = reader.read(
            "commands", .bool, "false", direction: .tightenFalse, "Whether their tests are run, in the sandbox; not used yet.")
        allowsAgents = reader.read(
            "agents", .bool, "false", direction: .tightenFalse, "Whether '/forge fix' works on them, always on a branch here; not used yet."
        )
    }
}
