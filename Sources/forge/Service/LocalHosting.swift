// The local code host of this machine's settings, for the service and for the commands of people.

import ForgeConfig
import ForgeCore
import ForgeGit
import ForgeLocalHost
import ForgeStore

extension ServerSettings {
    /// Nil when the settings name no folder of repositories.
    func localHost(store: any LocalHost.Keeping, runtime: GitRuntime, clock: WallClock) -> LocalHost? {
        localHost.repositories.map { folder in
            LocalHost(store: store, repositories: HostedRepositories(folder: folder, runtime: runtime), clock: clock)
        }
    }
}

/// What a command about pull requests works with.
struct LocalDesk: Sendable {
    let host: LocalHost
    let repositories: any LocalRepositories
    let store: any Store
}

/// Opens the store and the folder of repositories, beside a running service if there is one.
func withLocalDesk<Result>(
    _ arguments: Arguments, _ context: CommandContext, _ work: (LocalDesk) async throws -> Result
) async throws -> Result {
    let settings = try loadSettings(arguments, context)
    guard let folder = settings.localHost.repositories else {
        throw CommandFailure.badInput("local_host.repositories is not set: name the folder of your bare repositories in the settings")
    }
    return try await withStore(in: settings.data, context) { store in
        do {
            let repositories = HostedRepositories(folder: folder, runtime: try GitRuntime(verifiesObjects: false))
            return try await work(
                LocalDesk(
                    host: LocalHost(store: store, repositories: repositories, clock: context.clock), repositories: repositories,
                    store: store
                ))
        } catch let error as CodeHostError {
            switch error.kind {
            case .notFound, .refused, .conflict, .forbidden: throw CommandFailure.refused(error.message)
            case .unauthorized, .limited, .unavailable, .defect: throw CommandFailure.failed(error.message)
            }
        } catch let error as SourceError {
            throw error.kind == .notFound ? CommandFailure.refused(error.message) : CommandFailure.failed(error.message)
        }
    }
}

extension LocalDesk {
    /// The one that `--repository` names; the only one there is, when it names none.
    func repository(_ arguments: Arguments) async throws -> RepositoryName {
        if let text = arguments.value("repository") { return try Self.repository(named: text) }
        let names = try await repositories.names()
        if names.count == 1 { return names[0] }
        let shown = names.prefix(10).map(\.description).joined(separator: ", ")
        throw CommandFailure.badInput("--repository is missing: it is one of \(names.isEmpty ? "none yet" : shown)")
    }

    static func repository(named text: some StringProtocol) throws(CommandFailure) -> RepositoryName {
        guard let name = RepositoryName(text) else { throw .badInput("'\(text)' is no name of a repository: owner/name is expected") }
        return name
    }

    /// `3`, `#3` or `acme/shop#3`.
    func pullRequest(_ arguments: Arguments) async throws -> LocalPullRequestKey {
        let text = arguments.positional(0) ?? ""
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = Identifier<PullRequest>(text: parts.last ?? "") else {
            throw CommandFailure.badInput("'\(text)' is no pull request: 3 or owner/name#3 is expected")
        }
        let isNamed = parts.count == 2 && !parts[0].isEmpty
        let repository = isNamed ? try Self.repository(named: parts[0]) : try await repository(arguments)
        return LocalPullRequestKey(repository: repository, number: number.number)
    }
}

extension CommandContext {
    /// Who does it: `--as`, else the user of this shell.
    func login(_ arguments: Arguments) throws(CommandFailure) -> String {
        let named = [arguments.value("as"), environment["USER"], environment["LOGNAME"]].compactMap(\.self).first { !$0.isEmpty }
        guard let login = named else { throw .badInput("nobody knows who you are: --as NAME says it") }
        let isName = login.utf8.count <= 100 && !login.unicodeScalars.contains { $0.isHidden || $0 == " " || $0 == "<" || $0 == ">" }
        guard isName, !login.hasSuffix("[bot]") else { throw .badInput("'\(Table.flat(login))' is no name of a person") }
        return login
    }
}
