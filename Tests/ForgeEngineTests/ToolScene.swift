// A run whose tools work on files in memory: opened, killed and opened again on the same store and the same kept steps.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

final class ToolScene: Sendable {
    let clock = TestClock()
    let store: MemoryStore
    let kept = FakeWorktree.Kept()
    private let original: [String: String]
    private let job = Mutex<Job?>(nil)

    init(_ files: [String: String]) {
        original = files
        store = MemoryStore(clock: clock.wallClock)
    }

    /// One life of the process.
    struct Life: Sendable {
        var runner: ToolRunner
        var files: FakeWorkFiles
        var worktree: FakeWorktree
        var sandbox: FakeSandbox
        var journal: RunJournal
    }

    struct Rules: ToolJudge {
        func verdict(on action: ToolAction) -> Verdict {
            let origin = RuleOrigin(layer: .builtIn, file: "Rules/test.yml", line: 3)
            if action.changedPaths.contains(RepositoryPath("locked.txt")) {
                return Verdict(.deny, rule: "test-locked", why: "this file stays as it is", origin: origin)
            }
            if case .runCommand("deploy", _, _) = action {
                return Verdict(.ask, rule: "test-deploy", why: "it leaves the worktree", origin: origin)
            }
            return Verdict(.allow, rule: "test-all", why: "nothing speaks against it", origin: origin)
        }
    }

    /// The worktree is opened anew from the base, as after a kill.
    func begin(
        sandbox: FakeSandbox = FakeSandbox(), limits: ToolLimits = ToolLimits(), tests: (any TestRunning)? = nil,
        meanwhile: @escaping @Sendable (String) async throws(WorkFileError) -> Void = { _ in }
    ) async throws -> Life {
        let files = FakeWorkFiles(original, meanwhile: meanwhile)
        let worktree = FakeWorktree(files, kept: kept)
        let job = try await claimed()
        let new = NewRun(kind: .remediation, tenant: .local, repository: "acme/shop", job: job.id, subject: "ticket/1")
        let journal = try await RunBook(store: store, now: clock.wallClock).open(new, for: job).journal
        let place = ToolPlace(
            files: files, folder: worktree.folder, sandbox: sandbox, worktree: worktree, tests: tests, ticket: "<<<The total is wrong>>>")
        let text = ToolText { Array(String(decoding: $0, as: UTF8.self).replacing("hunter2", with: "[redacted:x]").utf8) }
        let runner = ToolRunner(place, judge: Rules(), text: text, journal: journal, limits: limits, clock: clock)
        return Life(runner: runner, files: files, worktree: worktree, sandbox: sandbox, journal: journal)
    }

    private func claimed() async throws -> Job {
        if let job = job.withLock({ $0 }) {
            _ = try await store.end(job.lease, .failed(error: "killed", retryAfter: .zero))
        } else {
            _ = try await store.enqueue(
                NewJob(kind: "remediation", tenant: .local, repository: "acme/shop", workKey: "a", attemptsMax: 100))
        }
        let next = try #require(try await store.claim(kinds: ["remediation"], worker: "w", lease: .seconds(600), perRepository: 9))
        job.withLock { $0 = next }
        return next
    }
}

extension ToolCall {
    init(_ name: ToolName, _ arguments: JSON, id: String = "c") { self.init(id: id, name: name.rawValue, argumentsText: arguments.text) }

    static func edit(_ path: String, _ old: String, _ new: String) -> ToolCall {
        ToolCall(.editFile, ["path": .string(path), "old_text": .string(old), "new_text": .string(new)])
    }

    static func read(_ path: String) -> ToolCall { ToolCall(.readFile, ["path": .string(path)]) }
    static func command(_ text: String) -> ToolCall { ToolCall(.runCommand, ["command": .string(text)]) }
}

extension ToolScene.Life {
    static let engineer = ToolCaller(name: "backend", role: .engineer)

    func turn(_ number: Int = 1, _ calls: [ToolCall]) async throws -> ToolTurn {
        try await runner.carryOut(calls, by: Self.engineer, turn: number)
    }

    func one(_ number: Int = 1, _ call: ToolCall) async throws -> ToolResult {
        try #require(try await turn(number, [call]).results.first)
    }
}
