// Requests that two readers could understand differently, or that nobody should send: each is refused by name, and its connection ends, so
// that nothing after it is taken for a request.

import ForgeCore
import ForgeServer
import Testing

/// Sends the text and a second, proper request behind it, which must never be answered.
private func check(_ text: String, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await withServer([hello, echo, HTTPRoute(.get, "/files/{name}") { HTTPResponse(status: 200, text: $0.parameters["name"] ?? "") }]) {
        server in
        let client = server.client()
        await client.send(text + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        let (answer, ending) = await client.readToEnd()
        #expect(RawClient.parse(answer).status == status, "\(answer)", sourceLocation: sourceLocation)
        #expect(!answer.contains("hello"), "\(answer)", sourceLocation: sourceLocation)
        #expect(ending == .closed, sourceLocation: sourceLocation)
    }
}

extension ServerTests {
    @Suite(.timeLimit(.minutes(2)))
    struct BadRequestTests {
        @Test func `both Content-Length and Transfer-Encoding`() async throws {
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400)
        }

        @Test func `several or senseless Content-Length headers`() async throws {
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400)
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400)
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc", 400)
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400)
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nabc", 413)
        }

        @Test func `a Transfer-Encoding that is not chunked alone`() async throws {
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400)
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 400)
            try await check(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)
            try await check("POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)
        }

        @Test func `blanks before a colon, folded lines, lone line feeds, control bytes and NUL in headers`() async throws {
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc", 400)
            try await check("GET /hello HTTP/1.1\r\nHost: a\r\nX-Folded: one\r\n two\r\n\r\n", 400)
            try await check("GET /hello HTTP/1.1\r\nHost: a\nX-Other: b\r\n\r\n", 400)
            try await check("GET /hello HTTP/1.1\r\nHost: a\r\nX-Odd: a\u{1}b\r\n\r\n", 400)
            try await check("GET /hello HTTP/1.1\r\nHost: a\r\nX-Odd: a\0b\r\n\r\n", 400)
            try await check("GET /hello HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n", 400)
        }

        @Test func `no Host, or two`() async throws {
            try await check("GET /hello HTTP/1.1\r\n\r\n", 400)
            try await check("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)
        }

        @Test func `targets that are no plain path`() async throws {
            for target in [
                "http://a/hello", "hello", "*", "/hello%", "/hello%2", "/hello%zz", "/hel%00lo", "/hel%0alo", "/hel\u{7f}lo", "/hel lo",
                "/hel%ff",
                "/hello?a=%", "/hello#x", "/héllo", "/hel\0lo", "/hello\0HTTP/1.1",
            ] {
                try await check("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", 400)
            }
        }

        @Test func `dot segments and escaped slashes are refused, never resolved`() async throws {
            for target in [
                "/files/../hello", "/files/%2e%2e/hello", "/files/.%2E/hello", "/files/..", "/files/%2e%2e%2fhello", "/files/..%5chello",
                "/./hello",
            ] {
                try await check("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", 400)
            }
        }

        @Test func `versions and lines that are no HTTP`() async throws {
            try await check("GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505)
            try await check("GET /hello FTP/1.1\r\nHost: a\r\n\r\n", 400)
            try await check("GET /hello\r\nHost: a\r\n\r\n", 400)
            try await check("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", 400)
        }

        @Test func `a long target, and long headers`() async throws {
            let long = String(repeating: "a", count: 200_000)
            try await withServer([hello]) { server in
                #expect(await server.ask("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n").status == 414)
                #expect(await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Long: \(long)\r\n\r\n").status == 431)
                let little = String(repeating: "a", count: 33_000)
                let answer = await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Long: \(little)\r\n\r\n")
                #expect(answer.status == 431 && answer["content-type"] == "application/problem+json")
                #expect(server.rejections("headers_too_large") == 1)
                let many = String(repeating: "X-Many: 1\r\n", count: 100)
                #expect(await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(many)\r\n").status == 200)
            }
        }

        @Test func `a client that leaves in mid-body disturbs nobody, and is logged as gone`() async throws {
            // Time stands still and the library waits for an hour: no deadline helps.
            var limits = ServerLimits()
            limits.idleTimeout = .seconds(3600)
            try await withServer([echo, hello], limits, standsStill: true) { server in
                for _ in 0..<50 {
                    let client = server.client()
                    await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
                    client.hangUp()
                }
                await server.lines.reached(50)
                #expect(server.statuses == Array(repeating: 499, count: 50))
                #expect(await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 200)
            }
        }

        @Test func `a client that only closes its sending side gets its answer`() async throws {
            let door = Door()
            let wait = HTTPRoute(.get, "/wait") { _ in
                await door.pass()
                return HTTPResponse(status: 200, text: "done")
            }
            try await withServer([wait]) { server in
                let client = server.client()
                await client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
                client.endSending()
                await door.arrived(1)
                await door.open()
                #expect(await client.answer().body == "done")
            }
        }

        @Test func `every refusal is logged with the status it was answered with`() async throws {
            try await withServer([echo]) { server in
                let head = "POST /echo HTTP/1.1\r\nHost: a\r\n"
                // By the library: a length that is too long a number, a chunk that is none. By us: in mid-body, and before it.
                _ = await server.ask(head + "Content-Length: 99999999999999999999999\r\n\r\n")
                _ = await server.ask(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")
                _ = await server.ask(head + "Transfer-Encoding: chunked\r\n\r\n30000\r\n" + String(repeating: "a", count: 0x30000) + "\r\n")
                _ = await server.ask("POST /echo HTTP/1.1\r\n\r\n")
                await server.server.stop(within: .seconds(5))
                #expect(server.statuses == [413, 400, 413, 400])
                #expect(server.rejections("malformed") == 3)
            }
        }
    }
}
