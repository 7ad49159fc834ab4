// `forge model …`: the models of the settings, asked by hand. It must never show a key, nor let what a model says move the cursor.

import ForgeConfig
import ForgeCore
import ForgeModels
import ForgeRules
import ForgeSystem
import Synchronization

enum ModelCommand {
    static let all = [ask, list]

    // MARK: ask

    private static let ask = CommandSpecification(
        "model ask", "put a question to a configured model",
        details: """
            The answer comes as it is written when standard output is a terminal, and in one piece in a pipe. The model, its tokens, what they
            cost and how long it took go to standard error. Without a question standard input is the question.
            --record keeps the exchange, redacted, in a file that --replay and the provider scripted play again.
            Exit codes: 0 answered, 1 the model would not answer or said nothing, 2 no model is configured, 3 failed.
            """,
        positionals: [.init("QUESTION", optional: true, repeats: true, "what to ask")],
        options: [
            .config, .init("role", "ROLE", "the model of this role (default: the one for every role)"),
            .init("max-tokens", "N", "how long the answer may be (default 4000)"),
            .init("record", "FILE", "write the exchange to this file"), .init("replay", "FILE", "play this transcript; nobody is asked"),
            .json,
            .rulesDir,
        ]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context)
        let redact: @Sendable (String) -> String = Redactor(settings.secrets).redact
        let http = try OutgoingHTTP(settings, context, redact: redact)
        defer { http.finish() }
        let request = ModelRequest(
            role: try role(arguments), system: "You are asked by a developer at a terminal. Answer in plain text, briefly.",
            messages: [.material(try question(arguments))],
            answerTokensMax: try arguments.integer("max-tokens", in: 1...200_000, default: 4_000))
        var model = try chosen(arguments, settings, context, http)
        let kept = Kept()
        if let path = arguments.value("record") {
            try prepareRecord(path)
            model = RecordingModel(model, redact: redact) { exchange in kept.exchanges.withLock { $0.append(exchange) } }
        }
        let isLive = context.isTerminal && !arguments.has("json")
        let began = MonotonicClock.nanoseconds
        let result: Result<ModelReply, ModelError>
        do throws(ModelError) {
            result = .success(try await model.reply(to: request) { show($0, isLive: isLive, context) })
        } catch {
            result = .failure(error)
        }
        let seconds = Double(MonotonicClock.nanoseconds - began) / 1e9
        // An answer that is paid for is shown, whatever becomes of its recording.
        let ending = Result { () throws(CommandFailure) in
            try end(result, seconds: seconds, isLive: isLive, json: arguments.has("json"), context)
        }
        if let path = arguments.value("record") { try record(kept, to: path) }
        return try ending.get()
    }

    private static func role(_ arguments: Arguments) throws(CommandFailure) -> String {
        let role = arguments.value("role") ?? ModelRole.person
        if let problem = ModelRole.problem(with: role) { throw .badInput("--role: '\(role)' is no role: \(problem)") }
        return role
    }

    private final class Kept: Sendable {
        let exchanges = Mutex<[RecordedExchange]>([])
    }

    private static func question(_ arguments: Arguments) throws(CommandFailure) -> String {
        guard arguments.positionals.isEmpty else { return arguments.positionals.joined(separator: " ") }
        do throws(SystemError) {
            let bytes = try Files.readAll(0, name: "standard input", bytesMax: 4 << 20)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .failed("\(error)")
        }
    }

    private static func chosen(
        _ arguments: Arguments, _ settings: ServerSettings, _ context: CommandContext, _ http: OutgoingHTTP
    ) throws(CommandFailure) -> any Model {
        let surroundings = ModelSurroundings(
            client: http.clientForModels(), wall: context.clock, clock: ContinuousClock(), jitter: .system)
        let catalog = try RulePacks.load(arguments, context).models()
        do throws(SetUpProblem) {
            if let path = arguments.value("replay") {
                return TranscriptModel(try TranscriptFile.read(path), name: "replay", tellsPrices: true)
            }
            if let model = try settings.model.model(catalog, surroundings) { return model }
        } catch {
            throw .badInput(error.description)
        }
        throw .badInput("no model is configured: model.api_key_file is not set; see docs/models.md")
    }

    private static func show(_ event: ModelEvent, isLive: Bool, _ context: CommandContext) {
        switch event {
        // Whoever closed the terminal reads nothing any more; the answer is ended with an error all the same.
        case .text(let piece): if isLive { try? context.write(shown(piece)) }
        case .discarded(let why, _): context.note("\(isLive ? "\n" : "")forge: taken back, since the stream died: \(shown(why))")
        case .waiting(let pause, let why):
            context.note("forge: \(shown(why)); again in \(JSON(Double(pause.milliseconds) / 1_000, decimals: 1).text) s")
        case .changed(let name): context.note("forge: now \(shown(name)) is asked")
        case .call, .thinking: break
        }
    }

    /// Words of a model may hold what moves the cursor.
    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isHidden && $0 != "\n" && $0 != "\t" ? "\u{FFFD}" : $0 }))
    }

    /// Before anybody is asked: what is paid for must have a place to go.
    private static func prepareRecord(_ path: String) throws(CommandFailure) {
        do throws(SystemError) {
            try Files.prepare(path, mode: 0o600)
        } catch {
            throw .badInput("--record: \(error); nobody was asked")
        }
    }

    private static func record(_ kept: Kept, to path: String) throws(CommandFailure) {
        let text = ModelTranscript(exchanges: kept.exchanges.withLock { $0 }).json.prettyText + "\n"
        do throws(SystemError) {
            try Files.write(Array(text.utf8), to: path, mode: 0o600)
        } catch {
            throw .failed("--record: \(error)")
        }
    }

    private static func end(
        _ result: Result<ModelReply, ModelError>, seconds: Double, isLive: Bool, json: Bool, _ context: CommandContext
    ) throws(CommandFailure) -> ExitCode {
        let reply: ModelReply
        switch result {
        case .failure(let error): throw .failed(shown(error.message))
        case .success(let found): reply = found
        }
        if json {
            try context.show(answer(reply, seconds: seconds))
        } else {
            if !reply.text.isEmpty { try context.print(isLive ? "" : reply.text) }
            context.note(facts(reply, seconds: seconds))
        }
        guard reply.text.allSatisfy(\.isWhitespace) else { return reply.stop == .refused ? .refused : .ok }
        context.note("forge: the model said nothing")
        return .refused
    }

    private static func answer(_ reply: ModelReply, seconds: Double) -> JSON {
        let usage = reply.usage
        return JSON.object([
            .init("schema", 1), .init("model", .string(reply.model)), .init("text", .string(reply.text)),
            .init("stop", .string(reply.stop.rawValue)), .init("input_tokens", JSON(usage.inputTokens)),
            .init("cached_tokens", JSON(usage.cachedTokens)), .init("output_tokens", JSON(usage.outputTokens)),
            .init("micro_usd", JSON(usage.microUSD)), .init("seconds", JSON(seconds, decimals: 3)),
        ]).withoutNulls
    }

    private static func facts(_ reply: ModelReply, seconds: Double) -> String {
        let usage = reply.usage
        let cached = usage.cachedTokens > 0 ? " (\(usage.cachedTokens) from the cache)" : ""
        let price = usage.microUSD.map(dollars) ?? "price unknown"
        let ending =
            switch reply.stop {
            case .ended, .calls: ""
            case .tokensMax: "; cut at --max-tokens"
            case .refused: "; it would not answer"
            }
        return
            "\(shown(reply.model)): \(usage.inputTokens) tokens in\(cached), \(usage.outputTokens) out, \(price), \(JSON(seconds, decimals: 1).text) s\(ending)"
    }

    /// To the millionth: a question costs little.
    private static func dollars(_ micro: Int) -> String {
        let parts = String(micro % 1_000_000)
        let padded = String(repeating: "0", count: 6 - parts.count) + parts
        return "$\(micro / 1_000_000).\(padded)"
    }

    // MARK: list

    private static let list = CommandSpecification(
        "model list", "which model each role asks, where, and what it costs",
        details: """
            One row for each model of each role, in the order in which they are asked. Prices are US dollars for a million tokens, from
            Rules/models.yml or the operator's own; '-' is a price that nobody told. A key is only said to be there or not.
            """, options: [.config, .json, .rulesDir]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context).model
        let catalog = try RulePacks.load(arguments, context).models()
        var table = Table(["role", "model", "provider", "address", "key", "input", "output", "cached", "window"], whenEmpty: "no models")
        add("every", [settings.name] + settings.fallbacks, settings, catalog, to: &table)
        for (role, own) in settings.roles.sorted(by: { $0.key < $1.key }) {
            add(role, [own.name] + own.fallbacks, settings, catalog, to: &table)
        }
        try context.show(table, json: arguments.has("json"))
        return .ok
    }

    private static func add(
        _ role: String, _ names: [String], _ settings: ModelSettings, _ catalog: ModelCatalog, to table: inout Table
    ) {
        for (order, name) in names.enumerated() {
            let (place, model) = settings.others[name].map { ($0.place, $0.name) } ?? (settings.place, name)
            let isScripted = place.provider == .scripted
            let facts = isScripted ? nil : catalog.facts(of: model)
            let price = facts?.price
            let address = isScripted ? settings.script ?? "-" : place.baseURL.description
            func dollars(_ micro: Int?) -> String? { micro.map { JSON(Double($0) / 1e6, decimals: 4).text } }
            let key = place.apiKey != nil ? "yes" : "no"
            table.add(
                [
                    .init(order == 0 ? role : "\(role), then", order == 0 ? .plain : .faint), .init(isScripted ? "scripted" : model),
                    .init(place.provider.rawValue, .faint), .init(address),
                    .init(isScripted ? nil : key, place.apiKey != nil ? .good : place.provider == .anthropic ? .bad : .faint),
                    .init(dollars(price?.input)), .init(dollars(price?.output)), .init(dollars(price?.cacheRead)),
                    .init(facts?.window.map(String.init)),
                ],
                JSON.object([
                    .init("role", .string(role)), .init("order", JSON(order)), .init("model", .string(model)),
                    .init("provider", .string(place.provider.rawValue)), .init("address", .string(address)),
                    .init("has_key", .bool(place.apiKey != nil)), .init("input_micro_usd", JSON(price?.input)),
                    .init("output_micro_usd", JSON(price?.output)), .init("cache_read_micro_usd", JSON(price?.cacheRead)),
                    .init("cache_write_micro_usd", JSON(price?.cacheWrite)), .init("window", JSON(facts?.window)),
                ]).withoutNulls)
        }
    }
}
