// Lets a program without key and network use models: takes its request, decides, sets money aside, asks the provider with the key, and hands
// back the answer as it comes. The key, the provider's headers and whatever the program calls a key itself never pass: of the answer's head
// only the status and two harmless headers do, and the key is taken out of every line.

package import ForgeCore
package import ForgeHTTP

package struct BrokerLimits: Sendable {
    package var bodyBytesMax = 32 << 20
    /// From the request to the answer's last byte.
    package var timeMax = Duration.seconds(1_800)
    /// Between two pieces of an answer.
    package var idleMax = Duration.seconds(300)
    /// Answers that may wait to be passed on.
    package var streamsMax = 32

    package init() {}
}

package final class ModelBroker: Sendable {
    private let endpoints: [ModelWire: ModelEndpoint]
    private let policy: BrokerPolicy
    private let purse: BrokerPurse
    private let catalog: ModelCatalog
    private let client: HTTPClient
    private let limits: BrokerLimits
    private let streams: AsyncStream<BrokeredStream>
    private let queue: AsyncStream<BrokeredStream>.Continuation

    package init(
        endpoints: [ModelEndpoint], policy: BrokerPolicy, purse: BrokerPurse, catalog: ModelCatalog, client: HTTPClient,
        limits: BrokerLimits = BrokerLimits()
    ) {
        self.endpoints = Dictionary(endpoints.map { ($0.wire, $0) }) { first, _ in first }
        self.policy = policy
        self.purse = purse
        self.catalog = catalog
        self.client = client
        self.limits = limits
        (streams, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limits.streamsMax))
    }

    /// One for each way of asking, also for those that no endpoint is known for: the answer says so.
    package var routes: [HTTPRoute] {
        ModelWire.allCases.map { wire in
            HTTPRoute(.post, "/v1/\(wire.path)", bodyBytesMax: limits.bodyBytesMax) { [self] request in
                do throws(BrokerRefusal) {
                    return try await answer(request, wire)
                } catch {
                    return error.response(wire)
                }
            }
        }
    }

    /// Passes streams on until cancelled; then those that go on are cut, and what they cost is counted.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await stream in streams { group.addTask { await stream.pass() } }
        }
    }

    private func answer(_ request: HTTPRequest, _ wire: ModelWire) async throws(BrokerRefusal) -> HTTPResponse {
        guard let endpoint = endpoints[wire] else {
            let known = endpoints.keys.map { "/v1/\($0.path)" }.sorted().joined(separator: ", ")
            throw BrokerRefusal(.invalid, "this way of asking is not offered here; offered: \(known)")
        }
        let asked = try BrokerRequest(wire, request.body, isOpenAI: endpoint.isOpenAI, policy: policy)
        let settle = try await purse.reserve(
            BrokerPurse.Call(
                model: asked.model, inputTokensMax: asked.inputTokensMax, answerTokensMax: asked.answerTokensMax, timeMax: limits.timeMax))
        var outgoing = endpoint.request(asked.body, headers: Self.passedOn(request.headers, wire))
        outgoing.limits.total = limits.timeMax
        outgoing.limits.idle = limits.idleMax
        outgoing.limits.firstByte = limits.idleMax
        outgoing.limits.bodyBytesMax = limits.bodyBytesMax
        do throws(HTTPClientError) {
            let (head, body) = try await client.open(outgoing)
            let meter = BrokerMeter(wire, asked: asked.model, catalog: catalog, isStream: head.isEventStream)
            guard head.isEventStream, head.status == 200 else { return try await whole(head, body, endpoint, meter, settle) }
            let relay = StreamRelay { body.stop() }
            let stream = BrokeredStream(body: body, relay: relay, endpoint: endpoint, meter: meter, settle: settle)
            guard case .enqueued = queue.yield(stream) else {
                body.stop()
                await settle(.unknown(isWhole: false))
                return BrokerRefusal(.unavailable, "too many answers are under way").response(wire)
            }
            let reader = RelayReader(relay)
            return HTTPResponse(
                status: 200, headers: Self.handedBack(head), body: .stream(HTTPBodyStream { await reader.next() }))
        } catch {
            // Once anything was sent, the question may have been read.
            await settle(error.mayBeDone ? .unknown(isWhole: false) : .nothing)
            throw BrokerRefusal(.unavailable, "the model could not be asked: \(endpoint.hidingKey(in: error.message))")
        }
    }

    /// An answer in one piece: an error, or one that was not asked to stream.
    private func whole(
        _ head: ResponseHead, _ body: ResponseBody, _ endpoint: ModelEndpoint, _ meter: BrokerMeter,
        _ settle: @Sendable (BrokerPurse.Outcome) async -> Void
    ) async throws(HTTPClientError) -> HTTPResponse {
        var bytes: [UInt8] = []
        while let chunk = try await body.next() { bytes += chunk }
        var meter = meter
        meter.read(bytes)
        meter.end()
        await settle(head.status == 200 ? meter.outcome(isWhole: true) : .nothing)
        return HTTPResponse(status: head.status, headers: Self.handedBack(head), body: .bytes(endpoint.hidingKey(in: bytes)))
    }

    // MARK: Headers

    private static let betas = [
        "claude-code-", "interleaved-thinking-", "fine-grained-tool-streaming-", "context-management-", "compact-", "prompt-caching-",
        "effort-",
    ]

    /// Of the program's own headers, what only says how the answer is to be written.
    private static func passedOn(_ headers: [HeaderField], _ wire: ModelWire) -> [HeaderField] {
        guard wire == .anthropic else { return [] }
        var passed = headers.filter { $0.name == "anthropic-version" }.prefix(1)
        let named = headers.filter { $0.name == "anthropic-beta" }.flatMap { $0.value.split(separator: ",") }.map(\.trimmed)
        let known = named.filter { beta in betas.contains { beta.hasPrefix($0) } }
        if !known.isEmpty { passed.append(HeaderField("anthropic-beta", known.joined(separator: ","))) }
        return Array(passed)
    }

    private static func handedBack(_ head: ResponseHead) -> [HeaderField] {
        let type = head.header("content-type") ?? "application/json"
        let again = head.header("retry-after").map { [HeaderField("retry-after", $0)] } ?? []
        return [HeaderField("content-type", type)] + again
    }
}

/// An answer while it is passed on.
struct BrokeredStream: Sendable {
    var body: ResponseBody
    var relay: StreamRelay
    var endpoint: ModelEndpoint
    var meter: BrokerMeter
    var settle: @Sendable (BrokerPurse.Outcome) async -> Void

    func pass() async {
        var meter = meter
        var lines = WholeLines()
        var cut: BrokerRefusal?
        do throws(HTTPClientError) {
            while let chunk = try await body.next() {
                meter.read(chunk)
                let whole = lines.take(chunk)
                if !whole.isEmpty, await !relay.give(endpoint.hidingKey(in: whole)) { break }
            }
        } catch {
            cut = BrokerRefusal(.unavailable, "the stream was cut: \(endpoint.hidingKey(in: error.message))")
        }
        body.stop()
        meter.end()
        // Before the last bytes are given: whoever has them finds the call counted.
        await settle(meter.outcome(isWhole: meter.isEnded))
        if !lines.rest.isEmpty { _ = await relay.give(endpoint.hidingKey(in: lines.rest)) }
        if let cut { _ = await relay.give(cut.event(meter.wire)) }
        relay.end()
    }
}

/// Holds an unfinished line back: what is to be hidden may not be whole. A line of endless length goes out in pieces.
struct WholeLines {
    private static let bytesMax = 1 << 20
    private(set) var rest: [UInt8] = []

    mutating func take(_ chunk: [UInt8]) -> [UInt8] {
        guard let end = chunk.lastIndex(of: UInt8(ascii: "\n")) else {
            rest += chunk
            guard rest.count > Self.bytesMax else { return [] }
            defer { rest = [] }
            return rest
        }
        let whole = rest + chunk[...end]
        rest = Array(chunk[(end + 1)...])
        return whole
    }
}

/// What an answer cost, read while it goes by.
struct BrokerMeter: Sendable {
    let wire: ModelWire
    private let asked: String
    private let catalog: ModelCatalog
    private var meter: UsageMeter

    init(_ wire: ModelWire, asked: String, catalog: ModelCatalog, isStream: Bool) {
        self.wire = wire
        self.asked = asked
        self.catalog = catalog
        meter = UsageMeter(wire, isStream: isStream)
    }

    var isEnded: Bool { meter.isEnded }

    mutating func read(_ bytes: [UInt8]) { meter.read(bytes) }
    mutating func end() { meter.end() }

    func outcome(isWhole: Bool) -> BrokerPurse.Outcome {
        guard let usage = meter.usage else { return .unknown(isWhole: isWhole) }
        return .used(catalog.priced(usage, model: meter.model ?? asked, asked: asked), isWhole: isWhole)
    }
}

extension ResponseHead {
    fileprivate var isEventStream: Bool { header("content-type")?.lowercased().hasPrefix("text/event-stream") ?? false }
}

extension ModelEndpoint {
    /// The same bytes where the key is not among them, which is always but when a provider repeats it.
    func hidingKey(in bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        let hidden = hidingKey(in: text)
        return hidden == text ? bytes : Array(hidden.utf8)
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
