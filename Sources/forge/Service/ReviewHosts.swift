// Reviews over every code host that the settings name: a job's tenant says which one it is about. The code hosts share mirrors, rules and
// operator's layers; nothing else goes from one to the other.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeGit
import ForgeGitHub
import ForgeLocalHost
import ForgeStore

/// What reviews on all code hosts share.
struct ReviewWorkshop: Sendable {
    let store: SQLiteStore
    let rules: ServiceRules
    let wall: WallClock
    let metrics: Metrics
    /// Told when a job was queued.
    let queued: Wakeup
    let log: Log
}

extension ServerSettings {
    /// None without any code host: jobs wait then.
    func reviewHandlers(github: GitHubHost?, _ workshop: ReviewWorkshop) throws -> [JobHandler] {
        let local = try localHost(store: workshop.store, clock: workshop.wall)
        guard github != nil || local != nil else { return [] }
        let judge = ServiceJudge(rules: workshop.rules)
        let mirrors = try mirrors(log: workshop.log)
        let handlers = { (host: any CodeHost, url: @escaping @Sendable (RepositoryName) -> String?) in
            let needs = ReviewDependencies(
                store: workshop.store, host: host, mirrors: mirrors, upperLayers: OperatorLayers(layers: repositories.layers), judge: judge,
                reviewer: nil, repositoryURL: url, now: workshop.wall, metrics: workshop.metrics, log: workshop.log)
            return ReviewHandler(needs).jobHandlers
                + CommandHandler(CommandDependencies(review: needs, queued: workshop.queued)).jobHandlers
        }
        let web = github.map { host in handlers(host) { [self] in "\(self.github.webURL)/\($0)" } } ?? []
        return Self.byTenant(local: local.map { handlers($0) { _ in nil } } ?? [], web: web)
    }

    private func localHost(store: SQLiteStore, clock: WallClock) throws -> LocalHost? {
        guard localHost.repositories != nil else { return nil }
        do throws(GitError) {
            return localHost(store: store, runtime: try GitRuntime(), clock: clock)
        } catch {
            throw SetUpProblem(description: "git cannot be used: \(error.message)")
        }
    }

    /// One handler for each kind of job, which hands the job to its tenant's.
    private static func byTenant(local: [JobHandler], web: [JobHandler]) -> [JobHandler] {
        let locals = Dictionary(uniqueKeysWithValues: local.map { ($0.kind, $0) })
        let webs = Dictionary(uniqueKeysWithValues: web.map { ($0.kind, $0) })
        return Set(locals.keys).union(webs.keys).sorted().map { kind in
            JobHandler(kind: kind) { job in
                // A hook of a single repository names no installation; GitHub says whose it is.
                let handler = job.new.tenant == .local ? locals[kind] ?? webs[kind] : webs[kind]
                guard let handler else {
                    let missing = job.new.tenant == .local ? "local_host.repositories" : "github.private_key_file"
                    throw JobRefused(reason: "its code host is not configured (any more): \(missing) is not set")
                }
                try await handler.run(job)
            }
        }
    }
}
