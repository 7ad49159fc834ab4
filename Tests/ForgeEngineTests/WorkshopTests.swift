// Setup before the work: which command has a way out, what its result is known by, and what happens to it when it fails.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkshopTests {
    /// A shelf in memory: what was made under a key is a name in a set.
    private final class Shelf: SetupShelf {
        struct State {
            var files: [SetupFile] = []
            var kept: Set<SetupKey> = []
            var homes: [String] = []
            var madeHomes = 0
            var failure: SandboxError?
        }

        let state = Mutex(State())

        func files(in worktree: String, named: Set<RepositoryPath>) async throws(SandboxError) -> [SetupFile] {
            state.withLock { $0.files }
        }
        func record(of worktree: String) async throws(SandboxError) -> SetupRecord { SetupRecord([:]) }
        func put(_ key: SetupKey, into place: SetupPlace) async throws(SandboxError) -> Bool { state.withLock { $0.kept.contains(key) } }

        func makeHome() async throws(SandboxError) -> String {
            state.withLock { state in
                state.madeHomes += 1
                state.homes.append("/kept/\(state.madeHomes)")
                return state.homes[state.homes.count - 1]
            }
        }

        func remove(home: String) async { state.withLock { $0.homes.removeAll { $0 == home } } }

        func take(
            from made: SetupPlace, since record: SetupRecord, into place: SetupPlace, as key: SetupKey?
        ) async throws(SandboxError) -> SetupContents {
            if let failure = state.withLock({ $0.failure }) { throw failure }
            #expect(made.worktree != place.worktree && made.home != place.home)
            if let key { state.withLock { _ = $0.kept.insert(key) } }
            return SetupContents(entries: 7)
        }
    }

    private final class Worktrees: SourceWorktrees {
        let opened = Mutex(0)
        let open = Mutex(0)

        /// Tells of its end.
        final class Counted: SourceWorktree {
            let inner: FakeWorktree
            let owner: Worktrees

            init(_ inner: FakeWorktree, _ owner: Worktrees) {
                self.inner = inner
                self.owner = owner
            }

            var folder: String { inner.folder }
            var base: CommitSHA { inner.base }
            var leftAlone: [RepositoryPath: String] { get async throws(SourceError) { try await inner.leftAlone } }
            var lastStep: Int? { get async throws(SourceError) { try await inner.lastStep } }
            func keep(step: Int, touched: Set<RepositoryPath>?) async throws(SourceError) -> CommitSHA {
                try await inner.keep(step: step, touched: touched)
            }
            func restore(step: Int) async throws(SourceError) { try await inner.restore(step: step) }
            func diff(from: CommitSHA?, to: CommitSHA?) async throws(SourceError) -> Diff { try await inner.diff(from: from, to: to) }
            func commit(_ request: CommitRequest) async throws(SourceError) -> CommitSHA { try await inner.commit(request) }
            func push(_ request: PushRequest) async throws(SourceError) -> PushOutcome { try await inner.push(request) }
            func log(_ path: RepositoryPath?, countMax: Int) async throws(SourceError) -> [LoggedCommit] {
                try await inner.log(path, countMax: countMax)
            }
            func blame(_ path: RepositoryPath, lines: ClosedRange<Int>) async throws(SourceError) -> [BlameLine] {
                try await inner.blame(path, lines: lines)
            }
            func close() async {
                await inner.close()
                owner.open.withLock { $0 -= 1 }
            }
        }

        func open(_ request: WorktreeRequest) async throws(SourceError) -> any SourceWorktree {
            open.withLock { $0 += 1 }
            let number = opened.withLock { number in
                number += 1
                return number
            }
            return Counted(FakeWorktree(FakeWorkFiles(), folder: "/w\(number)"), self)
        }

        func forget(_ run: RunID, in place: HostPlace) async throws(SourceError) {}
    }

    private struct Ways: WaysOut {
        var allowed = EgressRules([])
        var problem: String?

        func agreed(_ wanted: [EgressPattern]) -> EgressRules { allowed.narrowed(to: wanted) }

        func withWayOut<Answer: Sendable>(
            to wanted: [EgressPattern], _ work: @Sendable (WayOut) async throws -> Answer
        ) async throws -> (answer: Answer, seen: EgressSeen) {
            guard !agreed(wanted).isEmpty else { return (try await work(.none), EgressSeen()) }
            if let problem { throw NoWayOut(problem) }
            let way = WayOut(network: .sockets(["/run/out": "/data/out"]), words: ["/bin/bridge", "--"], readable: ["/bin/bridge"])
            return (try await work(way), EgressSeen())
        }
    }

    private struct Shop {
        let shelf = Shelf()
        let worktrees = Worktrees()
        let sandbox: ScriptedSandbox
        var ways = Ways()
        var machine = "bookworm"
        var scope = "acme/shop"
        var egress: [EgressPattern] = []

        init(lock: String? = "1", setupExit: SandboxExit = .code(0)) {
            sandbox = ScriptedSandbox { command, _ in
                (command.arguments.last ?? "").contains("make test")
                    ? .init(.code(0), "1..1\nok 1 - adds\n") : .init(setupExit, "said last\n")
            }
            if let lock { shelf.state.withLock { $0.files = [SetupFile(RepositoryPath("go.sum"), Array(lock.utf8))] } }
        }

        func prove(_ setup: String = "go mod download", commit: Character = "a") async throws -> (proof: TestProof, setups: [SetupReport]) {
            let candidates = TestDetection.candidates(
                TestTree([], texts: [:]), configuration: TestConfiguration(test: "make test", setup: setup))
            let name = try #require(RepositoryName("acme/shop"))
            let commit = try #require(CommitSHA(String(repeating: commit, count: 40)))
            let request = WorktreeRequest(place: HostPlace(tenant: .local, repository: name), commit: commit, run: RunID(1))
            let workshop = Workshop(
                WorkshopDependencies(
                    worktrees: worktrees, shelf: shelf, ways: ways, bench: TestBench(sandbox: sandbox) { "0a1b2c" }, clock: TestClock(),
                    machine: machine))
            return try await workshop.withPlace(WorkOrder(request, egress: egress, scope: scope)) { try await $0.prove(candidates) }
        }

        /// Everything that was opened is closed again.
        var leftOpen: Int { worktrees.open.withLock { $0 } + shelf.state.withLock { $0.homes.count } }
    }

    @Test func `setup alone has a way out, in a worktree and with a home of its own`() async throws {
        var shop = Shop()
        let host = try #require(EgressPattern("registry.example"))
        shop.ways.allowed = EgressRules([host])
        shop.egress = [host]
        let (proof, setups) = try await shop.prove()
        #expect(proof.verdict == .proven && setups.map(\.outcome) == [.kept] && setups[0].contents?.entries == 7)
        let commands = shop.sandbox.commands
        #expect(commands.count == 2 && shop.leftOpen == 0)
        #expect(commands[0].network == .sockets(["/run/out": "/data/out"]) && commands[0].arguments.starts(with: ["/bin/bridge", "--"]))
        #expect(commands[0].worktree == "/w2" && commands[0].writable == ["/agent": "/kept/2"] && commands[0].readable == ["/bin/bridge"])
        #expect(commands[1].network == .none && commands[1].arguments.first == "/bin/sh" && commands[1].readable.isEmpty)
        #expect(commands[1].worktree == "/w1" && commands[1].writable == ["/agent": "/kept/1"])
    }

    @Test func `a result is found again by what it was made from, and by nothing less`() async throws {
        let shop = Shop()
        #expect(try await shop.prove().setups.map(\.outcome) == [.kept])
        #expect(try await shop.prove().setups.map(\.outcome) == [.cached])
        #expect(shop.sandbox.commands.count == 3 && shop.worktrees.opened.withLock { $0 } == 3)
        #expect(try await shop.prove("make other").setups.map(\.outcome) == [.kept])
        for change: @Sendable (inout Shop) throws -> Void in [
            { $0.machine = "trixie" }, { $0.scope = "acme/other" },
            {
                let host = try #require(EgressPattern("registry.example"))
                ($0.ways.allowed, $0.egress) = (EgressRules([host]), [host])
            }, { shop in shop.shelf.state.withLock { $0.files = [SetupFile(RepositoryPath("go.sum"), [2])] } },
        ] {
            var other = shop
            try change(&other)
            #expect(try await other.prove().setups.map(\.outcome) == [.kept])
        }
    }

    @Test func `what a package manager installs is for any commit, and what anything else makes for its own`() async throws {
        let shop = Shop()
        for (commit, outcome) in [("a", SetupReport.Outcome.kept), ("b", .cached)] {
            #expect(try await shop.prove(commit: Character(commit)).setups.map(\.outcome) == [outcome])
        }
        for setup in ["make deps", "npm ci", "go mod download && make"] {
            for (commit, outcome) in [("a", SetupReport.Outcome.kept), ("a", .cached), ("b", .kept), ("a", .cached)] {
                #expect(try await shop.prove(setup, commit: Character(commit)).setups.map(\.outcome) == [outcome], "\(setup)")
            }
        }
    }

    @Test func `without a lock file it is made for each commit, and what failed is never kept`() async throws {
        let plain = Shop(lock: nil)
        for (commit, outcome) in [("a", SetupReport.Outcome.kept), ("a", .cached), ("b", .kept)] {
            #expect(try await plain.prove(commit: Character(commit)).setups.map(\.outcome) == [outcome])
        }
        let failing = Shop(setupExit: .code(3))
        for _ in 0..<2 {
            let (proof, setups) = try await failing.prove()
            #expect(setups.map(\.outcome) == [.failed] && setups[0].problem == "exit code 3: said last", "\(setups)")
            // What it fetches can be part of the repository.
            #expect(proof.verdict == .proven)
        }
        #expect(failing.shelf.state.withLock { $0.kept.isEmpty } && failing.leftOpen == 0 && plain.leftOpen == 0)
    }

    @Test func `where no way can be opened that was agreed on, setup has failed, and the tests run all the same`() async throws {
        var shop = Shop()
        let host = try #require(EgressPattern("registry.example"))
        shop.ways = Ways(allowed: EgressRules([host]), problem: "the loopback is off")
        shop.egress = [host]
        let (proof, setups) = try await shop.prove()
        #expect(proof.verdict == .proven && setups.map(\.outcome) == [.failed] && setups[0].problem == "the loopback is off")
        #expect(shop.sandbox.commands.count == 1 && shop.shelf.state.withLock { $0.kept.isEmpty } && shop.leftOpen == 0)
    }

    @Test func `the report tells of what was looked at, in words that fit one and many`() {
        func report(_ contents: SetupContents?) -> SetupReport {
            SetupReport(command: "make deps", folder: nil, outcome: .kept, milliseconds: 5, contents: contents)
        }
        let one = report(SetupContents(leftOut: 1, changed: [RepositoryPath("a.py")], changedCount: 1)).summary
        #expect(one.contains("; it changed a.py, which stays as the commit has it; 1 thing was left out (no files,"), "\(one)")
        let many = report(SetupContents(leftOut: 2, changed: [RepositoryPath("a.py")], changedCount: 3)).summary
        #expect(many.contains("; it changed a.py and 2 more, which stay as the commit has them; 2 things were left out"), "\(many)")
        #expect(many.hasSuffix("a .git, not readable, or more than 100 folders deep)"), "\(many)")
        #expect(report(SetupContents()).json["changed_count"]?.integer == 0 && report(SetupContents()).json["changed"]?.array == [])
        let members = ["files", "bytes", "left_out", "changed", "changed_count"].filter { report(nil).json[$0] != nil }
        #expect(members.isEmpty, "\(members)")
    }

    @Test func `too much is the setup's failure, a full disk is not`() async throws {
        let shop = Shop()
        shop.shelf.state.withLock { $0.failure = SandboxError(.invalid, "it made more than is kept") }
        #expect(try await shop.prove().setups.map(\.problem) == ["it made more than is kept"])
        shop.shelf.state.withLock { $0.failure = SandboxError(.unavailable, "no room") }
        await #expect(throws: SandboxError(.unavailable, "no room")) { _ = try await shop.prove() }
        #expect(shop.leftOpen == 0)
    }
}
