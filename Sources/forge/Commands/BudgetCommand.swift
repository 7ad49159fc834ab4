// `forge budget`: what was spent and what is left, from the ledger that decides whether a call is made.

import ForgeConfig
import ForgeCore
import ForgeEngine

enum BudgetCommand {
    static let all = [budget]

    private static let budget = CommandSpecification(
        "budget", "what models cost, and what is left of the limits: today's repositories and this month's owners",
        details: "Exit codes: 0 shown, also when nothing was spent, 2 bad input, or there is no such run, 3 failed.",
        options: [
            .init("repository", "OWNER/NAME", "of one repository"), .init("run", "ID", "of one run"),
            .init("day", "YYYY-MM-DD", "of another day, or with YYYY-MM of another month (UTC)"), .limit, .before, .json, .config,
        ]
    ) { arguments, context in
        let page = try arguments.page()
        let settings = try loadSettings(arguments, context)
        let now = context.clock.now
        let filters = try filters(arguments, now)
        return try await withStore(in: settings.data, context) { store in
            var table = Table(
                ["scope", "name", "period", "spent", "set aside", "limit", "left", "state"], whenEmpty: "Nothing was spent.")
            var next: Int64?
            if let run = filters.first?.name.flatMap({ filters[0].scope == .run ? RunID(text: $0) : nil }),
                try await store.run(run, scope: .all) == nil
            {
                throw CommandFailure.badInput("there is no run \(run)")
            }
            for filter in filters {
                let found = try await store.standings(filter, page: page, at: now, scope: .all)
                for standing in found.items { table.add(standing, within: settings.budget.limits) }
                next = next ?? found.next
            }
            try context.show(table, json: arguments.has("json"))
            if let next, context.isTerminal { context.note("more: --before \(next)") }
            return .ok
        }
    }

    private static func filters(_ arguments: Arguments, _ now: Timestamp) throws -> [BudgetFilter] {
        if let run = arguments.value("run") {
            guard let id = RunID(text: run) else { throw CommandFailure.badInput("--run: '\(run)' is no id") }
            return [BudgetFilter(scope: .run, name: id.description)]
        }
        let period = arguments.value("day") ?? String(now.description.prefix(10))
        guard period.utf8.count == 10 || period.utf8.count == 7, Timestamp(text: period.utf8.count == 7 ? period + "-01" : period) != nil
        else {
            throw CommandFailure.badInput("--day takes a day such as 2026-11-20, or a month such as 2026-11")
        }
        let repository = arguments.value("repository")
        if let repository, RepositoryName(repository) == nil { throw CommandFailure.badInput("'\(repository)' is no OWNER/NAME") }
        let month = BudgetFilter(
            scope: .organizationMonth, name: repository.map { String($0.prefix { $0 != "/" }) }, period: String(period.prefix(7)))
        guard period.utf8.count == 10 else { return [month] }
        return [BudgetFilter(scope: .repositoryDay, name: repository, period: period), month]
    }
}

extension Table {
    fileprivate mutating func add(_ standing: BudgetStanding, within limits: BudgetLimits) {
        let limit = limits[standing.account.scope]
        let state = standing.state(within: limit)
        let tone: Tone =
            switch state {
            case .open: .good
            case .landing: .notice
            case .spent: .bad
            }
        let account = standing.account
        add(
            [
                .init(account.scope.rawValue), .init(account.name), .init(account.period.isEmpty ? nil : account.period, .faint),
                .init(Dollars.text(standing.spent)), .init(Dollars.text(standing.reserved)), .init(Dollars.text(limit)),
                .init(Dollars.text(standing.left(of: limit))), .init(state.rawValue, tone),
            ], standing.json(within: limit))
    }
}

extension BudgetStanding {
    fileprivate func json(within limit: Int) -> JSON {
        [
            "schema": 1, "scope": .string(account.scope.rawValue), "tenant": .string(account.tenant.description),
            "name": .string(account.name), "period": account.period.isEmpty ? .null : .string(account.period),
            "spent_micro_usd": JSON(spent), "reserved_micro_usd": JSON(reserved), "limit_micro_usd": JSON(limit),
            "left_micro_usd": JSON(left(of: limit)), "state": .string(state(within: limit).rawValue),
        ]
    }
}
