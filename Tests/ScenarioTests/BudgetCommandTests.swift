// `forge budget` beside a running service: what it shows is what the ledger would decide by.

import ForgeCore
import ForgeStore
import ForgeSystem
import Foundation
import Testing

@Suite(.serialized) struct BudgetCommandTests {
    @Test func `what was spent, what is set aside and what is left are shown`() async throws {
        let service = try ServiceUnderTest(moreSettings: "budget: {run_usd: 1, repository_day_usd: 2, organization_month_usd: 3}")
        let clock = WallClock { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }
        let store = try SQLiteStore.open(folder: service.dataPath, clock: clock, metrics: Metrics(), log: .silent)
        let limits = BudgetLimits(run: 1_000_000, repositoryDay: 2_000_000, organizationMonth: 3_000_000)
        for (repository, most, spent) in [("acme/shop", 1_900_000, 1_850_000), ("acme/site", 250_000, nil)] {
            let asked = BudgetReservation(
                payer: BudgetPayer(tenant: .local, repository: repository), limits: limits, most: most, purpose: "p",
                lifetime: .seconds(3_600))
            guard case .reserved(let id) = try await store.reserve(asked, lease: nil) else { throw TestFailure(description: "refused") }
            if let spent { try await store.settle([BudgetSettlement(id, spent: spent)]) }
        }
        await store.close()
        let shown = try service.run("budget")
        #expect(shown.code == 0)
        for word in ["acme/shop", "$1.85", "landing", "$0.15", "acme/site", "$0.25", "organization_month"] {
            #expect(shown.output.contains(word), "\(shown.output)")
        }
        let lines = try service.run("budget", "--json", "--repository", "acme/shop").output.split(separator: "\n")
        let rows = try lines.map { try JSONParser.parse(String($0)) }
        #expect(rows.compactMap { $0["scope"]?.string } == ["repository_day", "organization_month"])
        #expect(rows.compactMap { $0["left_micro_usd"]?.integer } == [150_000, 900_000])
        #expect(rows.compactMap { $0["reserved_micro_usd"]?.integer } == [0, 250_000])
        #expect(try service.run("budget", "--day", "1999-01-01").output.isEmpty)
        #expect(try service.run("budget", "--day", "yesterday").code == 2)
        let unknown = try service.run("budget", "--run", "999")
        #expect(unknown.code == 2 && unknown.errors.contains("there is no run 999") && unknown.output.isEmpty, "\(unknown)")
    }
}
