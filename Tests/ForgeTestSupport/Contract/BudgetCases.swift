// Promises about money: set aside before it is spent, counted once, and never more than the limits allow.
import ForgeCore
import Testing

extension StoreScene {
    /// A thousand of everything, unless said otherwise.
    func reservation(
        _ most: Int, least: Int = 0, run: RunID? = nil, repository: String = "acme/shop", tenant: Tenant = ours, runLimit: Int = 1_000,
        day: Int = 1_000, month: Int = 1_000, lifetime: Duration = .seconds(60)
    ) -> BudgetReservation {
        BudgetReservation(
            payer: BudgetPayer(tenant: tenant, repository: repository, run: run),
            limits: BudgetLimits(run: runLimit, repositoryDay: day, organizationMonth: month), most: most, least: least,
            purpose: "a test", lifetime: lifetime)
    }

    func reserved(_ reservation: BudgetReservation, lease: Lease? = nil) async throws -> ReservationID {
        let answer = try await store.reserve(reservation, lease: lease)
        guard case .reserved(let id) = answer else { throw SceneError("it was refused: \(answer)") }
        return id
    }

    func refusal(_ reservation: BudgetReservation) async throws -> BudgetRefusal? {
        if case .refused(let refusal) = try await store.reserve(reservation, lease: nil) { refusal } else { nil }
    }

    /// What is spent and what is set aside, in each account of the payer.
    func money(_ run: RunID? = nil, repository: String = "acme/shop", tenant: Tenant = ours) async throws -> [[Int]] {
        let accounts = BudgetPayer(tenant: tenant, repository: repository, run: run).accounts(at: now)
        return try await store.standings(of: accounts, at: now).map { [$0.spent, $0.reserved] }
    }
}

extension StoreContract {
    static let budgetCases: [Case] = [
        Case("what is set aside is missing in every account, and the narrowest limit refuses") { scene in
            let run = try await scene.created(scene.newRun())
            _ = try await scene.reserved(scene.reservation(400, run: run))
            #expect(try await scene.money(run) == [[0, 400], [0, 400], [0, 400]])
            #expect(
                try await scene.refusal(scene.reservation(601, run: run))
                    == BudgetRefusal(scope: .run, limit: 1_000, left: 600, asked: 601))
            #expect(
                try await scene.refusal(scene.reservation(601, run: run, runLimit: 2_000))
                    == BudgetRefusal(scope: .repositoryDay, limit: 1_000, left: 600, asked: 601))
            #expect(
                try await scene.refusal(scene.reservation(601, repository: "acme/other"))
                    == BudgetRefusal(scope: .organizationMonth, limit: 1_000, left: 600, asked: 601))
            #expect(try await scene.money(run) == [[0, 400], [0, 400], [0, 400]], "a refusal sets nothing aside")
            _ = try await scene.reserved(scene.reservation(600, run: run))
            #expect(try await scene.refusal(scene.reservation(1, run: run))?.left == 0)
            _ = try await scene.reserved(scene.reservation(0, run: run))
        },
        Case("what a call came to takes the place of what was set aside, and is counted once") { scene in
            let run = try await scene.created(scene.newRun())
            let id = try await scene.reserved(scene.reservation(900, run: run))
            try await scene.store.settle([BudgetSettlement(id, spent: 120)])
            #expect(try await scene.money(run) == [[120, 0], [120, 0], [120, 0]])
            try await scene.store.settle([BudgetSettlement(id, spent: 500), BudgetSettlement(id, spent: 7)])
            #expect(try await scene.money(run) == [[120, 0], [120, 0], [120, 0]])
            let dear = try await scene.reserved(scene.reservation(10, run: run))
            try await scene.store.settle([BudgetSettlement(dear, spent: 2_000)])
            #expect(try await scene.money(run)[0] == [2_120, 0], "what was paid is counted, also above the limit")
            #expect(try await scene.refusal(scene.reservation(1, run: run))?.left == -1_120)
            try await scene.store.release(try await scene.reserved(scene.reservation(5, least: 5, repository: "b/b")))
            #expect(try await scene.money(repository: "b/b") == [[0, 0], [0, 0]])
            await expectRefusal(.refused, "settling what was never reserved") {
                try await scene.store.settle([BudgetSettlement(ReservationID(999), spent: 1)])
            }
        },
        Case("a step and what it cost are one") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            let id = try await scene.reserved(scene.reservation(500, run: run), lease: job.lease)
            let settlement = BudgetSettlement(id, spent: 40)
            _ = try await scene.store.recordStep(scene.step("ask", run: run), settling: [settlement], lease: job.lease)
            #expect(try await scene.money(run)[0] == [40, 0])
            let second = try await scene.reserved(scene.reservation(500, run: run), lease: job.lease)
            _ = try await scene.store.recordStep(
                scene.step("ask", run: run, result: "twice"), settling: [BudgetSettlement(second, spent: 3)], lease: job.lease)
            #expect(try await scene.money(run)[0] == [43, 0], "a step that was there was paid once more all the same")
            let third = try await scene.reserved(scene.reservation(500, run: run), lease: job.lease)
            let unknown = [BudgetSettlement(third, spent: 1), BudgetSettlement(ReservationID(999), spent: 1)]
            await expectRefusal(.refused, "a settlement of nothing") {
                _ = try await scene.store.recordStep(scene.step("next", run: run), settling: unknown, lease: job.lease)
            }
            _ = try await scene.store.end(job.lease, .finished)
            await expectRefusal(.leaseLost, "a step of a job that ended") {
                _ = try await scene.store.recordStep(
                    scene.step("late", run: run), settling: [BudgetSettlement(third, spent: 9)], lease: job.lease)
            }
            #expect(try await scene.money(run)[0] == [43, 500])
            #expect(try await scene.store.steps(of: run, scope: .all).map(\.key) == ["ask"])
        },
        Case("of many who reserve at once no more get through than the limits allow") { scene in
            let run = try await scene.created(scene.newRun())
            let answers = try await atOnce(64) { index in
                let other = scene.reservation(100, repository: "acme/\(index)", month: 2_000)
                let own = scene.reservation(100, run: run, month: 2_000)
                return (index, try await scene.store.reserve(index % 2 == 0 ? own : other, lease: nil))
            }
            let granted = answers.filter { if case .reserved = $0.1 { true } else { false } }
            #expect(granted.count == 20)
            #expect(granted.count { $0.0 % 2 == 0 } <= 10)
            #expect(try await scene.money(run).last == [0, 2_000])
        },
        Case("what was set aside ends by itself, at its least, unless it is extended") { scene in
            let id = try await scene.reserved(scene.reservation(900, least: 30))
            let other = try await scene.reserved(scene.reservation(100, least: 7))
            scene.clock.advance(by: .seconds(59))
            #expect(try await scene.store.extendReservation(other, by: .seconds(60)))
            #expect(try await scene.refusal(scene.reservation(1))?.left == 0)
            scene.clock.advance(by: .seconds(1))
            #expect(try await scene.money() == [[30, 100], [30, 100]])
            #expect(try await scene.store.extendReservation(id, by: .seconds(60)) == false)
            _ = try await scene.reserved(scene.reservation(870))
            #expect(try await scene.refusal(scene.reservation(1))?.left == 0)
            scene.clock.advance(by: .seconds(60))
            #expect(try await scene.money() == [[37, 0], [37, 0]])
        },
        Case("what comes after the end is counted all the same") { scene in
            let id = try await scene.reserved(scene.reservation(900, least: 30))
            let cheap = try await scene.reserved(scene.reservation(50, least: 50))
            scene.clock.advance(by: .seconds(60))
            _ = try await scene.reserved(scene.reservation(100))
            try await scene.store.settle([BudgetSettlement(id, spent: 400), BudgetSettlement(cheap, spent: 20)])
            try await scene.store.settle([BudgetSettlement(id, spent: 400)])
            #expect(try await scene.money() == [[420, 100], [420, 100]])
        },
        Case("a new attempt of a run's job ends what the earlier ones had set aside") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            let long = scene.reservation(900, least: 10, run: run, lifetime: .seconds(86_400))
            let lost = try await scene.reserved(long, lease: job.lease)
            _ = try await scene.reaped()
            let next = try #require(try await scene.claim())
            await expectRefusal(.leaseLost, "reserving without the lease") {
                _ = try await scene.store.reserve(scene.reservation(1, run: run), lease: job.lease)
            }
            _ = try await scene.reserved(long, lease: next.lease)
            #expect(try await scene.money(run) == [[10, 900], [10, 900], [10, 900]])
            try await scene.store.settle([BudgetSettlement(lost, spent: 50)])
            #expect(try await scene.money(run)[0] == [50, 900])
            await expectRefusal(.refused, "reserving for a run that is not there") {
                _ = try await scene.store.reserve(scene.reservation(1, run: RunID(999)), lease: nil)
            }
        },
        Case("a day and a month are those of UTC, and a call is counted where it was reserved") { scene in
            let midnight = Timestamp(text: "2026-12-01T00:00:00Z") ?? scene.now
            scene.clock.setWall(by: midnight - scene.now - .milliseconds(1))
            let before = scene.now
            let id = try await scene.reserved(scene.reservation(1_000))
            #expect(try await scene.refusal(scene.reservation(1)) != nil)
            scene.clock.advance(by: .milliseconds(1))
            #expect(try await scene.money() == [[0, 0], [0, 0]])
            _ = try await scene.reserved(scene.reservation(1_000))
            try await scene.store.settle([BudgetSettlement(id, spent: 11)])
            #expect(try await scene.money() == [[0, 1_000], [0, 1_000]])
            let old = BudgetPayer(tenant: StoreScene.ours, repository: "acme/shop").accounts(at: before)
            #expect(old.map(\.period) == ["2026-11-30", "2026-11"])
            #expect(try await scene.store.standings(of: old, at: scene.now).map(\.spent) == [11, 11])
        },
        Case("one tenant's money is not another's") { scene in
            _ = try await scene.reserved(scene.reservation(1_000))
            _ = try await scene.reserved(scene.reservation(1_000, tenant: StoreScene.theirs))
            #expect(try await scene.money() == [[0, 1_000], [0, 1_000]])
            let seen = try await scene.store.standings(
                BudgetFilter(), page: PageRequest(), at: scene.now, scope: .only(StoreScene.theirs))
            #expect(seen.items.count == 2 && seen.items.allSatisfy { $0.account.tenant == StoreScene.theirs })
        },
        Case("accounts are listed newest first, by scope, name and period") { scene in
            for index in 0..<3 { _ = try await scene.reserved(scene.reservation(index, repository: "acme/\(index)")) }
            let filter = BudgetFilter(scope: .repositoryDay)
            let first = try await scene.store.standings(filter, page: PageRequest(limit: 2), at: scene.now, scope: .all)
            #expect(first.items.map(\.account.name) == ["acme/2", "acme/1"] && first.items.map(\.reserved) == [2, 1])
            let rest = try await scene.store.standings(filter, page: PageRequest(before: first.next), at: scene.now, scope: .all)
            #expect(rest.items.map(\.account.name) == ["acme/0"] && rest.next == nil)
            let named = BudgetFilter(name: "acme", period: String(scene.now.description.prefix(7)))
            let months = try await scene.store.standings(named, page: PageRequest(), at: scene.now, scope: .all)
            #expect(months.items.map(\.account.scope) == [.organizationMonth] && months.items.map(\.reserved) == [3])
        },
        Case("accounts go with their runs, and those of a day or month once that is over") { scene in
            let run = try await scene.created(scene.newRun())
            let id = try await scene.reserved(scene.reservation(10, run: run))
            try await scene.store.settle([BudgetSettlement(id, spent: 4)])
            let retention = Retention(runs: .seconds(3_600))
            scene.clock.advance(by: .seconds(7_200))
            #expect(try await scene.store.sweep(retention, limit: 10).budgets == 0)
            #expect(try await scene.money(run) == [[4, 0], [4, 0], [4, 0]])
            try await scene.store.advanceRun(run, to: .done, reason: nil, lease: nil)
            scene.clock.advance(by: .seconds(7_200))
            #expect(try await scene.store.sweep(retention, limit: 10).budgets == 1)
            #expect(try await scene.money().map { $0[0] } == [4, 4], "a month's money outlives what it was spent on")
            scene.clock.advance(by: .seconds(62 * 86_400))
            #expect(try await scene.store.sweep(retention, limit: 10).budgets == 2)
        },
    ]
}
