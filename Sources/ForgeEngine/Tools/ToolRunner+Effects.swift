// What each tool does, through the ports. Everything from outside goes through `ToolText` on its way to a model.

import ForgeCore
import ForgeCrew

extension ToolRunner {
    func effect(of action: ToolAction, key: String) async throws -> ToolOutcome {
        switch action {
        case .readFile, .listFiles, .search: try await look(action)
        case .findSymbol(let name, let path): .answer(try await definitions(of: name, beneath: path))
        case .outline(let path): .answer(try await outline(of: path))
        case .editFile, .applyPatch, .createFile, .deleteFile, .moveFile: try await change(action)
        case .runCommand(let command, let folder, let timeout):
            try await run(command, folder: folder, timeout: timeout, key: key)
        case .runTests(let test): try await runTests(test)
        case .gitDiff, .gitLog, .gitBlame: .answer(try await history(action))
        case .showTicket: .answer(try ticket())
        case .note: .answer("Noted.")
        case .end: .answer("Handed in.")
        }
    }

    // MARK: - Looking

    private func look(_ action: ToolAction) async throws -> ToolOutcome {
        switch action {
        case .readFile(let path, let from, let to):
            let file = try await place.files.read(path, bytesMax: limits.fileBytesMax)
            return .answer(try text.file(path, file.bytes, from: from, to: to))
        case .listFiles(let folder, let depth, let includesIgnored):
            let found = try await place.files.list(
                folder, depth: depth, includesIgnored: includesIgnored, entriesMax: limits.entriesMax)
            return .answer(text.list(found.entries, isCut: found.isCut))
        case .search(let search): return .answer(text.matches(try await harmless(try await found(by: search))))
        default: preconditionFailure("only these three look at files")
        }
    }

    private func found(by search: WorkSearch) async throws -> WorkMatches {
        do throws(WorkFileError) {
            return try await place.files.search(search)
        } catch {
            guard error.kind == .invalid, !search.isLiteral else { throw error }
            throw ToolProblem("\(error.message) (\"literal\": true).")
        }
    }

    /// A line in the middle of a key is only known for one by the lines around it.
    private func harmless(_ found: WorkMatches) async throws -> WorkMatches {
        var found = found
        var lines: [Int: [UInt8]] = [:]
        for (index, match) in found.matches.enumerated() {
            if index == 0 || found.matches[index - 1].path != match.path {
                let numbers = found.matches[index...].prefix { $0.path == match.path }.map(\.line)
                lines = try await redactedLines(of: match.path, numbers)
            }
            if let line = lines[match.line] { found.matches[index].text = line }
        }
        return found
    }

    /// None of a file that was taken away meanwhile, or is large: its lines are looked at one by one then.
    private func redactedLines(of path: RepositoryPath, _ numbers: [Int]) async throws -> [Int: [UInt8]] {
        do throws(WorkFileError) {
            return text.redactedLines(of: try await place.files.read(path, bytesMax: limits.searchedBytesMax).bytes, numbers)
        } catch {
            guard error.kind != .cancelled else { throw error }
            return [:]
        }
    }

    private func history(_ action: ToolAction) async throws -> String {
        guard let worktree = place.worktree else {
            throw ToolProblem("there is no history here: this folder was not opened from a repository.")
        }
        switch action {
        case .gitLog(let path, let countMax): return text.log(try await worktree.log(path, countMax: countMax))
        case .gitBlame(let path, let lines): return text.blame(try await worktree.blame(path, lines: lines))
        case .gitDiff(let path): return text.diff(try await worktree.diff(from: nil, to: nil), beneath: path)
        default: preconditionFailure("only these three ask for history")
        }
    }

    private func ticket() throws -> String {
        guard let ticket = place.ticket else { throw ToolProblem("there is no ticket here.") }
        return text.text(Array(ticket.utf8), hint: "the ticket is not shown at greater length")
    }

    // MARK: - Running

    /// Colours, pages and questions are for terminals.
    private static let environment = [
        "NO_COLOR": "1", "TERM": "dumb", "CI": "true", "PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0",
    ]

    private func run(_ line: String, folder: RepositoryPath?, timeout: Duration, key: String) async throws -> ToolOutcome {
        let sandbox = try sandbox()
        if let folder { try await checkFolder(folder) }
        var limits = limits.command
        limits.wallTime = timeout
        let command = SandboxCommand(
            arguments: ["/bin/sh", "-c", line], environment: Self.environment, worktree: place.folder,
            writesWorktree: place.mayChange, folder: folder, limits: limits,
            outputFile: place.outputFolder.map { "\($0)/\(key).log" })
        let ending = try await sandbox.run(command)
        let output = text.text(ending.output, hint: "print less of it: with head, tail or grep, or a quieter option")
        let head = "\(Self.shown(ending.exit, limits)) after \(Self.seconds(ending.wallTime)).\(Self.advice(ending.exit))\n"
        let body = output.isEmpty ? "It printed nothing.\n" : output
        return ToolOutcome(text: head + body, isError: !ending.isSuccess, touched: .anything)
    }

    /// A sandbox could only say that it cannot be made.
    private func checkFolder(_ folder: RepositoryPath) async throws {
        guard let entry = try await place.files.entry(folder) else {
            throw ToolProblem("\(folder.shown): there is no such folder to start in; use list_files to see what is there.")
        }
        guard entry.kind == .folder else {
            throw ToolProblem("\(folder.shown) is no folder to start in; leave \"folder\" out to start at the top of the worktree.")
        }
    }

    private func runTests(_ test: String?) async throws -> ToolOutcome {
        guard let tests = place.tests else { throw ToolProblem("no command is known that runs the tests here; use run_command.") }
        let answer = try await tests.runTests(test)
        let shown = text.text(answer.text, hint: "run one test by its name")
        return ToolOutcome(text: shown, isError: answer.isError, touched: .anything)
    }

    func sandbox() throws(ToolProblem) -> any Sandbox {
        guard let sandbox = place.sandbox else { throw ToolProblem("nothing can be run here: there is no sandbox.") }
        return sandbox
    }

    private static func shown(_ exit: SandboxExit, _ limits: SandboxLimits) -> String {
        switch exit {
        case .code(let code): return "Exit code \(code)"
        case .signal(let signal): return "Ended by signal \(signal)"
        case .limit(.wallTime): return "Ended because it took longer than \(seconds(limits.wallTime)), with all that it had started,"
        case .limit(.processorTime): return "Ended because it used more than \(seconds(limits.processorTime)) of processor time"
        case .limit(.memory): return "Ended because it used more than \(ToolText.size(limits.memoryBytes)) of memory"
        case .limit(.output): return "Ended because it printed more than \(ToolText.size(limits.storedBytes))"
        case .limit(.disk): return "Ended because it wrote more than \(ToolText.size(limits.diskBytes)) or \(limits.diskFiles) files"
        case .limit(.diskReserve): return "Ended because the disk of this machine is nearly full"
        }
    }

    private static func advice(_ exit: SandboxExit) -> String {
        exit == .limit(.wallTime) ? " What needs longer gets it by \"timeout_seconds\", up to 600." : ""
    }

    static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1_000) s"
    }
}
