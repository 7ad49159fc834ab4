// What the crew works with: the sandbox for its commands, and the budget (its models are in ModelSettings.swift). None of it must ever be
// settable by a repository: whoever opens a pull request would spend the operator's money.

package import ForgeCore

package struct SandboxSettings: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case bubblewrap, none
    }

    package var kind: Kind
    package var memory: Int
    package var processes: Int
    package var disk: Int
    package var diskFiles: Int
    package var diskReserve: Int
    package var commandTimeout: Duration
    package var readable: [String]
    package var user: Int
    package var loopback: Bool
    /// What repositories may ask to reach while they are set up. The work itself reaches nothing.
    package var egress: EgressRules
    /// Private networks that these hosts may lead to.
    package var egressNetworks: [IPNetwork]

    /// - Parameter places: what no command may read.
    init(reading reader: inout EntryReader, hiding places: ServicePlaces) {
        kind = reader.read(
            "kind", .choice, "bubblewrap",
            "bubblewrap: namespaces of its own, without network; none: no walls at all, for a forge in a container of its own.")
        memory = reader.read("memory", .size(1 << 26...1 << 42), "4GiB", "Memory that a command and its children may use.")
        processes = reader.read("processes", .int(8...65_536), "256", "Processes that a command may start.")
        disk = reader.read(
            "disk", .size(1 << 20...1 << 50), "8GiB", "Disk that files may take which a command makes or changes.")
        diskFiles = reader.read("disk_files", .int(1_000...1_000_000_000), "1000000", "Files that a command may make or change.")
        diskReserve = reader.read(
            "disk_reserve", .size(0...1 << 50), "1GiB",
            "Commands end when less than this, or a tenth of their disk where that is less, is left on it.")
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
        for problem in places.problems(with: readable) { reader.complain("readable", problem.what, problem.advice) }
        egress = EgressRules(
            reader.read(
                "egress", .list(.egressHost), "[]",
                "Hosts that setup may reach where a repository asks: [registry.npmjs.org, '*.pythonhosted.org']."))
        egressNetworks = reader.read(
            "egress_networks", .list(.network), "[]",
            "Private networks that these hosts may lead to, such as that of a registry of your own: [10.1.2.0/24].")
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
        runSteps = reader.read("run_steps", .int(1...10_000), "60", "Calls of a model that one run may take.")
        runMinutes = reader.read("run_minutes", .int(1...1_440), "30", "Minutes that a model may take for one run.")
    }
}
