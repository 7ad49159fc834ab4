// Bodies that are made while they are sent: in pieces, held back by a slow network, cut short by a refusal, and never passed off as whole.

import ForgeCore
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

@testable import ForgeHTTP

@Suite struct UploadTests {
    private let client = HTTPClient()

    private func request(
        _ url: String, _ method: HTTPMethod = .post, length: Int? = nil, _ next: @escaping @Sendable () async throws -> [UInt8]?
    ) -> OutgoingRequest {
        var request = OutgoingRequest(method, url)
        request.stream = OutgoingStream(length: length, next: next)
        return request
    }

    private func failure(_ request: OutgoingRequest) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func `pieces arrive while the next ones are not made yet`() async throws {
        let firstSeen = AsyncStream<Void>.makeStream()
        let server = try RawServer { connection, server in
            var seen = connection.read(until: "5\r\nfirst\r\n")
            firstSeen.continuation.yield()
            seen += connection.read(until: "0\r\n\r\n")
            server.note(seen)
            connection.answer(201)
        }
        let count = Mutex(0)
        let request = request(server.url) {
            switch count.withLock({ count in
                count += 1
                return count
            }) {
            case 1: return Array("first".utf8)
            case 2:
                for await _ in firstSeen.stream { break }
                return []
            case 3: return Array("second".utf8)
            default: return nil
            }
        }
        #expect(try await client.send(request).status == 201)
        let sent = try #require(server.requests.first)
        #expect(sent.lowercased().contains("transfer-encoding: chunked"))
        #expect(sent.contains("5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"))
    }

    @Test func `a length that is known is said`() async throws {
        let server = try RawServer { _, connection in connection.answer(200) }
        let pieces = Mutex([[UInt8](repeating: 65, count: 40_000), [UInt8](repeating: 66, count: 60_000)])
        let request = request(server.url, .put, length: 100_000) { pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
        #expect(try await client.send(request).status == 200)
        let sent = try #require(server.requests.first)
        #expect(sent.contains("Content-Length: 100000\r\n"))
        #expect(sent.hasSuffix("AB" + String(repeating: "B", count: 59_999)))
    }

    @Test func `a body that cannot be made on is never passed off as whole`() async throws {
        struct Broken: Error {}
        let server = try RawServer { connection, server in server.note(connection.read(until: "0\r\n\r\n")) }
        let count = Mutex(0)
        let caught = await failure(
            request(server.url) {
                if count.withLock({ count in
                    count += 1
                    return count
                }) == 1 {
                    return Array("begun".utf8)
                }
                throw Broken()
            })
        #expect(caught?.kind == .cancelled)
        #expect(caught?.message.contains("its body could not be made: Broken()") == true)
        #expect(caught?.isPassing == false)
        let closed = server.waitForRequest()
        #expect(!closed.hasSuffix("0\r\n\r\n"))
    }

    @Test(arguments: [-1, 1]) func `a body of another length than was said is an error`(difference: Int) async throws {
        let server = try RawServer { connection, _ in
            _ = connection.request()
            connection.answer(200)
        }
        let pieces = Mutex([[UInt8](repeating: 65, count: 1_000 + difference)])
        var request = request(server.url, length: 1_000) { pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
        request.limits.total = .seconds(20)
        let caught = await failure(request)
        #expect(caught?.kind == .cancelled)
        #expect(caught?.message.contains("1000") == true)
    }

    @Test func `who is refused stops making`() async throws {
        let server = try RawServer { connection, _ in
            _ = connection.read(until: "\r\n\r\n")
            connection.answer(413, ["connection: close"], "too large")
            connection.untilClosed()
        }
        let isCancelled = Mutex(false)
        let request = request(server.url) {
            // Waits for ever, unless nobody wants it any more.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            isCancelled.withLock { $0 = Task.isCancelled }
            throw CancellationError()
        }
        let answer = try await client.send(request)
        #expect(answer.status == 413)
        #expect(answer.body == Array("too large".utf8))
        #expect(isCancelled.withLock { $0 })
    }

    @Test func `a receiver that is slow holds the maker back`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let server = try RawServer { connection, _ in
            _ = connection.read(until: "\r\n\r\n")
            gate.wait()
            _ = connection.read(until: "0\r\n\r\n")
            connection.answer(200)
        }
        let made = Mutex(0)
        let total = 400
        let request = request(server.url) {
            made.withLock { made in
                made += 1
                return made <= total ? [UInt8](repeating: 7, count: 1 << 16) : nil
            }
        }
        async let answer = client.send(request)
        var before = -1
        while made.withLock({ $0 }) != before {
            before = made.withLock { $0 }
            usleep(100_000)
        }
        #expect(before < total)
        gate.signal()
        #expect(try await answer.status == 200)
        #expect(made.withLock { $0 } == total + 1)
    }

    @Test func `a receiver that stops taking is given up after the idle limit, a slow maker is not`() async throws {
        let gate = DispatchSemaphore(value: 0)
        defer { gate.signal() }
        let server = try RawServer { connection, _ in
            _ = connection.read(until: "\r\n\r\n")
            gate.wait()
        }
        var stuck = request(server.url) { [UInt8](repeating: 7, count: 1 << 16) }
        stuck.limits.idle = .milliseconds(200)
        #expect(await failure(stuck)?.kind == .timedOut(.idle))
        let taking = try RawServer { connection, _ in
            _ = connection.read(until: "0\r\n\r\n")
            connection.answer(200)
        }
        let count = Mutex(0)
        var slow = request(taking.url) {
            if count.withLock({ count in
                count += 1
                return count
            }) > 2 {
                return nil
            }
            usleep(600_000)
            return [1]
        }
        slow.limits.idle = .milliseconds(200)
        slow.limits.firstByte = .milliseconds(200)
        #expect(try await client.send(slow).status == 200)
    }

    @Test func `what was sent while it was made cannot be sent elsewhere again`() async throws {
        let server = try RawServer { connection, _ in
            _ = connection.read(until: "0\r\n\r\n")
            connection.answer(307, ["location: /there"])
        }
        let pieces = Mutex([[UInt8(1)]])
        var request = request(server.url) { pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
        request.redirects = .follow(max: 3)
        let caught = await failure(request)
        #expect(caught?.kind == .malformed)
        #expect(caught?.message.contains("cannot be sent a second time") == true)
    }

    @Test func `cancelling ends the maker and the connection`() async throws {
        let closed = DispatchSemaphore(value: 0)
        let begun = AsyncStream<Void>.makeStream()
        let server = try RawServer { connection, _ in
            _ = connection.read(until: "\r\n\r\n")
            begun.continuation.yield()
            connection.untilClosed()
            closed.signal()
        }
        let request = request(server.url) {
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw CancellationError()
        }
        let task = Task { await failure(request) }
        for await _ in begun.stream { break }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(closed.wait(timeout: .now() + 60) == .success)
    }
}
