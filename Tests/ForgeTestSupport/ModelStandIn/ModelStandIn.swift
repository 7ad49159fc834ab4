// A small provider of models for the tests: the three wire formats, what a test wrote down to be said, and everything that goes wrong there.
// It keeps conversations: what no client should send stands in `violations`. It must never listen beyond loopback.

package import ForgeCore
import Foundation
import Synchronization

package final class ModelStandIn: Sendable {
    package struct Request: Sendable {
        package var wire: StandInWire
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]
        package var json: JSON

        package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    private struct State {
        var turns: [StandInTurn] = []
        var faults: [StandInModelFault] = []
        var requests: [Request] = []
        var violations: [String] = []
        /// What the last prompt of each conversation held, message by message.
        var conversations: [[String]] = []
    }

    /// Put together here: nobody shall take it for a real one.
    package static let key = ["stand", "in", "key", String(repeating: "7", count: 24)].joined(separator: "-")

    private let state = Mutex(State())
    private let listener = Mutex<LoopbackListener?>(nil)
    package let port: Int

    package init() throws {
        let answers = Answers()
        let listener = try LoopbackListener { answers.answer($0) }
        port = listener.port
        self.listener.withLock { $0 = listener }
        answers.standIn.withLock { $0 = Unowned(self) }
    }

    deinit { listener.withLock { $0?.stop() } }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { state.withLock { $0.requests } }
    package var violations: [String] { state.withLock { $0.violations } }

    /// What it says next, one after the other; without one it says `ok`.
    package func say(_ turns: StandInTurn...) { state.withLock { $0.turns += turns } }

    /// What goes wrong next, one request after the other. A turn is only used up when its stream began.
    package func fail(_ faults: StandInModelFault...) { state.withLock { $0.faults += faults } }

    // MARK: Answers

    private struct Unowned: Sendable {
        weak var standIn: ModelStandIn?

        init(_ standIn: ModelStandIn) { self.standIn = standIn }
    }

    private final class Answers: Sendable {
        let standIn = Mutex<Unowned?>(nil)

        func answer(_ request: WireRequest) -> WireResponse {
            standIn.withLock { $0?.standIn }?.answer(request) ?? WireResponse(status: 503)
        }
    }

    private func answer(_ request: WireRequest) -> WireResponse {
        guard let wire = Self.wire(of: request), let json = try? JSONParser.parse(request.body).value else {
            state.withLock { $0.violations.append("\(request.line) is nothing that it knows") }
            return WireResponse(status: 404, headers: [("content-type", "application/json")], body: Array("{}".utf8))
        }
        let (fault, turn) = state.withLock { state -> (StandInModelFault?, StandInTurn) in
            let seen = Request(wire: wire, headers: request.headers, body: request.body, json: json)
            state.requests.append(seen)
            state.violations += StandInCheck(seen).violations
            Self.follow(seen, &state)
            let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
            let isSaid = fault.map(Self.keepsTurn) ?? true
            let turn = isSaid && !state.turns.isEmpty ? state.turns.removeFirst() : state.turns.first ?? StandInTurn("ok")
            return (fault, turn)
        }
        return Self.answer(turn.events(wire, model: json["model"]?.string ?? ""), wire, fault)
    }

    /// Whether what the fault leaves is still the turn.
    private static func keepsTurn(_ fault: StandInModelFault) -> Bool {
        switch fault {
        case .drip, .dripBytes: true
        default: false
        }
    }

    private static func wire(of request: WireRequest) -> StandInWire? {
        switch request.line {
        case "POST /v1/messages": .messages
        case "POST /v1/chat/completions": .chat
        case "POST /v1/responses": .responses
        default: nil
        }
    }

    private static func stream(_ events: some Sequence<String>) -> WireResponse {
        WireResponse(
            status: 200, headers: [("content-type", "text/event-stream; charset=utf-8")], body: events.flatMap { Array($0.utf8) })
    }

    private static func answer(_ events: [String], _ wire: StandInWire, _ fault: StandInModelFault?) -> WireResponse {
        switch fault {
        case nil: return stream(events)
        case .status(let status, let word, let message, let headers)?:
            let error: JSON = ["type": .string(word), "code": .string(word), "message": .string(message)]
            let body: JSON = wire == .messages ? ["type": "error", "error": error, "request_id": "req_1"] : ["error": error]
            return WireResponse(status: status, headers: [("content-type", "application/json")] + headers, body: body.utf8)
        case .page(let status, let type, let text)?:
            return WireResponse(status: status, headers: [("content-type", type)], body: Array(text.utf8))
        case .errorEvent(let count, let word)?: return stream(events.prefix(count) + [StandInTurn.errorEvent(wire, word)])
        case .cut(let count)?:
            var response = stream(events)
            response.ending = .reset(
                afterBytes: response.bytes(withBody: false).count + events.prefix(count).reduce(0) { $0 + $1.utf8.count })
            return response
        case .ends(let count)?: return stream(events.prefix(count))
        case .noEnding?: return stream(events.dropLast(wire == .responses ? 1 : 2))
        case .huge(let bytes)?:
            let piece = String(repeating: "long ", count: 2_000)
            var turn = StandInTurn()
            turn.text = Array(repeating: piece, count: bytes / piece.utf8.count + 1)
            return stream(turn.events(wire, model: "huge"))
        case .drip(let drip)?:
            return Feed(events.map { Array($0.utf8) }, drip).response
        case .dripBytes(let drip)?:
            return Feed(events.flatMap(\.utf8).map { [$0] }, drip).response
        case .silence?: return WireResponse(status: 200, ending: .silence)
        case .reset?: return WireResponse(status: 200, ending: .reset(afterBytes: 0))
        }
    }

    private final class Feed: Sendable {
        let rest: Mutex<ArraySlice<[UInt8]>>
        let drip: StandInDrip

        init(_ pieces: [[UInt8]], _ drip: StandInDrip) {
            rest = Mutex(pieces[...])
            self.drip = drip
        }

        var response: WireResponse {
            var response = WireResponse(status: 200, headers: [("content-type", "text/event-stream")])
            response.feed = { self.rest.withLock { self.drip.next(&$0) } }
            return response
        }
    }

    // MARK: Conversations

    /// A prompt goes on where one before ended, or begins a conversation of its own.
    private static func follow(_ request: Request, _ state: inout State) {
        let parts = StandInCheck(request).prompt
        let own = state.conversations.lastIndex { $0.first == parts.first && $0.dropFirst().first == parts.dropFirst().first }
        guard let own else {
            state.conversations.append(parts)
            return
        }
        if !parts.starts(with: state.conversations[own]) {
            let place = zip(parts, state.conversations[own]).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            state.violations.append("the prompt is another one from part \(place ?? parts.count) on")
        }
        state.conversations[own] = parts
    }
}
