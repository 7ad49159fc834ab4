// `forge intake`: what would become of a body, without a service and without a store. One body from a file or standard input, or JSON
// lines in and out (a contract: docs/formats.md).

import ForgeConfig
import ForgeCore
import ForgeCrypto
import ForgeSystem
import ForgeWebhooks

enum IntakeCommand {
    static let all = [intake]
    private static let lineBytesMax = 64 << 20

    private static let intake = CommandSpecification(
        "intake", "say what would become of a webhook body, without a service",
        details: """
            One body: forge intake --source github --event pull_request FILE (or standard input).
            Many: --jsonl reads {"id", "source", "headers", "body" or "body_base64"} a line and writes {"id", "verdict", "reason", …}.
            Signatures are checked when the settings have a secret for the source; without one the body is taken on your word.
            Exit codes with one body: 0 accepted, 1 ignored or rejected, 2 bad input.
            """,
        positionals: [.init("FILE", optional: true, "the body; - or nothing: standard input")],
        options: [
            .init("jsonl", nil, "JSON lines in and out"), .init("source", "SOURCE", "github, sentry or glitchtip"),
            .init("event", "NAME", "X-GitHub-Event or Sentry-Hook-Resource, as a shorthand for --header"),
            .init("header", "NAME:VALUE", "a header of the request; may be given again"),
            .init("tracker", "NAME", "the tracker of the settings it comes from"), .json, .config,
        ]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context)
        let bench = IntakeBench(settings: settings, clock: context.clock)
        if arguments.has("jsonl") {
            try runLines(bench, context)
            return .ok
        }
        let answer = bench.answer(to: try oneRequest(arguments))
        try context.show(answer.withoutNulls)
        return answer["verdict"]?.string == "accepted" ? .ok : .refused
    }

    private static func runLines(_ bench: IntakeBench, _ context: CommandContext) throws {
        var reader = LineReader(bytesMax: lineBytesMax)
        while let answer = try nextAnswer(&reader, bench) { try context.print(answer.withoutNulls.text) }
    }

    /// A line for each line, whatever is in it: who pairs them by their order must not slip by one.
    private static func nextAnswer(_ reader: inout LineReader, _ bench: IntakeBench) throws(SystemError) -> JSON? {
        do throws(SystemError) {
            return try reader.next().map(bench.answer(toLine:))
        } catch {
            guard error.isTooLarge else { throw error }
            return IntakeBench.rejected(nil, "the line is longer than \(lineBytesMax) bytes")
        }
    }

    private static func oneRequest(_ arguments: Arguments) throws -> IntakeBench.Request {
        guard let source = try arguments.choice("source", Source.self), source != .person else {
            throw CommandFailure.badInput("--source is missing: github, sentry or glitchtip")
        }
        var headers = try (arguments.values["header"] ?? []).map { text throws(CommandFailure) in
            guard let colon = text.firstIndex(of: ":") else { throw .badInput("--header takes NAME:VALUE, not '\(text)'") }
            let value = text[text.index(after: colon)...].drop { $0 == " " }
            return HeaderField(text[..<colon].lowercased(), String(value))
        }
        if let event = arguments.value("event") {
            headers.append(HeaderField(source == .github ? "x-github-event" : "sentry-hook-resource", event))
        }
        let file = arguments.positional(0) ?? "-"
        let body =
            file == "-"
            ? try Files.readAll(0, name: "standard input", bytesMax: lineBytesMax) : try Files.read(file, bytesMax: lineBytesMax)
        return IntakeBench.Request(id: nil, source: source, tracker: arguments.value("tracker"), headers: headers, body: body)
    }
}

/// Decodes and decides like the service does, and answers in JSON.
struct IntakeBench: Sendable {
    struct Request {
        var id: JSON?
        var source: Source
        var tracker: String?
        var headers: [HeaderField]
        var body: [UInt8]
    }

    private let settings: ServerSettings
    private let decoding: DecodingSettings
    private let clock: WallClock

    init(settings: ServerSettings, clock: WallClock) {
        self.settings = settings
        self.decoding = settings.decoding
        self.clock = clock
    }

    func answer(toLine line: [UInt8]) -> JSON {
        do throws(JSONError) {
            let json = try JSONParser.parse(line, limits: JSONLimits(depthMax: 256)).value
            switch request(from: json) {
            case .success(let request): return answer(to: request)
            case .failure(let problem): return Self.rejected(json["id"], problem.sentence)
            }
        } catch {
            return Self.rejected(nil, "the line is no JSON: \(error)")
        }
    }

    private struct Problem: Error { var sentence: String }

    private func request(from json: JSON) -> Result<Request, Problem> {
        guard let source = json["source"]?.string.flatMap(Source.init(rawValue:)), source != .person else {
            return .failure(Problem(sentence: "source is github, sentry or glitchtip"))
        }
        let headers = (json["headers"]?.members ?? []).compactMap { member in
            member.value.string.map { HeaderField(member.name.lowercased(), $0) }
        }
        let body: [UInt8]
        if let text = json["body_base64"]?.string {
            // Why it is no base64 does not matter to the caller.
            guard let bytes = try? Base64.decode(text) else {
                return .failure(Problem(sentence: "body_base64 is no base64"))
            }
            body = bytes
        } else if case .string(let text)? = json["body"] {
            body = Array(text.utf8)
        } else if let value = json["body"] {
            body = value.utf8
        } else {
            body = []
        }
        return .success(Request(id: json["id"], source: source, tracker: json["tracker"]?.string, headers: headers, body: body))
    }

    func answer(to request: Request) -> JSON {
        let bytesMax = request.source == .github ? settings.http.githubBodyBytes : settings.http.trackerBodyBytes
        guard request.body.count <= bytesMax else {
            return Self.rejected(request.id, "too_large: The body has \(request.body.count) bytes; the service takes at most \(bytesMax).")
        }
        do throws(WebhookRejection) {
            try verifyIfPossible(request)
        } catch {
            return Self.rejected(request.id, "\(error.code.rawValue): \(error.reason)")
        }
        do throws(DecodeFailure) {
            let event = try decodeEvent(
                source: request.source, tracker: request.tracker ?? onlyTracker(of: request.source), headers: request.headers,
                body: VerifiedBody(fromOperator: request.body), settings: decoding, receivedAt: clock.now)
            return Self.json(of: event, decideIntent(event, as: decoding, review: nil), decoding, id: request.id)
        } catch {
            return Self.rejected(request.id, "\(error.code): \(error.reason)")
        }
    }

    /// With one tracker of this kind in the settings there is nothing to choose.
    private func onlyTracker(of source: Source) -> String? {
        let ofKind = settings.trackers.filter { $0.kind.rawValue == source.rawValue }
        return ofKind.count == 1 ? ofKind[0].name : nil
    }

    private func verifyIfPossible(_ request: Request) throws(WebhookRejection) {
        switch request.source {
        case .github:
            let keys = settings.github.webhookSecrets.map { HMACKey($0.reveal()) }
            guard !keys.isEmpty else { return }
            _ = try GitHubVerifier(secrets: keys).verify(headers: request.headers, body: request.body, receivedAt: clock.now)
        case .sentry:
            let tracker = request.tracker ?? onlyTracker(of: .sentry)
            guard let settings = settings.trackers.first(where: { $0.name == tracker }), !settings.clientSecrets.isEmpty else { return }
            let verifier = SentryVerifier(tracker: settings.name, secrets: settings.clientSecrets.map { HMACKey($0.reveal()) })
            _ = try verifier.verify(method: .post, headers: request.headers, body: request.body, receivedAt: clock.now)
        case .glitchtip, .person:
            // GlitchTip's proof is in the address, which a body does not have.
            return
        }
    }

    private static func json(of event: Event, _ intent: Intent, _ settings: DecodingSettings, id: JSON?) -> JSON {
        let outcome = settlement(for: event, intent: intent, settings: settings)
        let isAccepted = outcome.state == .done
        var members: [JSON.Member] = [
            .init("id", id ?? .null), .init("verdict", .string(isAccepted ? "accepted" : "ignored")),
            .init("reason", .string(outcome.reason)), .init("event", .string(event.context.name)),
            .init("intent", .string(intent.name)),
        ]
        let tickets = outcome.tickets.map(\.draft.json)
        if let first = tickets.first { members.append(.init("ticket", first)) }
        if tickets.count > 1 { members.append(.init("tickets", .array(tickets))) }
        return .object(members)
    }

    static func rejected(_ id: JSON?, _ reason: String) -> JSON {
        ["id": id ?? .null, "verdict": "rejected", "reason": .string(reason)]
    }
}
