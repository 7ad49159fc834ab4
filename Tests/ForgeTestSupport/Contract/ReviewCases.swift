// Promises about what is known of a pull request: it is kept whole, changed as one, journaled, and forgotten only when it may be.
import ForgeCore
import Testing

extension StoreContract {
    static let reviewCases: [Case] = [
        Case("of a pull request nobody looked at only its key is known, and asking writes nothing") { (scene) async throws in
            let key = StoreScene.pull(1)
            #expect(try await scene.store.pullRequestState(key) == PullRequestState(key: key))
            #expect(try await scene.store.changePullRequest(key, lease: nil) { _ in } == PullRequestState(key: key))
            #expect(try await scene.store.dismissals(in: StoreScene.shop) == [:])
            #expect(try await scene.journal(nil).isEmpty)
        },
        Case("a pull request's state is kept whole, whatever stands in it") { scene in
            for (number, state) in StoreScene.oddStates.enumerated() {
                let key = StoreScene.pull(Int64(number) + 1)
                var expected = state
                expected.key = key
                let wanted = expected
                #expect(try await scene.store.changePullRequest(key, lease: nil) { $0 = wanted } == wanted)
                #expect(try await scene.store.pullRequestState(key) == wanted)
                #expect(try await scene.store.changePullRequest(key, lease: nil) { $0.unaskedPushes += 1 }.ledger == wanted.ledger)
                let emptied = try await scene.store.changePullRequest(key, lease: nil) { $0 = PullRequestState(key: $0.key) }
                #expect(emptied == PullRequestState(key: key))
                #expect(try await scene.store.pullRequestState(key) == emptied)
            }
        },
        Case("a change finds what stands, and the key cannot be changed") { scene in
            let key = StoreScene.pull(1)
            _ = try await scene.store.changePullRequest(key, lease: nil) { $0.ledger["a"] = StoreScene.entry("a") }
            let changed = try await scene.store.changePullRequest(key, lease: nil) { state in
                state.ledger["a"]?.isAnswered = true
                state.ledger["b"] = StoreScene.entry("b", .fixed(in: StoreScene.commit(2)))
                state.checkRun = 7
                state.key = StoreScene.pull(2)
            }
            #expect(changed.key == key && changed.checkRun == 7 && changed.ledger.keys.sorted() == ["a", "b"])
            #expect(changed.ledger["a"]?.isAnswered == true)
            #expect(try await scene.store.pullRequestState(key) == changed)
            #expect(try await scene.store.pullRequestState(StoreScene.pull(2)).ledger.isEmpty)
        },
        Case("a pull request is told apart by tenant, repository and number") { scene in
            var keys = [StoreScene.pull(1), StoreScene.pull(2)]
            keys.append(PullRequestKey(place: HostPlace(tenant: StoreScene.theirs, repository: StoreScene.shop.repository), number: 1))
            keys.append(
                PullRequestKey(place: HostPlace(tenant: StoreScene.ours, repository: StoreScene.repository("acme/other")), number: 1))
            for (index, key) in keys.enumerated() {
                _ = try await scene.store.changePullRequest(key, lease: nil) { $0.unaskedPushes = index + 1 }
            }
            for (index, key) in keys.enumerated() {
                #expect(try await scene.store.pullRequestState(key).unaskedPushes == index + 1)
            }
        },
        Case("of 64 changes at once none is lost") { scene in
            let key = StoreScene.pull(1)
            let answers = try await atOnce(64) { index in
                try await scene.store.changePullRequest(key, lease: nil) { state in
                    state.unaskedPushes += 1
                    state.ledger["\(index)"] = StoreScene.entry("\(index)")
                }
            }
            let state = try await scene.store.pullRequestState(key)
            #expect(state.unaskedPushes == 64 && state.ledger.count == 64)
            #expect(Set(answers.map(\.unaskedPushes)) == Set(1...64), "each is told what stood after it")
        },
        Case("a change under a lease is written while that is held") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let key = StoreScene.pull(1)
            _ = try await scene.store.changePullRequest(key, lease: job.lease) { $0.checkRun = 7 }
            _ = try await scene.store.end(job.lease, .finished)
            await expectRefusal(.leaseLost, "after the end") {
                _ = try await scene.store.changePullRequest(key, lease: job.lease) { $0.checkRun = 8 }
            }
            #expect(try await scene.store.pullRequestState(key).checkRun == 7)
        },
        Case("the journal tells what became of each finding, once") { scene in
            let key = StoreScene.pull(1)
            let stream = "pull/acme/shop/1"
            _ = try await scene.store.changePullRequest(key, lease: nil) { state in
                state.reviewed = StoreScene.reviewed(1)
                for id in ["a", "b", "c"] { state.ledger[id] = StoreScene.entry(id) }
            }
            _ = try await scene.store.changePullRequest(key, lease: nil) { $0.ledger["a"]?.place = .thread(comment: 5) }
            #expect(try await scene.journalKinds(stream) == ["pull.found", "pull.reviewed"])
            _ = try await scene.store.changePullRequest(key, lease: nil) { state in
                state.ledger["a"]?.state = .dismissed(by: "alice", why: "a test key", at: scene.now)
                state.ledger["b"]?.state = .fixed(in: StoreScene.commit(2))
                state.ledger["c"]?.state = .outdated(at: StoreScene.commit(2))
                state.pausedBy = "alice"
            }
            _ = try await scene.store.changePullRequest(key, lease: nil) { state in
                state.ledger["b"]?.state = .open
                state.pausedBy = nil
            }
            let events = try await scene.journal(stream)
            #expect(
                events.map(\.new.kind) == [
                    "pull.found", "pull.reviewed", "pull.fixed", "pull.outdated", "pull.dismissed", "pull.paused", "pull.reopened",
                    "pull.resumed",
                ])
            #expect(events.allSatisfy { $0.new.tenant == StoreScene.ours })
            #expect(events[0].new.payload == ["findings": ["a", "b", "c"]])
            let told: JSON = ["finding": "a", "rule": "rule-a", "by": "alice", "because": "a test key"]
            #expect(events[4].new.payload == told)
        },
        Case("dismissals are counted by rule over a repository's pull requests, and those taken back are not") { scene in
            let dismissed = LedgerState.dismissed(by: "alice", why: "no", at: scene.now)
            for number in 1...3 {
                _ = try await scene.store.changePullRequest(StoreScene.pull(Int64(number)), lease: nil) { state in
                    state.ledger["a"] = StoreScene.entry("a", dismissed)
                    state.ledger["b"] = StoreScene.entry("b", number == 1 ? dismissed : .open)
                }
            }
            #expect(try await scene.store.dismissals(in: StoreScene.shop) == ["rule-a": 3, "rule-b": 1])
            _ = try await scene.store.changePullRequest(StoreScene.pull(1), lease: nil) { state in
                state.ledger["a"]?.state = .open
                state.ledger["b"]?.state = .dismissed(by: "bob", why: "still no", at: scene.now)
            }
            _ = try await scene.store.changePullRequest(StoreScene.pull(2), lease: nil) { $0.ledger["a"] = nil }
            #expect(try await scene.store.dismissals(in: StoreScene.shop) == ["rule-a": 1, "rule-b": 1])
            _ = try await scene.store.changePullRequest(StoreScene.pull(1), lease: nil) { $0.ledger["b"]?.state = .open }
            #expect(try await scene.store.dismissals(in: StoreScene.shop) == ["rule-a": 1])
            let elsewhere = HostPlace(tenant: StoreScene.theirs, repository: StoreScene.shop.repository)
            #expect(try await scene.store.dismissals(in: elsewhere) == [:])
        },
        Case("of a pull request that was closed long ago nothing is known any more but how often its rules were dismissed") { scene in
            for number in 1...4 {
                _ = try await scene.store.changePullRequest(StoreScene.pull(Int64(number)), lease: nil) { state in
                    state.reviewed = StoreScene.reviewed(1)
                    state.ledger["a"] = StoreScene.entry("a", .dismissed(by: "alice", why: "no", at: scene.now))
                }
            }
            for number in 1...3 { try await scene.close(number) }
            try await scene.reopen(2)
            scene.clock.advance(by: .seconds(100 * 86_400))
            #expect(try await scene.store.sweep(Retention(), limit: 100).pullRequests == 0)
            _ = try await scene.store.changePullRequest(StoreScene.pull(3), lease: nil) { $0.summaryComment = 3 }
            scene.clock.advance(by: .seconds(81 * 86_400))
            #expect(try await scene.store.sweep(Retention(), limit: 100).pullRequests == 1)
            #expect(try await scene.store.pullRequestState(StoreScene.pull(1)) == PullRequestState(key: StoreScene.pull(1)))
            #expect(try await scene.store.pullRequestState(StoreScene.pull(2)).ledger.count == 1, "it was opened again")
            #expect(try await scene.store.pullRequestState(StoreScene.pull(3)).ledger.count == 1, "it was changed since")
            #expect(try await scene.store.pullRequestState(StoreScene.pull(4)).ledger.count == 1, "it is open")
            #expect(try await scene.store.dismissals(in: StoreScene.shop) == ["rule-a": 4])
        },
    ]
}

extension StoreScene {
    static let shop = HostPlace(tenant: ours, repository: repository("acme/shop"))

    static func repository(_ text: String) -> RepositoryName {
        guard let name = RepositoryName(text) else { preconditionFailure("no name of a repository: \(text)") }
        return name
    }

    static func pull(_ number: Int64) -> PullRequestKey { PullRequestKey(place: shop, number: number) }

    static func commit(_ number: Int) -> CommitSHA {
        let digits = String(number, radix: 16)
        guard let commit = CommitSHA(String(repeating: "a", count: 40 - digits.count) + digits) else { preconditionFailure("no commit") }
        return commit
    }

    static func entry(_ id: String, _ state: LedgerState = .open) -> LedgerEntry {
        LedgerEntry(
            id: id, rule: "rule-\(id)", family: "injection", severity: .high, source: "rules", path: RepositoryPath("a.swift"), line: 3,
            message: "look", snippet: "let a = 1", state: state, place: .thread(comment: nil), firstSeen: commit(1), lastSeen: commit(1))
    }

    static func reviewed(_ round: Int) -> ReviewedHead {
        ReviewedHead(
            head: commit(round), mergeBase: commit(99), baseBranch: "main", round: round, linesSeen: ["a.swift": ["0a", "1b"]],
            conclusion: .failure)
    }

    /// Each field that can be missing missing once, and every word once.
    fileprivate static var oddStates: [PullRequestState] {
        let key = pull(1)
        var full = PullRequestState(
            key: key, reviewed: reviewed(3), unaskedPushes: 4, pausedBy: "forge", wasPauseTold: true, summaryComment: 5, configComment: 6,
            checkRun: 7, isDescribed: true)
        for (index, severity) in FindingSeverity.allCases.enumerated() {
            let states: [LedgerState] = [
                .open, .fixed(in: commit(5)), .outdated(at: commit(6)), .dismissed(by: "", why: "a\u{0}b\n'x", at: TestClock.epoch),
            ]
            var one = entry("\(index)", states[index % states.count])
            one.severity = severity
            one.place = [.summary, .thread(comment: nil), .thread(comment: 9)][index % 3]
            one.path = [nil, RepositoryPath(bytes: [0x61, 0xFF, 0x2F, 0x0A]), RepositoryPath("a/b.swift")][index % 3]
            one.line = index == 1 ? nil : index
            one.isAnswered = index == 2
            one.disputedBy = index == 3 ? "bo" : nil
            full.ledger[one.id] = one
        }
        var withoutBase = PullRequestState(key: key, reviewed: reviewed(1))
        withoutBase.reviewed?.mergeBase = nil
        withoutBase.reviewed?.linesSeen = .object([])
        withoutBase.reviewed?.conclusion = .actionRequired
        return [full, withoutBase, PullRequestState(key: key, pausedBy: "alice")]
    }

    fileprivate func close(_ number: Int) async throws {
        let id = try await accepted("close-\(number)")
        let subject = JobSubject(tenant: Self.ours, repository: "acme/shop", subject: "pull/\(number)")
        let settlement = Settlement(
            state: .done, reason: "closed", tenant: Self.ours, repository: "acme/shop", endedSubjects: [subject])
        _ = try #require(try await store.settle(id, settlement))
    }

    fileprivate func reopen(_ number: Int) async throws {
        try await settled("reopen-\(number)", jobs: [newJob("review/\(number)", subject: "pull/\(number)")])
    }
}
