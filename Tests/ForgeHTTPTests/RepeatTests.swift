// Kept connections that die: who may be asked a second time, and who must not be.

import ForgeCore
import Synchronization
import Testing

@testable import ForgeHTTP

@Suite struct RepeatTests {
    private let client = HTTPClient()

    /// Answers the first request of a connection, reads the second and ends the connection without a word.
    private func forgetfulServer() throws -> RawServer {
        try RawServer { connection, server in
            if let first = connection.request() {
                server.note(first)
                connection.answer(200, [], "first")
            }
            if let second = connection.request() { server.note(second) }
            connection.end()
        }
    }

    @Test func `a read on a dead connection is asked once more`() async throws {
        let server = try forgetfulServer()
        _ = try await client.send(OutgoingRequest(.get, server.url))
        #expect(try await client.send(OutgoingRequest(.get, server.url)).body == Array("first".utf8))
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [(HTTPMethod.post, ""), (.post, "body"), (.delete, ""), (.put, ""), (.patch, "body")])
    func `a write on a dead connection is never sent again`(method: HTTPMethod, body: String) async throws {
        let server = try forgetfulServer()
        _ = try await client.send(OutgoingRequest(.get, server.url))
        var caught: HTTPClientError?
        do throws(HTTPClientError) {
            _ = try await client.send(OutgoingRequest(method, server.url, body: Array(body.utf8)))
        } catch { caught = error }
        #expect(caught?.kind == .connectionLost)
        #expect(caught?.mayBeDone == true)
        #expect(server.requests.filter { $0.hasPrefix(method.rawValue) }.count == 1)
    }

    @Test func `a connection that the other side closed in time costs nothing`() async throws {
        let server = try RawServer { connection, server in
            if let first = connection.request() {
                server.note(first)
                connection.answer(200)
            }
            connection.end()
        }
        _ = try await client.send(OutgoingRequest(.get, server.url))
        // The end has arrived before the write begins: on loopback it is there when `end` returns, and that is before the next accept.
        #expect(try await client.send(OutgoingRequest(.get, server.url)).status == 200)
        #expect(try await client.send(OutgoingRequest(.get, server.url)).status == 200)
        #expect(server.requests.count == 3)
    }

    @Test func `writes, reads and refusals share one connection`() async throws {
        let connections = Mutex<Set<Int>>([])
        let server = try RawServer { request, connection in
            connections.withLock { _ = $0.insert(connection.index) }
            connection.answer(request.hasPrefix("DELETE") ? 404 : 200, [], "text")
        }
        for method in [HTTPMethod.post, .get, .delete, .put, .head, .patch] {
            _ = try await client.send(OutgoingRequest(method, server.url, body: method == .post ? [1, 2] : []))
        }
        #expect(connections.withLock { $0 } == [0])
    }

    @Test func `a connection whose answer was cut off is not used again`() async throws {
        let connections = Mutex<[Int]>([])
        let server = try RawServer { _, connection in
            connections.withLock { $0.append(connection.index) }
            connection.answer(200, [], String(repeating: "x", count: 2_000))
        }
        var small = OutgoingRequest(.get, server.url)
        small.limits.bodyBytesMax = 100
        await #expect(throws: HTTPClientError.self) { _ = try await client.send(small) }
        #expect(try await client.send(OutgoingRequest(.get, server.url)).body.count == 2_000)
        #expect(connections.withLock { $0 } == [0, 1])
    }
}
