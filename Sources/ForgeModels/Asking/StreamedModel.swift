// A model at an endpoint: the request goes out, the stream is read as it comes, and what ends it badly is told in the terms of retries. It
// must never let a call out of a turn that did not end, nor a key into a message.

package import ForgeCore
package import ForgeHTTP

package struct StreamedModel: ModelAttempt {
    /// Of a refusal; the rest is nobody's reading.
    private static let refusalBytesMax = 64 << 10

    package let name: String
    private let endpoint: ModelEndpoint
    private let client: HTTPClient
    private let catalog: ModelCatalog
    private let limits: StreamLimits
    private let clock: any Clock<Duration>
    private let wall: WallClock

    package init(
        _ name: String, at endpoint: ModelEndpoint, client: HTTPClient, catalog: ModelCatalog = .empty,
        limits: StreamLimits = StreamLimits(),
        clock: any Clock<Duration>, wall: WallClock
    ) {
        self.name = name
        self.endpoint = endpoint
        self.client = client
        self.catalog = catalog
        self.limits = limits
        self.clock = clock
        self.wall = wall
    }

    package func attempt(
        _ request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelFault) -> ModelReply {
        do throws(ModelFault) {
            let (head, body) = try await open(request)
            guard head.status == 200 else { throw await refusal(head, body) }
            try await checkType(head, body)
            let turn = TurnStream(endpoint.wire, model: name, eventBytesMax: limits.bytesMax)
            var stream = AnswerStream(turn, limits: limits)
            var reply = try await stream.read(body, by: clock, events)
            reply.usage = catalog.priced(reply.usage, model: reply.model, asked: name)
            return reply
        } catch {
            throw shown(error)
        }
    }

    private func open(_ request: ModelRequest) async throws(ModelFault) -> (ResponseHead, ResponseBody) {
        let body = endpoint.wire.body(request, model: name, isOpenAI: endpoint.isOpenAI)
        var outgoing = endpoint.request(body, headers: [HeaderField("accept", "text/event-stream")])
        outgoing.limits.firstByte = limits.idle
        outgoing.limits.idle = limits.idle
        outgoing.limits.total = limits.total
        // A token comes in an event of its own, with a hundred or two bytes around it.
        outgoing.limits.bodyBytesMax = max(limits.bytesMax, request.answerTokensMax.multipliedReportingOverflow(by: 400).partialValue)
        do throws(HTTPClientError) {
            return try await client.open(outgoing)
        } catch {
            throw ModelFault(error)
        }
    }

    private func refusal(_ head: ResponseHead, _ body: ResponseBody) async -> ModelFault {
        let text = await beginning(of: body)
        return ProviderError(endpoint.wire, status: head.status, body: text).fault(AnswerHints(head, now: wall.now))
    }

    /// A page that came with 200 is somebody else's: a proxy's, or what stands at a wrong address.
    private func checkType(_ head: ResponseHead, _ body: ResponseBody) async throws(ModelFault) {
        guard let type = head.header("content-type"), !type.lowercased().hasPrefix("text/event-stream") else { return }
        let text = await beginning(of: body)
        // Some servers complain with 200; what is no JSON is told by its first words.
        if let json = try? JSONParser.parse(text).value, json["error"] != nil {
            throw ProviderError(endpoint.wire, json).fault(duringStream: false)
        }
        let words = ProviderError.firstWords(String(decoding: text, as: UTF8.self))
        throw ModelFault(.malformed, "it answered with \(ProviderError.firstWords(type)) and no stream of events: \(words)", .nextModel)
    }

    private func beginning(of body: ResponseBody) async -> [UInt8] {
        var bytes: [UInt8] = []
        // Whatever ends it, the words that came are all there is to tell.
        while bytes.count < Self.refusalBytesMax, let piece = try? await body.next() { bytes += piece }
        return Array(bytes.prefix(Self.refusalBytesMax))
    }

    /// With the model's name before it, and the key nowhere.
    private func shown(_ fault: ModelFault) -> ModelFault {
        var fault = fault
        fault.error.message = endpoint.hidingKey(in: "\(name): \(fault.error.message)")
        fault.usage = fault.usage.map { catalog.priced($0, model: name, asked: name) }
        return fault
    }
}

extension ModelFault {
    init(_ error: HTTPClientError) {
        switch error.kind {
        case .cancelled: self.init(.cancelled, error.message, .none)
        case .tooLarge: self.init(.malformed, error.message, .none)
        case .nameNotFound, .connectFailed, .timedOut, .connectionLost: self.init(.unavailable, error.message, .again)
        case .invalidURL, .tlsFailed, .tooManyRedirects, .addressRefused, .malformed: self.init(.unavailable, error.message, .nextModel)
        }
    }
}
