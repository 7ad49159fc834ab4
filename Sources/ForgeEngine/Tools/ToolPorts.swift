// What the runner of tools needs of others: who judges, where it works, how tests are run. All of it is handed in; it must never reach for
// anything else.

package import ForgeCore
package import ForgeCrew

/// Says of every action, before it is carried out, whether it may be. The rules behind it are made elsewhere.
package protocol ToolJudge: Sendable {
    func verdict(on action: ToolAction) -> Verdict
}

/// The project's tests with the command that was proven.
package protocol TestRunning: Sendable {
    /// One by its name, or all of them. What a model can act on comes back as an answer; it throws what ends the run.
    func runTests(_ test: String?) async throws -> TestAnswer
}

package struct TestAnswer: Hashable, Sendable {
    /// For a model to read, with whatever the tests have printed.
    package var text: [UInt8]
    /// They could not be run at all; tests that fail are no error.
    package var isError: Bool

    package init(text: [UInt8], isError: Bool = false) {
        self.text = text
        self.isError = isError
    }
}

extension ProvenTests: TestRunning {
    package func runTests(_ test: String?) async throws -> TestAnswer {
        let answer = try await answer(test)
        return TestAnswer(text: Array(answer.text.utf8), isError: answer.isError)
    }
}

/// Where the work is done. What is nil is not to be had, and its tools say so.
package struct ToolPlace: Sendable {
    package var files: any WorkFiles
    /// Of this machine, that the files are in.
    package var folder: String
    package var sandbox: (any Sandbox)?
    package var worktree: (any SourceWorktree)?
    package var tests: (any TestRunning)?
    /// The ticket, enclosed as a text from outside.
    package var ticket: String?
    /// Of this machine: all of a command's output is kept there, in a file of the step's name.
    package var outputFolder: String?
    /// Else neither tools nor commands can.
    package var mayChange: Bool

    package init(
        files: any WorkFiles, folder: String, sandbox: (any Sandbox)? = nil, worktree: (any SourceWorktree)? = nil,
        tests: (any TestRunning)? = nil, ticket: String? = nil, outputFolder: String? = nil, mayChange: Bool = true
    ) {
        self.files = files
        self.folder = folder
        self.sandbox = sandbox
        self.worktree = worktree
        self.tests = tests
        self.ticket = ticket
        self.outputFolder = outputFolder
        self.mayChange = mayChange
    }
}

package struct ToolLimits: Hashable, Sendable {
    package var fileBytesMax: Int
    /// Of a file in which a search found something, to see what stands around it.
    package var searchedBytesMax: Int
    package var entriesMax: Int
    /// Reading calls of one turn at once.
    package var readsMax: Int
    /// The same call so many times in a row, and the next is refused.
    package var repeatsMax: Int
    /// For everything but commands and tests.
    package var timeMax: Duration
    package var testTimeMax: Duration
    /// Of every command; its wall time is what the call asks for.
    package var command: SandboxLimits
    /// Reading source files for their symbols.
    package var symbols: SandboxLimits
    package var symbolFilesMax: Int

    package init(
        fileBytesMax: Int = 16 << 20, searchedBytesMax: Int = 2 << 20, entriesMax: Int = 2_000, readsMax: Int = 3, repeatsMax: Int = 2,
        timeMax: Duration = .seconds(60),
        testTimeMax: Duration = .seconds(3_600), command: SandboxLimits = SandboxLimits(outputBytes: 256 << 10),
        symbols: SandboxLimits = SandboxLimits(
            wallTime: .seconds(20), processorTime: .seconds(20), memoryBytes: 1 << 30, processes: 16, outputBytes: 16 << 20),
        symbolFilesMax: Int = 400
    ) {
        precondition(readsMax > 0 && repeatsMax > 0, "something has to be allowed")
        self.fileBytesMax = fileBytesMax
        self.searchedBytesMax = searchedBytesMax
        self.entriesMax = entriesMax
        self.readsMax = readsMax
        self.repeatsMax = repeatsMax
        self.timeMax = timeMax
        self.testTimeMax = testTimeMax
        self.command = command
        self.symbols = symbols
        self.symbolFilesMax = symbolFilesMax
    }
}

/// Who calls.
package struct ToolCaller: Hashable, Sendable {
    /// As the crew names it: `backend`.
    package var name: String
    package var role: ToolRole

    package init(name: String, role: ToolRole) {
        self.name = name
        self.role = role
    }
}

/// What became of the calls of one turn.
package struct ToolTurn: Hashable, Sendable {
    /// One for each call, in their order.
    package var results: [ToolResult]
    /// Set when the role handed its work in.
    package var ending: ToolEnding?

    package init(results: [ToolResult], ending: ToolEnding? = nil) {
        self.results = results
        self.ending = ending
    }
}
