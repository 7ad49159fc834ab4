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
    /// Nil when there is nobody to ask: the rules alone review then.
    let model: (any Model)?
    let budgets: BudgetBook
    /// Nil when the settings do not want exchanges to be kept.
    let exchanges: ExchangeRecorder?
    let text: CrewText
    let wall: WallClock
    let clock: any Clock<Duration>
    /// Calls of a model that one run may take.
    let runSteps: Int
    let metrics: Metrics
    /// Told when a job was queued.
    let queued: Wakeup
    let log: Log
}

extension ReviewWorkshop {
    func reviewer(_ matching: PatternMatching) -> (any ChangeReviewer)? {
        model.map {
            CrewReviewer(
                model: $0, budgets: budgets, exchanges: exchanges, callsMax: runSteps, matching: matching, outside: text.outside
            ) { [text] in
                text.masked($0)
            }
        }
    }

    var answerer: (any QuestionAnswerer)? {
        model.map {
            ModelAnswerer(
                model: $0, budgets: budgets, exchanges: exchanges, outside: text.outside, log: log.named("command")
            ) { [text] in
                text.masked($0)
            }
        }
    }
}

/// Who carries out the jobs of reviews, and what has to be done beside that from time to time.
struct ReviewWork: Sendable {
    var handlers: [JobHandler]
    /// Tells a pull request of a run whose workers died.
    var tellOfDeath: @Sendable (Run, Job) async -> Void
    /// Puts mirrors in order; it may take minutes.
    var tidy: @Sendable () async -> Void
}

extension ServerSettings {
    /// Nil without any code host: jobs wait then.
    func reviewWork(github: GitHubHost?, _ workshop: ReviewWorkshop) throws -> ReviewWork? {
        let local = try localHost(store: workshop.store, clock: workshop.wall)
        guard github != nil || local != nil else { return nil }
        let judge = ServiceJudge(rules: workshop.rules)
        let mirrors = try mirrors(log: workshop.log)
        func needs(_ host: any CodeHost, _ url: @escaping @Sendable (RepositoryName) -> String?) -> ReviewDependencies {
            ReviewDependencies(
                store: workshop.store, host: host, mirrors: mirrors, upperLayers: upperLayers(host, mirrors, workshop), judge: judge,
                reviewer: workshop.reviewer(judge.matching), repositoryURL: url, now: workshop.wall, clock: workshop.clock,
                modelTimeMax: .seconds(60 * budget.runMinutes), metrics: workshop.metrics, log: workshop.log)
        }
        let webURL = github.map { _ in self.github.webURL.description } ?? ""
        let web = github.map { needs($0) { "\(webURL)/\($0)" } }
        let own = local.map { needs($0) { _ in nil } }
        func handlers(_ needs: ReviewDependencies?) -> [JobHandler] {
            guard let needs else { return [] }
            return ReviewHandler(needs).jobHandlers
                + CommandHandler(
                    CommandDependencies(
                        review: needs, answerer: workshop.answerer, callsMax: workshop.runSteps, queued: workshop.queued)
                ).jobHandlers
        }
        return ReviewWork(
            handlers: Self.byTenant(local: handlers(own), web: handlers(web)),
            tellOfDeath: { run, job in
                let needs = job.new.tenant == .local ? own ?? web : web
                if let needs { await ReviewHandler(needs).tellOfDeath(run, job) }
            }, tidy: { await mirrors.tidy() })
    }

    private func upperLayers(
        _ host: any CodeHost, _ mirrors: any SourceMirrors, _ workshop: ReviewWorkshop
    ) -> any UpperConfigLayers {
        guard !repositories.organisationRepository.isEmpty else { return OperatorLayers(layers: repositories.layers) }
        return OrganisationLayers(
            above: repositories.layers, named: repositories.organisationRepository, on: host, mirrors, now: workshop.wall, log: workshop.log
        )
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
