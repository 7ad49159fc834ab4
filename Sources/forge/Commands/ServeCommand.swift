// `forge serve`: the service itself, until a signal.

import ForgeConfig
import ForgeCore
import ForgeRules
import ForgeSystem

enum ServeCommand {
    static let all = [serve]

    private static let serve = CommandSpecification(
        "serve", "run the service: webhooks in; reviews, answers and tickets out",
        details: """
            Settings come from --config, then from FORGE_… variables, which win. SIGTERM or SIGINT stops it gracefully within
            shutdown_timeout; a second one at once. Exit codes: 0 stopped as asked, 2 bad settings, 3 could not start.
            """,
        options: [
            .config, .init("print-address", nil, "print the address on standard output once the service accepts requests, for scripts"),
        ]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context)
        // Rules that do not load would be found out when they are needed most.
        let packs = try RulePacks.load(folder: settings.rulesDir, .forService(settings.data, context.environment))
        ProcessFacts.ignoreBrokenPipes()
        try ProcessFacts.forbidDumps()
        let redactor = Redactor(settings.secrets)
        let writer = LogWriter(
            descriptor: StandardStream.error, format: settings.log.lineFormat(context), clock: context.clock, redact: redactor.redact)
        defer { writer.finish() }
        let watch = SignalWatch([SignalWatch.terminate, SignalWatch.interrupt])
        let surroundings = Surroundings(
            environment: context.environment, wall: context.clock, clock: ContinuousClock(), jitter: .system, redact: redactor.redact)
        let assembly: Assembly
        do {
            assembly = try Assembly(settings: settings, packs: packs, surroundings, log: writer.log(level: settings.log.level))
        } catch let problem as SetUpProblem {
            throw CommandFailure.badInput(problem.description)
        } catch let error as StoreError {
            throw CommandFailure.failed("the store in \(settings.data) cannot be opened: \(error.message)")
        }
        let runner = ServiceRunner(assembly: assembly, clock: surroundings.clock) { address in
            guard arguments.has("print-address") else { return }
            // The service runs on when nobody reads the address.
            try? context.print(address)
        }
        try await runner.run(signals: watch.signals)
        return .ok
    }
}

extension LogSettings {
    func lineFormat(_ context: CommandContext) -> LogWriter.Format {
        let isTerminal = StandardStream.isTerminal(StandardStream.error)
        let colours = isTerminal && context.environment["NO_COLOR", default: ""].isEmpty
        switch format {
        case .json: return .json
        case .text: return .text(colours: colours)
        case .auto: return isTerminal ? .text(colours: colours) : .json
        }
    }
}
