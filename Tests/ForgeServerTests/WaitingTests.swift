// Handlers that wait, streams that go on, and the server's end while they do.

import ForgeCore
import ForgeServer
import Glibc
import Synchronization
import Testing

/// A stream whose chunks the test hands out one by one, and which knows how often it was asked and whether it was cancelled.
private final class Tap: Sendable {
    private struct State {
        var asked = 0
        var waiting: CheckedContinuation<[UInt8]?, Never>?
        var watchers: [CheckedContinuation<Void, Never>] = []
        var isCancelled = false
    }

    private let state = Mutex(State())

    var asked: Int { state.withLock { $0.asked } }

    func next() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let watchers = state.withLock { state in
                    state.asked += 1
                    state.waiting = continuation
                    defer { state.watchers = [] }
                    return state.watchers
                }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            let (waiting, watchers) = state.withLock { state in
                state.isCancelled = true
                defer { (state.waiting, state.watchers) = (nil, []) }
                return (state.waiting, state.watchers)
            }
            waiting?.resume(returning: nil)
            for watcher in watchers { watcher.resume() }
        }
    }

    /// Answers the question that is open, when there is one.
    func give(_ text: String?) async {
        while true {
            let waiting = state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }
            if let waiting { return waiting.resume(returning: text.map { Array($0.utf8) }) }
            await changed { $0.waiting != nil }
        }
    }

    func cancelled() async { await changed { $0.isCancelled } }

    private func changed(_ condition: @Sendable (borrowing State) -> Bool) async {
        while !state.withLock({ condition($0) }) {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if condition(state) { return true }
                    state.watchers.append(continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        }
    }

    var route: HTTPRoute {
        HTTPRoute(.get, "/events") { [self] _ in
            HTTPResponse(
                status: 200, headers: [HeaderField("content-type", "text/event-stream")],
                body: .eventStream(HTTPBodyStream { await self.next() }))
        }
    }
}

private let askEvents = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n"
private let askWait = "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"

private func waiting(_ door: Door) -> HTTPRoute {
    HTTPRoute(.get, "/wait") { _ in
        await door.pass()
        return HTTPResponse(status: 200, text: "done")
    }
}

extension ServerTests {
    @Suite(.timeLimit(.minutes(5)))
    struct WaitingTests {
        @Test func `two hundred waiting handlers cost no thread`() async throws {
            let door = Door()
            try await withServer([waiting(door)]) { server in
                let clients = (0..<200).map { _ in server.client() }
                await clients[0].send(askWait)
                await door.arrived(1)
                let before = threadCount()
                // One test thread sends for all; the clients' own threads would hide what is counted.
                for client in clients.dropFirst() { client.sendHere(askWait) }
                await door.arrived(200)
                #expect(threadCount() <= before + 2, "the runtime may start a thread of its own; handlers may not")
                await door.open()
                for client in clients { #expect(await client.answer().body == "done") }
            }
        }

        @Test func `an event stream's headers come before its first event, and events as they are given`() async throws {
            let tap = Tap()
            try await withServer([tap.route]) { server in
                let client = server.client()
                await client.send(askEvents)
                let head = RawClient.parse(await client.read(until: "\r\n\r\n"))
                #expect(head.status == 200 && head["content-type"] == "text/event-stream" && head["transfer-encoding"] == "chunked")
                #expect(await client.read(until: ": \n\n\r\n") == "4\r\n: \n\n\r\n")
                await tap.give("data: 1\n\n")
                #expect(await client.read(until: "data: 1\n\n").hasSuffix("data: 1\n\n"))
                await tap.give("data: 2\n\n")
                #expect(await client.read(until: "data: 2\n\n").hasSuffix("data: 2\n\n"))
                await tap.give(nil)
                #expect(await client.read(until: "0\r\n\r\n") == "\r\n0\r\n\r\n")
            }
        }

        @Test func `a chunk larger than the server's buffer arrives whole`() async throws {
            let tap = Tap()
            try await withServer([tap.route]) { server in
                let client = server.client()
                await client.send("GET /events HTTP/1.0\r\n\r\n")
                let large = String(repeating: "0123456789", count: 50_000)
                await tap.give(large)
                await tap.give(nil)
                let (text, _) = await client.readToEnd()
                #expect(RawClient.parse(text).body == ": \n\n" + large)
            }
        }

        @Test func `a heartbeat is sent when nothing comes`() async throws {
            let tap = Tap()
            try await withServer([tap.route], standsStill: true) { server in
                let client = server.client()
                await client.send(askEvents)
                _ = await client.read(until: ": \n\n\r\n")
                for _ in 0..<3 {
                    server.time.pass(15)
                    #expect(await client.read(until: ": \n\n\r\n").hasSuffix(": \n\n\r\n"))
                }
                #expect(tap.asked == 1)
                await tap.give("data: 1\n\n")
                #expect(await client.read(until: "data: 1\n\n").hasSuffix("data: 1\n\n"))
            }
        }

        @Test func `a reader that does not read holds the producer back`() async throws {
            let asked = Atomic<Int>(0)
            let chunk = [UInt8](repeating: 0x61, count: 100_000)
            let flood = HTTPRoute(.get, "/flood") { _ in
                HTTPResponse(
                    status: 200,
                    body: .eventStream(
                        HTTPBodyStream {
                            asked.add(1, ordering: .relaxed)
                            return chunk
                        }))
            }
            try await withServer([flood, hello]) { server in
                let client = server.client(receiveBuffer: 4096)
                await client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = await client.read(until: "aaaa")
                // The socket's buffers fill, a few megabytes at most; from then on the count stands still over many requests' time.
                var last = -1
                while asked.load(ordering: .relaxed) != last {
                    last = asked.load(ordering: .relaxed)
                    for _ in 0..<300 { _ = await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
                }
                #expect(last < 100)
                // Reading on sets it going again.
                for _ in 0..<20_000 where asked.load(ordering: .relaxed) <= last + 2 { _ = await client.readSome() }
                #expect(asked.load(ordering: .relaxed) > last)
            }
        }

        @Test func `a client that leaves a stream cancels its producer`() async throws {
            let tap = Tap()
            try await withServer([tap.route, hello]) { server in
                let client = server.client()
                await client.send(askEvents)
                _ = await client.read(until: ": \n\n\r\n")
                client.hangUp()
                await tap.cancelled()
                #expect(await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 200)
            }
        }

        @Test func `a client that leaves while its handler waits disturbs nobody`() async throws {
            let door = Door()
            try await withServer([waiting(door), hello]) { server in
                let clients = (0..<20).map { _ in server.client() }
                for client in clients { await client.send(askWait) }
                await door.arrived(20)
                for client in clients { client.hangUp() }
                await door.open()
                #expect(await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 200)
            }
        }

        @Test func `stop lets requests finish, ends streams and idle connections, and ends every thread`() async throws {
            let door = Door()
            let tap = Tap()
            let before = threadCount()
            let server = try makeServer([waiting(door), tap.route, hello])
            let (busy, streaming, idle, silent) = (server.client(), server.client(), server.client(), server.client())
            await busy.send(askWait)
            await door.arrived(1)
            await streaming.send(askEvents)
            _ = await streaming.read(until: ": \n\n\r\n")
            await idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await idle.answer().status == 200)

            async let stopped: Void = server.server.stop(within: .seconds(30))
            #expect(await streaming.readToEnd().text.hasSuffix("0\r\n\r\n"))
            await tap.cancelled()
            #expect(await idle.readToEnd() == ("", .closed))
            #expect(await silent.readToEnd() == ("", .closed))
            await door.open()
            let answer = await busy.answer()
            #expect(answer.body == "done" && answer["connection"] == "close")
            await stopped
            #expect(threadCount() <= before + 6, "four clients' threads, and the runtime's own")

            // The port is free again.
            let again = try makeServer([hello], port: server.port)
            #expect(await again.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 200)
            await again.server.stop(within: .seconds(0))
        }

        @Test func `a stop whose time is over answers 503 to whoever still waits, and an answer after that is dropped`() async throws {
            let door = Door()
            let server = try makeServer([waiting(door)])
            let clients = (0..<10).map { _ in server.client() }
            for client in clients { await client.send(askWait) }
            await door.arrived(10)
            await server.server.stop(within: .seconds(0))
            for client in clients {
                let answer = RawClient.parse(await client.readToEnd().text)
                #expect(answer.status == 503 && answer["connection"] == "close")
            }
            await door.open()
        }

        @Test func `stopping twice, or what never started, does nothing`() async throws {
            let server = try makeServer([hello])
            await server.server.stop(within: .seconds(0))
            await server.server.stop(within: .seconds(0))
        }

        @Test(arguments: UInt64(0)..<20)
        func `a stop at any moment under load ends`(seed: UInt64) async throws {
            let yielding = HTTPRoute(.post, "/echo", bodyBytesMax: 1000) { request in
                for _ in 0..<Int(seed % 7) { await Task.yield() }
                return HTTPResponse(status: 200, body: .bytes(request.body))
            }
            let ticks = HTTPRoute(.get, "/events") { _ in
                HTTPResponse(
                    status: 200,
                    body: .eventStream(
                        HTTPBodyStream {
                            await Task.yield()
                            return Array("data: 1\n\n".utf8)
                        }))
            }
            let server = try makeServer([yielding, ticks])
            let clients = (0..<8).map { _ in server.client() }
            await withTaskGroup(of: Void.self) { group in
                for (number, client) in clients.enumerated() {
                    group.addTask {
                        if number % 4 == 0 {
                            await client.send(askEvents)
                        } else {
                            await client.send(
                                String(repeating: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", count: 50))
                        }
                        _ = await client.readToEnd()
                    }
                }
                for _ in 0..<Int(seed) * 3 { await Task.yield() }
                await server.server.stop(within: .milliseconds(Int(seed % 3) * 20))
            }
        }
    }
}
