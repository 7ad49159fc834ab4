// What a request becomes, over real sockets: answers, limits, redirects, and what is said when a server misbehaves.

import ForgeCore
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

@testable import ForgeHTTP

@Suite struct HTTPClientTests {
    private let client = HTTPClient()

    private func failure(_ request: OutgoingRequest) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func `an answer comes with its status, headers and body`() async throws {
        let server = try RawServer { _, connection in connection.answer(418, ["X-One: 1", "x-one:  2 "], "short") }
        let answer = try await client.send(OutgoingRequest(.get, server.url))
        #expect(answer.status == 418)
        #expect(answer.head.headers.filter { $0.name == "x-one" }.map(\.value) == ["1", "2"])
        #expect(answer.body == Array("short".utf8))
    }

    @Test func `what is sent arrives: method, headers, credential and body`() async throws {
        let server = try RawServer { _, connection in connection.answer(200) }
        let request = OutgoingRequest(
            .patch, server.url, headers: [HeaderField("accept", "application/json")], authorization: Secret(Array("Bearer abc".utf8)),
            body: Array("{\"a\":1}".utf8))
        #expect(try await client.send(request).status == 200)
        let sent = try #require(server.requests.first)
        #expect(sent.hasPrefix("PATCH / HTTP/1.1\r\n"))
        for part in ["accept: application/json", "Authorization: Bearer abc", "user-agent: forge", "Content-Length: 7", "{\"a\":1}"] {
            #expect(sent.contains(part), "\(part)")
        }
        #expect(!sent.contains("Expect"))
    }

    @Test(arguments: [HTTPMethod.post, .put, .delete]) func `a request without a body says so`(method: HTTPMethod) async throws {
        let server = try RawServer { _, connection in connection.answer(204) }
        #expect(try await client.send(OutgoingRequest(method, server.url)).status == 204)
        #expect(server.requests.first?.hasPrefix("\(method.rawValue) / ") == true)
        #expect(server.requests.first?.contains("Content-Length: 0") == true)
    }

    @Test func `a head request reads no body`() async throws {
        let server = try RawServer { _, connection in connection.send("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n") }
        #expect(try await client.send(OutgoingRequest(.head, server.url)).body == [])
    }

    @Test func `requests one after another use one connection`() async throws {
        let connections = Mutex<Set<Int>>([])
        let server = try RawServer { _, connection in
            connections.withLock { _ = $0.insert(connection.index) }
            connection.answer(200)
        }
        for _ in 0..<5 { _ = try await client.send(OutgoingRequest(.get, server.url)) }
        #expect(connections.withLock { $0.count } == 1)
    }

    @Test func `a hundred at once are all answered`() async throws {
        let server = try RawServer { request, connection in
            connection.answer(200, [], String(request.split(separator: " ")[1]))
        }
        let client = client
        let bodies = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<100 {
                group.addTask {
                    String(decoding: try await client.send(OutgoingRequest(.get, server.url + String(number))).body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(bodies.count == 100)
    }

    // MARK: Limits

    @Test func `a body above the limit is cut off, also when its length lies`() async throws {
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while connection.send("400\r\n" + String(repeating: "x", count: 1_024) + "\r\n") {}
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.bodyBytesMax = 100_000
        let caught = await failure(request)
        #expect(caught?.kind == .tooLarge(bytesMax: 100_000))
        #expect(caught?.isPassing == false)
    }

    @Test func `a head without end is cut off`() async throws {
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\n")
            while connection.send("x-more: \(String(repeating: "y", count: 1_000))\r\n") {}
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.headerBytesMax = 10_000
        #expect(await failure(request)?.kind == .tooLarge(bytesMax: 10_000))
    }

    @Test func `a small answer that unpacks to a large one is cut off`() async throws {
        let packed = try gzip(Data(count: 5_000_000))
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: \(packed.count)\r\n\r\n")
            connection.send(Array(packed))
            connection.untilClosed()
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.bodyBytesMax = 1_000_000
        let caught = await failure(request)
        #expect(caught?.kind == .tooLarge(bytesMax: 1_000_000), "\(String(describing: caught))")
    }

    @Test func `packed twice is cut off just the same, also while it is read piece by piece`() async throws {
        let packed = try gzip(gzip(Data(count: 50_000_000)))
        #expect(packed.count < 2_000)
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-encoding: gzip, gzip\r\ncontent-length: \(packed.count)\r\n\r\n")
            connection.send(Array(packed))
            connection.untilClosed()
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.bodyBytesMax = 1_000_000
        let (head, body) = try await client.open(request)
        #expect(head.status == 200)
        var count = 0
        var caught: HTTPClientError?
        do throws(HTTPClientError) {
            while let chunk = try await body.next() { count += chunk.count }
        } catch { caught = error }
        #expect(caught?.kind == .tooLarge(bytesMax: 1_000_000))
        #expect(count <= 1_000_000)
    }

    @Test func `what is packed and whole below the limit comes whole`() async throws {
        let packed = try gzip(Data(repeating: 65, count: 1_000_000))
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: \(packed.count)\r\n\r\n")
            connection.send(Array(packed))
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.bodyBytesMax = 1_000_000
        #expect(try await client.send(request).body.count == 1_000_000)
    }

    @Test func `a packed answer that ends too early is no answer`() async throws {
        let packed = try gzip(Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }))
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: \(packed.count)\r\n\r\n")
            connection.send(Array(packed.prefix(packed.count / 2)))
            connection.end()
        }
        #expect(await failure(OutgoingRequest(.get, server.url))?.kind == .connectionLost)
    }

    @Test(arguments: [1, 20_000]) func `a head is bounded whether its lines are few or many`(lines: Int) async throws {
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\n")
            for _ in 0..<lines { guard connection.send("x: \(String(repeating: "y", count: 1_000_000 / lines))\r\n") else { return } }
            connection.send("content-length: 0\r\n\r\n")
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.headerBytesMax = 50_000
        #expect(await failure(request)?.kind == .tooLarge(bytesMax: 50_000))
    }

    @Test func `a server that never answers is given up after the first-byte limit`() async throws {
        let server = try RawServer { _, connection in connection.untilClosed() }
        var request = OutgoingRequest(.post, server.url, body: [1])
        request.limits.firstByte = .milliseconds(200)
        let caught = await failure(request)
        #expect(caught?.kind == .timedOut(.firstByte))
        #expect(caught?.isPassing == true)
        #expect(caught?.mayBeDone == true)
    }

    @Test func `a server that stops in the middle is given up after the idle limit`() async throws {
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegin")
            connection.untilClosed()
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.idle = .milliseconds(200)
        #expect(await failure(request)?.kind == .timedOut(.idle))
    }

    @Test func `the total limit ends an answer that drips`() async throws {
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            while connection.send("x") { usleep(20_000) }
        }
        var request = OutgoingRequest(.get, server.url)
        request.limits.total = .milliseconds(300)
        #expect(await failure(request)?.kind == .timedOut(.total))
    }

    // MARK: What goes wrong

    @Test func `each way to fail has its kind`() async throws {
        let closing = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nbe")
            connection.end()
        }
        // Only once it was asked: a reset that comes before the client looks at its connection is one that never was.
        let resetting = try RawServer { connection, _ in
            _ = connection.request()
            connection.reset()
        }
        let nonsense = try RawServer { _, connection in connection.send("SSH-2.0-Other\r\n\r\n") }
        func kind(_ url: String) async -> HTTPClientError.Kind? { await failure(OutgoingRequest(.get, url))?.kind }
        #expect(await kind(closing.url) == .connectionLost)
        #expect(await kind(resetting.url) == .connectionLost)
        #expect(await kind(nonsense.url) == .malformed)
        #expect(await kind("http://127.0.0.1:1/") == .connectFailed)
        var nowhere = OutgoingRequest(.get, "http://nowhere.invalid/")
        nowhere.limits.connect = .seconds(1)
        let caught = await failure(nowhere)
        // A machine without a name server needs its time to find out.
        #expect(caught?.kind == .nameNotFound || caught?.kind == .timedOut(.connect))
        for url in ["", "no url", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/x", "http://"] {
            #expect(await kind(url) == .invalidURL, "\(url)")
        }
    }

    @Test func `what was never sent may be repeated without a look`() async throws {
        let caught = await failure(OutgoingRequest(.post, "http://127.0.0.1:1/", body: [1]))
        #expect(caught?.mayBeDone == false)
    }

    @Test func `a header cannot smuggle in another`() async throws {
        let caught = await failure(OutgoingRequest(.get, "http://127.0.0.1:1/", headers: [HeaderField("a", "b\r\nc: d")]))
        #expect(caught?.kind == .invalidURL)
    }

    // MARK: Streams and cancellation

    @Test func `a body comes in pieces while it is being sent`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            gate.wait()
            connection.send("6\r\nsecond\r\n0\r\n\r\n")
        }
        let (head, body) = try await client.open(OutgoingRequest(.get, server.url))
        #expect(head.status == 200)
        #expect(try await body.next() == Array("first".utf8))
        gate.signal()
        #expect(try await body.next() == Array("second".utf8))
        #expect(try await body.next() == nil)
    }

    @Test func `a slow reader holds the sender back and loses nothing`() async throws {
        let total = 12 << 20
        let sent = Mutex(0)
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 1 << 16)
            while sent.withLock({ $0 }) < total, connection.send(piece) { sent.withLock { $0 += piece.count } }
        }
        let (_, body) = try await client.open(OutgoingRequest(.get, server.url))
        var received = try await body.next()?.count ?? 0
        // The sender is stuck once the buffers on both sides are full, which is long before the end.
        var before = -1
        while sent.withLock({ $0 }) != before {
            before = sent.withLock { $0 }
            usleep(50_000)
        }
        #expect(before < total)
        while let chunk = try await body.next() { received += chunk.count }
        #expect(received == total)
    }

    @Test func `cancelling closes the connection`() async throws {
        let arrived = DispatchSemaphore(value: 0)
        let closed = DispatchSemaphore(value: 0)
        let server = try RawServer { _, connection in
            arrived.signal()
            connection.untilClosed()
            closed.signal()
        }
        let task = Task { await failure(OutgoingRequest(.get, server.url)) }
        arrived.wait()
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(closed.wait(timeout: .now() + 60) == .success)
    }

    @Test func `letting go of a body closes the connection`() async throws {
        let closed = DispatchSemaphore(value: 0)
        let server = try RawServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegin")
            connection.untilClosed()
            closed.signal()
        }
        _ = try await client.open(OutgoingRequest(.get, server.url)).1.next()
        #expect(closed.wait(timeout: .now() + 60) == .success)
    }
}

private func gzip(_ data: Data) throws -> Data {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("forge-gzip-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try data.write(to: URL(fileURLWithPath: path))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-c", path]
    let output = Pipe()
    process.standardOutput = output
    try process.runAlone()
    let packed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0 && !packed.isEmpty)
    return packed
}
