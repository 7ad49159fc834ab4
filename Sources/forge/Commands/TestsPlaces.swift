// Where `forge tests run` runs: a person's own folder as it is, or a commit of its repository in a worktree of Forge's own, which is gone
// afterwards. Nothing of a worktree is ever written into the person's folder.

import ForgeConfig
import ForgeCore
import ForgeCrew
import ForgeCrypto
import ForgeEngine
import ForgeGit

/// What a person asked for.
struct TestsAsked: Sendable {
    var folder: String
    /// In place of what is found.
    var command: String?
    var near: [RepositoryPath]

    /// - Parameter isFresh: nothing was set up there: a command that was asked for needs it as well.
    func candidates(_ tree: TestTree, _ agents: AgentsConfig, isFresh: Bool = false) -> [TestCandidate] {
        let setsUp = command == nil || isFresh
        let configuration = TestConfiguration(test: command ?? agents.test, setup: setsUp ? agents.setup : nil)
        var found = TestDetection.candidates(tree, near: near, configuration: configuration)
        guard command != nil, !found.isEmpty else { return found }
        if !setsUp { found[0].setup = nil }
        found[0].why = "asked for"
        return found
    }

    /// A command that was asked for is tried alone.
    func tried(_ found: [TestCandidate]) -> [TestCandidate] { command == nil ? found : Array(found.prefix(1)) }
}

/// A person's own folder. Setup gets out where the settings and the repository agree; nothing of it is kept.
struct TestsInFolder: Sendable {
    let asked: TestsAsked
    let agents: AgentsConfig

    func run(_ arguments: Arguments, _ context: CommandContext) async throws -> TestsReport {
        let settings = try loadSettings(arguments, context)
        let setUp = try TestsSetUp(arguments, settings, try settings.sandbox.sandbox(context), timeout: agents.limits.commandTimeout)
        let tried = asked.tried(asked.candidates(try TestFolderReader.tree(asked.folder), agents))
        let place = absolutePath(asked.folder)
        let isOut = !settings.sandbox.egress.narrowed(to: agents.egress).isEmpty && tried.contains { $0.setup != nil }
        guard isOut else { return try await prove(tried, in: place, setUp.bench, nil) }
        return try await withStore(in: settings.data, context) { store in
            let ways = EgressAssembly(settings, journal: store, for: BudgetPayer(tenant: .local, repository: place))
            return try await prove(tried, in: place, setUp.bench, ways)
        }
    }

    /// Without ways setup reaches nothing.
    private func prove(
        _ tried: [TestCandidate], in place: String, _ bench: TestBench, _ ways: EgressAssembly?
    ) async throws -> TestsReport {
        var setups: [SetupReport] = []
        let proof = try await bench.prove(tried, in: place) { candidate in
            let (ending, seen) = try await prepare(candidate, in: place, bench, ways)
            setups.append(
                SetupReport(
                    command: candidate.setup ?? "", folder: candidate.setupFolder, outcome: ending.problem == nil ? .ran : .failed,
                    problem: ending.problem, milliseconds: Int(ending.time / .milliseconds(1)), seen: seen))
            return ending.problem
        }
        return TestsReport(proof, setups: setups)
    }

    private func prepare(
        _ candidate: TestCandidate, in place: String, _ bench: TestBench, _ ways: EgressAssembly?
    ) async throws -> (ending: SetupEnding, seen: EgressSeen) {
        guard let ways else { return (try await bench.prepare(candidate, in: place), EgressSeen()) }
        return try await bench.prepare(candidate, in: place, out: ways, to: agents.egress)
    }
}

/// A commit of the repository that a folder is in, through its mirror.
struct TestsAtCommit: Sendable {
    let asked: TestsAsked
    let name: String

    private static let owner = "folder"

    func run(_ arguments: Arguments, _ context: CommandContext) async throws -> TestsReport {
        let settings = try loadSettings(arguments, context)
        let log = Log(level: .warning) { context.note("forge: warning: \($0.message)") }
        do {
            let (path, commit, text) = try await source()
            let agents = try TestsCommand.agents(text, file: ".forge.yml of \(commit.short)", above: settings.repositories.layers)
            let setUp = try TestsSetUp(arguments, settings, try settings.sandbox.sandbox(log: log), timeout: agents.limits.commandTimeout)
            let repository = try Self.repository(at: path)
            let mirrors = try Self.mirrors(settings, log)
            let place = HostPlace(tenant: .local, repository: repository)
            let snapshot = try await mirrors.fetch(
                FetchRequest(place: place, remote: GitRemote(path: path), refs: [], commits: [commit]))
            // Opened worktrees hold the mirror themselves.
            await snapshot.release()
            return try await withStore(in: settings.data, context) { store in
                let ways = EgressAssembly(settings, journal: store, for: BudgetPayer(tenant: .local, repository: "\(repository)"))
                let order = WorkOrder(
                    WorktreeRequest(place: place, commit: commit, run: RunID(1)), egress: agents.egress, scope: "folder \(path)")
                return try await setUp.workshop(mirrors, ways).withPlace(order) { place in
                    let tree = try TestFolderReader.tree(place.worktree.folder)
                    var asked = asked
                    if let own = Self.folder(absolutePath(asked.folder), in: path) { asked.near.append(own) }
                    let (proof, setups) = try await place.prove(asked.tried(asked.candidates(tree, agents, isFresh: true)))
                    return TestsReport(proof, setups: setups, commit: commit)
                }
            }
        } catch let error as SourceError {
            throw CommandFailure.failed(error.message)
        }
    }

    /// The repository's own folder, the commit, and the `.forge.yml` that it has.
    private func source() async throws -> (path: String, commit: CommitSHA, config: [UInt8]?) {
        do throws(GitError) {
            let repository = try LocalRepository(containing: asked.folder, runtime: try GitRuntime())
            // A mirror takes commits with all that was before them.
            guard !repository.isShallow else { throw GitError(.other, "fetch", "this clone is shallow: git fetch --unshallow first") }
            let commit = try await repository.commit(named: name)
            let config = try await repository.file(RepositoryPath(".forge.yml"), at: commit, bytesMax: 1 << 20)
            return (absolutePath(repository.workTree ?? asked.folder), commit, config)
        } catch {
            throw CommandFailure.badInput(error.message)
        }
    }

    /// A person need not be who the service runs as.
    private static func mirrors(_ settings: ServerSettings, _ log: Log) throws -> Mirrors {
        do {
            return try settings.mirrors(log: log)
        } catch let problem as SetUpProblem {
            throw CommandFailure.failed("\(problem.description); set data (in the settings, or FORGE_DATA) to a folder of your own")
        }
    }

    /// Who names a folder below the top wants the tests that are nearest to it.
    private static func folder(_ folder: String, in top: String) -> RepositoryPath? {
        folder.hasPrefix(top + "/") ? RepositoryPath(String(folder.dropFirst(top.count + 1))) : nil
    }

    /// No other repository of this machine has this name: the path is in it.
    private static func repository(at path: String) throws(CommandFailure) -> RepositoryName {
        let digest = Hex.encode(SHA256.digest(path)).prefix(24)
        guard let name = RepositoryName("\(owner)/\(digest)") else { throw .failed("\(path) cannot be named") }
        return name
    }
}
