// Puts the service together: settings to adapters, adapters to services, services to routes. The only place that knows them all.

import ForgeConfig
import ForgeConsole
import ForgeCore
import ForgeCrypto
import ForgeEngine
import ForgeGitHub
import ForgeServer
import ForgeStore
import ForgeSystem
import ForgeWebhooks

struct Assembly: Sendable {
    let settings: ServerSettings
    let store: SQLiteStore
    let server: HTTPServer
    let decoder: DecodeService
    let workers: WorkerService
    let refusals: RefusalRecorder
    let retention: RetentionService
    let silence: SilenceService
    let rules: ServiceRules
    /// Asked before a command of an agent is run.
    let sandbox: SandboxGate
    /// Nil without a code host.
    let reviews: ReviewWork?
    private let outgoing: OutgoingHTTP
    /// Nil without a GitHub App.
    let healer: GapHealer?
    let arrived = Wakeup()
    let changed = Wakeup()
    let log: Log

    init(settings: ServerSettings, packs: RulePacks, _ surroundings: Surroundings, log: Log) throws {
        let (wall, clock) = (surroundings.wall, surroundings.clock)
        self.settings = settings
        self.log = log
        let metrics = Metrics()
        sandbox = settings.sandbox.gate(metrics: metrics, log: log)
        let store = try SQLiteStore.open(folder: settings.data, options: SQLiteOptions(), clock: wall, metrics: metrics, log: log)
        self.store = store
        let pressure = IntakePressure()
        refusals = RefusalRecorder(store: store, keep: settings.intake.refusalsKept, metrics: metrics, log: log)
        decoder = DecodeService(
            DecodeDependencies(
                store: store, settings: settings.decoding, clock: clock, pressure: pressure, arrived: arrived, settled: changed,
                metrics: metrics, log: log), limits: DecodeLimits(batch: settings.intake.batch))
        outgoing = try OutgoingHTTP(
            settings.outgoing, environment: surroundings.environment, clock: wall, log: log, redact: surroundings.redact)
        let github = try settings.gitHub(outgoing.client, lanes: store, surroundings, log: log)
        rules = ServiceRules(packs, .forService(settings.data, surroundings.environment), log: log)
        let models = ModelSurroundings(client: outgoing.clientForModels(), wall: wall, clock: clock, jitter: surroundings.jitter)
        let catalog = try packs.models()
        let model = try settings.model.model(catalog, models)
        let budgets = settings.budgets(store, catalog, surroundings, metrics)
        let text = CrewText(rules: rules, redact: surroundings.redact)
        let exchanges = settings.model.exchanges(keptIn: store, text, metrics, log)
        let workshop = ReviewWorkshop(
            store: store, rules: rules, model: model, budgets: budgets, exchanges: exchanges, text: text, wall: wall, clock: clock,
            runSteps: settings.budget.runSteps, metrics: metrics, queued: changed, log: log)
        reviews = try settings.reviewWork(github: github, workshop)
        if let github {
            healer = GapHealer(missed: DeliveryLog(github.app), store: store, wall: wall, arrived: arrived, metrics: metrics, log: log)
        } else {
            healer = nil
        }
        workers = WorkerService(
            store: store, handlers: reviews?.handlers ?? [], limits: settings.workerLimits, name: "forge-\(ProcessFacts.identifier)",
            clock: clock, jitter: surroundings.jitter, queued: changed, metrics: metrics, log: log)
        retention = RetentionService(store: store, retention: settings.storeRetention, clock: clock, log: log)
        silence = SilenceService(store: store, watched: settings.watchedSources, wall: wall, metrics: metrics, log: log)
        let intake = Intake(
            store: store, senders: settings.senders, limits: settings.intakeLimits, clock: wall, pressure: pressure, refusals: refusals,
            arrived: arrived, metrics: metrics, log: log)
        let first: [ReadinessCheck] = [.store(store), .backlog(store, wall: wall)]
        let told: [ReadinessCheck] = [.sandbox(sandbox), .model(model == nil ? nil : settings.model.title)]
        let readiness = Readiness(first + settings.secretChecks + silence.checks + told)
        let figures = ScrapedFigures(
            store: store, clock: wall, residentBytes: { ProcessFacts.residentBytes }, startedAt: wall.now, version: forgeVersion)
        let console = ConsoleDependencies(
            store: store, health: HealthRoutes(readiness: readiness, metrics: metrics, figures: figures), arrived: arrived,
            changed: changed, version: forgeVersion, bodyBytesMax: settings.http.apiBodyBytes, log: log)
        server = settings.server(routes: intake.routes + consoleRoutes(console), metrics: metrics, log: log)
    }
}

extension Assembly {
    /// After the last request: what was recorded is in its file then.
    func finishRecording() { outgoing.finish() }
}

extension ServerSettings {
    /// Repositories on this machine alone need no secret of GitHub's, and nobody is told to set one.
    var usesGitHub: Bool {
        localHost.repositories == nil || !github.webhookSecrets.isEmpty || github.appID != nil || github.clientID != nil
            || github.privateKey != nil
    }

    var decoding: DecodingSettings {
        let profiles = trackers.map { tracker in
            let projects = tracker.projects.map {
                TrackerProfile.Project(project: $0.project, repository: $0.repository, environments: $0.environments)
            }
            return TrackerProfile(
                name: tracker.name, baseURL: tracker.baseURL.description, organization: tracker.organization, projects: projects)
        }
        var limits = TicketLimits()
        limits.exceptionsMax = intake.exceptions
        limits.framesMax = intake.frames
        limits.breadcrumbsMax = intake.breadcrumbs
        limits.attachmentsMax = intake.attachments
        limits.tagsMax = intake.tags
        limits.textBytesMax = intake.textBytes
        return DecodingSettings(
            codeHostURL: github.webURL.description, ownApp: github.appID, ownUser: github.botUserID, ticketLabel: intake.ticketLabel,
            trackers: profiles, keepsPersonalData: intake.personalData == .keep, limits: limits,
            jobAttemptsMax: queue.attempts)
    }

    fileprivate var senders: Senders {
        var senders = Senders(github: GitHubVerifier(secrets: github.webhookSecrets.map { HMACKey($0.reveal()) }))
        for tracker in trackers {
            let digests = tracker.pathTokens.map { SHA256.digest($0.reveal()) }
            switch tracker.kind {
            case .sentry:
                let keys = tracker.clientSecrets.map { HMACKey($0.reveal()) }
                senders.sentry[tracker.name] = SentryVerifier(tracker: tracker.name, secrets: keys, legacyTokenDigests: digests)
            case .glitchtip:
                senders.glitchtip[tracker.name] = GlitchTipVerifier(tracker: tracker.name, tokenDigests: digests)
            }
        }
        return senders
    }

    fileprivate var workerLimits: WorkerLimits {
        WorkerLimits(
            workers: workers, lease: queue.lease, heartbeat: queue.heartbeat, perRepository: queue.perRepository,
            backoff: Backoff(base: queue.backoffBase, cap: queue.backoffCap),
            // The store's folder is this process's alone.
            isAlone: true)
    }

    fileprivate var storeRetention: Retention {
        Retention(
            deliveryBodies: retention.deliveryBodies, deliveries: retention.deliveries, audit: retention.audit, runs: retention.runs,
            pullRequests: retention.pullRequests)
    }

    fileprivate var intakeLimits: IntakeLimits {
        IntakeLimits(githubBodyBytesMax: http.githubBodyBytes, trackerBodyBytesMax: http.trackerBodyBytes)
    }

    fileprivate var watchedSources: [WatchedSource] {
        [WatchedSource(source: .github)] + trackers.map(\.watched)
    }

    fileprivate var secretChecks: [ReadinessCheck] {
        let own = ReadinessCheck.secrets(
            of: WatchedSource(source: .github), count: github.webhookSecrets.count,
            isOnlySource: trackers.isEmpty && localHost.repositories == nil,
            key: "github.webhook_secrets_file")
        return (usesGitHub ? [own] : [])
            + trackers.map { tracker in
                let isSentry = tracker.kind == .sentry
                return ReadinessCheck.secrets(
                    of: tracker.watched, count: isSentry ? tracker.clientSecrets.count : tracker.pathTokens.count, isOnlySource: false,
                    key: isSentry ? "client_secret_file of tracker \(tracker.name)" : "path_token_file of tracker \(tracker.name)")
            }
    }

    fileprivate func server(routes: [HTTPRoute], metrics: Metrics, log: Log) -> HTTPServer {
        var limits = ServerLimits()
        limits.headerBytes = http.headerBytes
        limits.headerTimeout = http.headerTimeout
        limits.bodyTimeout = http.bodyTimeout
        limits.idleTimeout = http.idleTimeout
        limits.connections = http.connections
        limits.connectionsPerAddress = http.connectionsPerAddress
        limits.requestsPerAddressMinute = http.requestsPerAddressMinute
        limits.threads = http.threads
        limits.heartbeat = http.heartbeat
        limits.trustedProxies = http.trustedProxies
        let files = http.tls.map { TLSFiles(certificate: $0.certificate, privateKey: $0.key) }
        let dependencies = ServerDependencies(
            log: log, metrics: metrics, monotonic: { MonotonicClock.nanoseconds }, requestIDs: RequestNames().next)
        return HTTPServer(listen: listen, routes: routes, limits: limits, tls: files, dependencies: dependencies)
    }
}

extension TrackerSettings {
    fileprivate var watched: WatchedSource { WatchedSource(source: kind == .sentry ? .sentry : .glitchtip, tracker: name) }
}
