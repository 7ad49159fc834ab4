// The live stream: nothing missed, nothing twice, resumed where the client stood, ended with the token.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct EventStreamTests {
    private struct ServerSentEvent: Equatable {
        var id: Int64
        var name: String
        var data: JSON
    }

    /// Reads the fields of the events in a chunk; anything else in it is an error of the test.
    private func events(in chunk: [UInt8]?) throws -> [ServerSentEvent] {
        let text = String(decoding: try #require(chunk), as: UTF8.self)
        try #require(text.hasSuffix("\n\n"))
        return try text.dropLast(2).split(separator: "\n\n").map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            try #require(lines.count == 3)
            func field(_ index: Int, _ name: String) throws -> String {
                try #require(lines[index].hasPrefix("\(name): "))
                return String(lines[index].dropFirst(name.count + 2))
            }
            let id = try #require(Int64(try field(0, "id")))
            return ServerSentEvent(id: id, name: try field(1, "event"), data: try JSONParser.parse(try field(2, "data")))
        }
    }

    private func append(_ range: Range<Int>, to scene: ConsoleScene, tenant: Tenant? = ConsoleScene.ours) async throws {
        for index in range {
            let new = NewJournalEvent(stream: "ticket/\(index)", tenant: tenant, kind: "ticket.opened", payload: ["n": JSON(index)])
            _ = try await scene.store.append(new)
        }
        scene.changed.notify()
    }

    private func open(_ scene: ConsoleScene, as token: String, after: String? = nil) async throws -> HTTPBodyStream {
        let answer = try await scene.send(
            .get, "/api/v1/events", as: token, headers: after.map { [HeaderField("last-event-id", $0)] } ?? [])
        try #require(answer.status == 200)
        #expect(answer.header("content-type") == "text/event-stream")
        #expect(answer.header("cache-control") == "no-store")
        return try answer.stream
    }

    /// Where the journal stands: creating a token is an event of its tenant, too.
    private func end(of scene: ConsoleScene) async throws -> String {
        try await scene.store.lastJournalID()?.description ?? "0"
    }

    @Test func `an event has the journal's number, its kind and its link as JSON`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer, tenant: ConsoleScene.ours)
        let stream = try await open(scene, as: token, after: try await end(of: scene))
        try await append(0..<1, to: scene)
        let stored = try #require(try await scene.store.journal(after: nil, stream: "ticket/0", limit: 1, scope: .all).first)
        let received = try events(in: await stream.next())
        #expect(received == [ServerSentEvent(id: stored.id.number, name: "ticket.opened", data: stored.json)])
    }

    @Test func `without a place to begin the stream begins with what comes next`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer)
        try await append(0..<5, to: scene)
        let stream = try await open(scene, as: token)
        try await append(5..<7, to: scene)
        #expect(try events(in: await stream.next()).map { $0.data["payload"]?["n"]?.integer } == [5, 6])
    }

    @Test func `a client that comes back with Last-Event-ID misses nothing and sees nothing twice`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer, tenant: ConsoleScene.ours)
        var seen: [ServerSentEvent] = []
        var last = try await end(of: scene)
        var written = 0
        while written < 700 {
            let stream = try await open(scene, as: token, after: last)
            try await append(written..<written + 70, to: scene)
            written += 70
            seen += try events(in: await stream.next())
            last = String(try #require(seen.last).id)
        }
        #expect(seen.map { $0.data["payload"]?["n"]?.integer } == (0..<700).map(Int64.init))
    }

    @Test func `what is behind by more than a batch comes without waiting for a further event`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer, tenant: ConsoleScene.ours)
        let start = try await end(of: scene)
        try await append(0..<250, to: scene)
        let stream = try await open(scene, as: token, after: start)
        var seen: [Int64?] = []
        for _ in 0..<3 { seen += try events(in: await stream.next()).map { $0.data["payload"]?["n"]?.integer } }
        #expect(seen == (0..<250).map(Int64.init))
    }

    @Test func `a stream waits for what is not there yet`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer, tenant: ConsoleScene.ours)
        let stream = try await open(scene, as: token)
        async let chunk = stream.next()
        try await append(0..<1, to: scene)
        #expect(try events(in: await chunk).count == 1)
    }

    @Test func `calls without news and other tenants' events do not come through`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer, tenant: ConsoleScene.ours)
        let stream = try await open(scene, as: token)
        try await append(0..<3, to: scene, tenant: ConsoleScene.theirs)
        scene.changed.notify()
        try await append(3..<4, to: scene)
        #expect(try events(in: await stream.next()).map { $0.data["payload"]?["n"]?.integer } == [3])
    }

    @Test func `the stream ends when its token is revoked`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer, tenant: ConsoleScene.ours)
        let stream = try await open(scene, as: token)
        try await append(0..<1, to: scene)
        #expect(await stream.next() != nil)
        async let after = stream.next()
        try await scene.revokeNewestToken()
        try await append(1..<2, to: scene)
        #expect(await after == nil)
    }

    @Test func `the stream ends when the store fails, so that the client comes back`() async throws {
        let scene = ConsoleScene()
        let stream = try await open(scene, as: try await scene.token(.observer))
        scene.store.failNext(.busy, call: "journal")
        scene.changed.notify()
        #expect(await stream.next() == nil)
    }

    @Test func `the stream ends when the client is gone`() async throws {
        let scene = ConsoleScene()
        let stream = try await open(scene, as: try await scene.token(.observer))
        let ending = await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { await stream.next() }
            group.cancelAll()
            return await group.next() ?? []
        }
        #expect(ending == nil)
    }

    @Test(arguments: ["x", "-1", "99999999999999999999", "1.5", ""])
    func `a place that is none is refused`(_ place: String) async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer)
        let answer = try await scene.send(.get, "/api/v1/events", as: token, headers: [HeaderField("last-event-id", place)])
        #expect(answer.status == 400)
    }

    @Test func `the header wins over the query`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer, tenant: ConsoleScene.ours)
        try await append(0..<3, to: scene)
        let first = try #require(try await scene.store.journal(after: nil, stream: "ticket/1", limit: 1, scope: .all).first)
        let answer = try await scene.send(
            .get, "/api/v1/events?after=0", as: token, headers: [HeaderField("last-event-id", first.id.description)])
        #expect(try events(in: await answer.stream.next()).map { $0.data["payload"]?["n"]?.integer } == [2])
    }
}
