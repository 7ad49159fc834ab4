// `forge bench model`: what it costs to listen to models. The far side is a small server of our own in another process, so that memory and
// processor time measured here are the listener's alone.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeServer
import ForgeSystem
import Synchronization

enum ModelBench {
    static let all = [command, server]

    private static let eventsPerPiece = 50
    private static let memoryMax = 150_000_000
    private static let millisecondsMax = 1.0

    private static let command = CommandSpecification(
        "bench model", "processor time of a streamed event, and memory of many open streams",
        details: """
            First the adapters alone: events of each wire format out of memory, in pieces of 16 KiB. Then --streams answers at once over real
            connections from a server in another process: memory while all are open, and processor time for the rest of the events.
            Exit code 1 when a bar is missed: 1 ms for 1,000 events in an adapter, 150 MB with 1,000 streams open.
            """,
        options: [
            .init("events", "N", "events of each adapter (default 200000)"), .init("streams", "N", "open at once (default 1000)"),
            .init("pieces", "N", "pieces of \(eventsPerPiece) events that follow in each stream (default 20)"), .json,
        ]
    ) { arguments, context in
        let count = try arguments.integer("events", in: 1_000...100_000_000, default: 200_000)
        let streams = try arguments.integer("streams", in: 1...10_000, default: 1_000)
        let pieces = try arguments.integer("pieces", in: 1...10_000, default: 20)
        var alone: [(wire: ModelWire, milliseconds: Double)] = []
        for wire in ModelWire.allCases { alone.append((wire, try adapter(wire, events: count))) }
        let crowd = try await crowd(streams: streams, pieces: pieces)
        let isGood = alone.allSatisfy { $0.milliseconds <= millisecondsMax } && crowd.bytes <= memoryMax
        if arguments.has("json") {
            try context.show([
                "schema": 1, "bench": "model",
                "adapters": .object(alone.map { .init($0.wire.rawValue, JSON($0.milliseconds, decimals: 3)) }),
                "streams": JSON(streams), "resident_bytes": JSON(crowd.bytes), "resident_bytes_before": JSON(crowd.bytesBefore),
                "connected_milliseconds": JSON(crowd.milliseconds, decimals: 3), "passed": .bool(isGood),
            ])
            return isGood ? .ok : .refused
        }
        for one in alone {
            try context.print(
                "adapter \(one.wire.rawValue): \(JSON(one.milliseconds, decimals: 3).text) ms for 1000 events (bar: at most 1)")
        }
        try context.print(
            "\(streams) streams open: \(JSON(Double(crowd.bytes) / 1e6, decimals: 1).text) MB resident, "
                + "\(JSON(Double(crowd.bytesBefore) / 1e6, decimals: 1).text) MB before (bar: at most 150 MB)")
        try context.print(
            "over connections: \(JSON(crowd.milliseconds, decimals: 3).text) ms for 1000 events, libcurl and the kernel included")
        return isGood ? .ok : .refused
    }

    // MARK: Adapters alone

    private static func adapter(_ wire: ModelWire, events: Int) throws -> Double {
        var bytes = opening(wire)
        for number in 0..<events { bytes += delta(wire, number) }
        bytes += ending(wire)
        let pieces = stride(from: 0, to: bytes.count, by: 16_384).map { Array(bytes[$0..<min(bytes.count, $0 + 16_384)]) }
        let began = ProcessFacts.processorNanoseconds
        var stream = TurnStream(wire, model: "bench")
        var heard = 0
        for piece in pieces { heard += try stream.take(piece).count }
        let reply = try stream.reply()
        let spent = ProcessFacts.processorNanoseconds - began
        guard heard == events, !reply.text.isEmpty else { throw CommandFailure.failed("the adapter heard \(heard) of \(events) events") }
        return Double(spent) / 1e6 / (Double(events) / 1_000)
    }

    private static func event(_ json: JSON) -> [UInt8] {
        Array("event: \(json["type"]?.string ?? "message")\ndata: \(json.text)\n\n".utf8)
    }

    private static func opening(_ wire: ModelWire) -> [UInt8] {
        switch wire {
        case .anthropic:
            event(["type": "message_start", "message": ["id": "m", "model": "bench", "usage": ["input_tokens": 9, "output_tokens": 1]]])
                + event(["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]])
        case .openAIChat: []
        case .openAIResponses: event(["type": "response.created", "response": ["id": "r", "status": "in_progress"]])
        }
    }

    /// About a word, as they come.
    private static func delta(_ wire: ModelWire, _ number: Int) -> [UInt8] {
        let word = JSON.string(" word\(number % 100)")
        return switch wire {
        case .anthropic: event(["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": word]])
        case .openAIChat:
            Array(
                "data: \(JSON.object([.init("id", "chatcmpl-bench"), .init("object", "chat.completion.chunk"), .init("created", 1_790_000_000), .init("model", "bench"), .init("choices", [["index": 0, "delta": ["content": word], "logprobs": nil, "finish_reason": nil]])]).text)\n\n"
                    .utf8)
        case .openAIResponses:
            event([
                "type": "response.output_text.delta", "sequence_number": JSON(number), "item_id": "msg_bench", "output_index": 0,
                "content_index": 0, "delta": word, "logprobs": [],
            ])
        }
    }

    private static func ending(_ wire: ModelWire) -> [UInt8] {
        switch wire {
        case .anthropic:
            event(["type": "content_block_stop", "index": 0])
                + event(["type": "message_delta", "delta": ["stop_reason": "end_turn"], "usage": ["output_tokens": 9]])
                + event(["type": "message_stop"])
        case .openAIChat:
            event(["choices": [["index": 0, "delta": .object([]), "finish_reason": "stop"]]]) + Array("data: [DONE]\n\n".utf8)
        case .openAIResponses:
            event([
                "type": "response.completed",
                "response": [
                    "status": "completed", "output": [["type": "message", "content": [["type": "output_text", "text": "words"]]]],
                ],
            ])
        }
    }

    // MARK: Many at once

    private struct Crowd {
        var bytes: Int
        var bytesBefore: Int
        var milliseconds: Double
    }

    private static func crowd(streams: Int, pieces: Int) async throws -> Crowd {
        var child = try ChildProcess.start(
            ProcessFacts.executablePath, arguments: ["bench", "model-server", "--pieces", "\(pieces)"], environment: [:])
        var lines = LineReader(descriptor: child.output)
        guard let port = try lines.next().flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else {
            throw CommandFailure.failed("the server of the bench did not start")
        }
        defer {
            child.closeInput()
            _ = child.wait()
        }
        var settings = HTTPClientSettings()
        settings.connectionsMax = streams + 1
        settings.waitsToShare = false
        let client = HTTPClient(settings)
        let before = ProcessFacts.residentBytes ?? 0
        let url = "http://127.0.0.1:\(port)"
        let wall = WallClock { Timestamp(milliseconds: 0) }
        let model = StreamedModel(
            "bench", at: ModelEndpoint(.anthropic, baseURL: url), client: client, clock: ContinuousClock(), wall: wall)
        let beginnings = Beginnings(streams)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<streams {
                group.addTask {
                    let heard = Stage()
                    // A stream that fails must not be waited for.
                    defer { if heard.next() == 0 { beginnings.one() } }
                    let reply = try await model.attempt(ModelRequest(role: "bench", system: "", messages: [.material("x")])) { _ in
                        if heard.next() == 0 { beginnings.one() }
                    }
                    return reply.text.utf8.count
                }
            }
            await beginnings.all()
            let bytes = ProcessFacts.residentBytes ?? 0
            let began = ProcessFacts.processorNanoseconds
            _ = try await client.send(OutgoingRequest(.get, "\(url)/go"))
            var heard = 0
            for try await length in group { heard += length }
            let spent = ProcessFacts.processorNanoseconds - began
            let events = Double(streams * pieces * eventsPerPiece)
            guard heard > streams * pieces * eventsPerPiece else { throw CommandFailure.failed("answers were lost") }
            return Crowd(bytes: bytes, bytesBefore: before, milliseconds: Double(spent) / 1e6 / (events / 1_000))
        }
    }

    /// Waits until each stream has said something.
    private final class Beginnings: Sendable {
        private struct State {
            var left: Int
            var waiter: CheckedContinuation<Void, Never>?
        }
        private let state: Mutex<State>

        init(_ count: Int) { state = Mutex(State(left: count)) }

        func one() {
            let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                state.left -= 1
                guard state.left == 0 else { return nil }
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }

        func all() async {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.left > 0 { state.waiter = continuation }
                    return state.left <= 0
                }
                if isOver { continuation.resume() }
            }
        }
    }

    // MARK: The far side

    private static let server = CommandSpecification(
        "bench model-server", "the far side of 'bench model', until its standard input ends",
        options: [.init("pieces", "N", "pieces that follow after /go")], isHidden: true
    ) { arguments, context in
        let pieces = try arguments.integer("pieces", in: 1...10_000, default: 20)
        let gate = Gate()
        var limits = ServerLimits()
        limits.connections = 12_000
        limits.connectionsPerAddress = 12_000
        limits.requestsPerAddressMinute = 0
        let dependencies = ServerDependencies(
            log: .silent, metrics: Metrics(), monotonic: { MonotonicClock.nanoseconds }, requestIDs: RequestNames().next)
        let go = HTTPRoute(.get, "/go") { _ in
            gate.open()
            return HTTPResponse(status: 200, text: "going")
        }
        let messages = HTTPRoute(.post, "/v1/messages", bodyBytesMax: 1 << 20) { _ in answer(pieces, gate) }
        guard let listen = ListenAddress("127.0.0.1:0") else { preconditionFailure("it is an address") }
        let server = HTTPServer(listen: listen, routes: [go, messages], limits: limits, dependencies: dependencies)
        let port = try server.start()
        try context.print("\(port)")
        _ = try Files.readAll(0, name: "standard input", bytesMax: 1 << 10)
        gate.open()
        await server.stop(within: .seconds(1))
        return .ok
    }

    private static func answer(_ pieces: Int, _ gate: Gate) -> HTTPResponse {
        let deltas = (0..<eventsPerPiece).flatMap { delta(.anthropic, $0) }
        let stage = Stage()
        let stream = HTTPBodyStream {
            let number = stage.next()
            if number == 0 { return opening(.anthropic) + delta(.anthropic, 0) }
            if number == 1 { await gate.pass() }
            if number <= pieces { return deltas }
            return number == pieces + 1 ? ending(.anthropic) : nil
        }
        return HTTPResponse(status: 200, headers: [HeaderField("content-type", "text/event-stream")], body: .eventStream(stream))
    }

    private final class Stage: Sendable {
        private let number = Mutex(0)

        func next() -> Int {
            number.withLock { number in
                defer { number += 1 }
                return number
            }
        }
    }

    /// Shut until it is opened, then for ever open.
    private final class Gate: Sendable {
        private struct State {
            var isOpen = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }
        private let state = Mutex(State())

        func open() {
            let waiters = state.withLock { state in
                state.isOpen = true
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiters.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }
    }
}
