// Promises about runs, their states and their steps.
import ForgeCore
import Testing

extension StoreContract {
    static let runCases: [Case] = [
        Case("a run begins queued, is kept whole and stamped by the store's clock") { scene in
            scene.clock.advance(by: .seconds(5))
            let ticket = try await scene.opened(scene.draft("a")).id
            let job = try await scene.running(scene.newJob("key"))
            let new = NewRun(
                kind: .remediation, tenant: tenant, repository: "acme/shop", job: job.id, ticket: ticket, subject: "ticket/\(ticket)")
            let id = try await scene.created(new, lease: job.lease)
            #expect(try await scene.run(id) == Run(id: id, state: .queued, createdAt: scene.now, updatedAt: scene.now, new: new))
            #expect(try await scene.journalKinds("run/\(id)") == ["run.queued"])
            #expect(try await scene.store.run(RunID(999), scope: .all) == nil)
        },
        Case("a run's row is the fold of its journal") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let id = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            let states: [RunState] = [.preparing, .planning, .awaitingApproval, .implementing, .testing, .publishing, .watching, .done]
            for state in states {
                scene.clock.advance(by: .seconds(1))
                try await scene.store.advanceRun(id, to: state, reason: "because \(state.rawValue)", lease: job.lease)
                let run = try await scene.run(id)
                #expect(run.state == state && run.reason == "because \(state.rawValue)" && run.updatedAt == scene.now)
                let last = try #require(try await scene.journal("run/\(id)").last)
                #expect(last.new.kind == "run.\(state.rawValue)" && last.new.tenant == tenant && last.at == scene.now)
                #expect(last.new.payload.text.contains("because \(state.rawValue)"))
            }
            #expect(try await scene.journalKinds("run/\(id)") == ([.queued] + states).map { "run.\($0.rawValue)" })
        },
        Case("a run that has ended goes nowhere any more") { scene in
            for final in RunState.allCases where final.isFinal {
                let id = try await scene.created(scene.newRun())
                try await scene.store.advanceRun(id, to: final, reason: "over", lease: nil)
                let ended = try await scene.run(id)
                for state in [RunState.planning, .done, final] {
                    await expectRefusal(.refused, "from \(final) to \(state)") {
                        try await scene.store.advanceRun(id, to: state, reason: nil, lease: nil)
                    }
                }
                #expect(try await scene.run(id) == ended)
                #expect(try await scene.journalKinds("run/\(id)") == ["run.queued", "run.\(final.rawValue)"])
            }
        },
        Case("a run that is not there goes nowhere") { (scene) async throws in
            await expectRefusal(.refused, "advancing it") {
                try await scene.store.advanceRun(RunID(999), to: .planning, reason: nil, lease: nil)
            }
            #expect(try await scene.journal(nil).isEmpty)
        },
        Case("the service itself ends the run of a job that is no longer held") { scene in
            let job = try await scene.running(scene.newJob("key", attemptsMax: 1))
            let id = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            _ = try await scene.reaped()
            try await scene.store.advanceRun(id, to: .failed, reason: "the worker died", lease: nil)
            #expect(try await scene.run(id).state == .failed)
        },
        Case("a listing of runs filters by state, kind and repository") { scene in
            let first = try await scene.created(scene.newRun())
            let second = try await scene.created(scene.newRun(repository: "acme/other"))
            var remediation = scene.newRun()
            remediation.kind = .remediation
            let third = try await scene.created(remediation)
            try await scene.store.advanceRun(first, to: .done, reason: nil, lease: nil)
            let list = { (filter: RunFilter) in try await scene.store.runs(filter, page: PageRequest(), scope: .all).items.map(\.id) }
            #expect(try await list(RunFilter()) == [third, second, first])
            #expect(try await list(RunFilter(state: .queued)) == [third, second])
            #expect(try await list(RunFilter(kind: .review)) == [second, first])
            #expect(try await list(RunFilter(repository: "acme/shop")) == [third, first])
            #expect(try await list(RunFilter(state: .done, kind: .review, repository: "acme/shop")) == [first])
            #expect(try await list(RunFilter(state: .halted)).isEmpty)
        },
        Case("a step's result is stored once, and the first is what a second one gets") { scene in
            let run = try await scene.created(scene.newRun())
            let first = scene.step("plan", run: run, result: ["answer": [1, "\u{0}", nil]])
            #expect(try await scene.store.recordStep(first, lease: nil) == first)
            scene.clock.advance(by: .seconds(1))
            #expect(try await scene.store.recordStep(scene.step("plan", run: run, result: "other"), lease: nil) == first)
            #expect(try await scene.store.steps(of: run, scope: .all) == [first])
        },
        Case("steps come in the order they were recorded, each run's its own") { scene in
            let run = try await scene.created(scene.newRun())
            let other = try await scene.created(scene.newRun())
            let steps = ["z", "a", "m"].map { scene.step($0, run: run) }
            for step in steps { _ = try await scene.store.recordStep(step, lease: nil) }
            let elsewhere = scene.step("a", run: other, result: "elsewhere")
            #expect(try await scene.store.recordStep(elsewhere, lease: nil) == elsewhere)
            #expect(try await scene.store.steps(of: run, scope: .all) == steps)
            #expect(try await scene.store.steps(of: other, scope: .all) == [elsewhere])
            #expect(try await scene.store.steps(of: RunID(999), scope: .all).isEmpty)
        },
        Case("of steps recorded under one key at once all get the same result") { scene in
            let run = try await scene.created(scene.newRun())
            let answers = try await atOnce(32) { index in
                try await scene.store.recordStep(scene.step("key", run: run, result: .integer(Int64(index))), lease: nil)
            }
            #expect(Set(answers).count == 1)
            #expect(try await scene.store.steps(of: run, scope: .all) == [answers[0]])
        },
        Case("steps recorded under the lease survive its loss for the next attempt to find") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            let step = try await scene.store.recordStep(scene.step("plan", run: run), lease: job.lease)
            _ = try await scene.reaped()
            let next = try #require(try await scene.claim())
            #expect(try await scene.store.recordStep(scene.step("plan", run: run, result: "again"), lease: next.lease) == step)
            _ = try await scene.store.recordStep(scene.step("test", run: run), lease: next.lease)
            #expect(try await scene.store.steps(of: run, scope: .all).map(\.key) == ["plan", "test"])
        },
    ]
}
