// The live stream: journal events as they are written, as server-sent events. A client that comes back names the last event it saw and
// misses nothing; a token that is revoked meanwhile ends its streams.

import ForgeCore
import ForgeEngine

struct EventEndpoint: Sendable {
    var store: any JournalStore & TokenStore
    var changed: Wakeup

    var all: [Endpoint] {
        let after = QueryParameter(
            name: "after", help: "Begin after this event; the Last-Event-ID header says the same and wins.",
            schema: ["type": "integer", "minimum": 0])
        return [
            Endpoint(
                method: .get, path: "/api/v1/events",
                summary: "Follow the journal live; begins with what comes next, or after Last-Event-ID.", role: .observer, query: [after],
                answer: .eventStream
            ) { request in
                // Listening begins before the position is read: what is written in between is seen.
                let calls = changed.calls()
                let feed = EventFeed(store: store, reader: request, position: try await start(of: request), calls: calls)
                let headers = [HeaderField("content-type", "text/event-stream"), HeaderField("cache-control", "no-store")]
                return HTTPResponse(status: 200, headers: headers, body: .eventStream(HTTPBodyStream { await feed.next() }))
            }
        ]
    }

    private func start(of request: AuthorizedRequest) async throws -> JournalID? {
        guard let text = request.request.header("last-event-id") ?? request.request.queryValue("after") else {
            return try await store.lastJournalID()
        }
        guard let number = Int64(text), number >= 0 else {
            throw HTTPProblem(status: 400, title: "Bad event id", detail: "Last-Event-ID is the id of an event of this stream.")
        }
        return number == 0 ? nil : JournalID(number)
    }
}

/// Reads on from where one client stands. The server asks for the next chunk only when the last is on its way.
actor EventFeed {
    static let batch = 100

    private let store: any JournalStore & TokenStore
    private let reader: AuthorizedRequest
    private var position: JournalID?
    private let calls: AsyncStream<Void>.Iterator
    /// The last read was cut off at a batch: there is no need to wait for the next.
    private var mayHaveMore = false

    init(store: any JournalStore & TokenStore, reader: AuthorizedRequest, position: JournalID?, calls: AsyncStream<Void>) {
        self.store = store
        self.reader = reader
        self.position = position
        self.calls = calls.makeAsyncIterator()
    }

    /// Nil ends the stream: the client is gone, the token was revoked, or the store fails, in which case the client comes back.
    func next() async -> [UInt8]? {
        while await isDue() {
            do throws(StoreError) {
                guard try await store.token(digest: reader.tokenDigest) != nil else { return nil }
                let events = try await store.journal(after: position, stream: nil, limit: Self.batch, scope: reader.scope)
                mayHaveMore = events.count == Self.batch
                guard let last = events.last else { continue }
                position = last.id
                return events.flatMap(Self.bytes)
            } catch {
                return nil
            }
        }
        return nil
    }

    /// Waits until there may be something; false when nobody reads any more.
    private func isDue() async -> Bool {
        if mayHaveMore { return !Task.isCancelled }
        // An actor's property cannot be lent out over a suspension; the iterator's copies share one buffer.
        var next = calls
        return await next.next(isolation: self) != nil
    }

    private static func bytes(_ event: JournalEvent) -> [UInt8] {
        Array("id: \(event.id)\nevent: \(event.new.kind)\ndata: \(event.json.text)\n\n".utf8)
    }
}
