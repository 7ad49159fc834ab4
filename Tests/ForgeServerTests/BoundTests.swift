// Every bound, reached: what the client sees, and what the operator sees of it.

import ForgeCore
import ForgeServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(5)))
    struct BoundTests {
        @Test func `a body over the limit by its length is refused at once, also while the client goes on sending`() async throws {
            try await withServer([echo]) { server in
                let client = server.client()
                await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n")
                #expect(await client.send([UInt8](repeating: 0x61, count: 4_000_000)) == 4_000_000, "a reset would have ended this")
                let (text, _) = await client.readToEnd()
                #expect(RawClient.parse(text).status == 413)
                #expect(text.contains(#""detail":"This route takes bodies of at most 100000 bytes.""#))
                #expect(server.rejections("body_too_large") == 1)
            }
        }

        @Test func `a chunked body over the limit is refused while it is read, and a client that goes on sending sees it`() async throws {
            try await withServer([echo, hello]) { server in
                for _ in 0..<20 {
                    let client = server.client()
                    await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                    let chunk = Array("2710\r\n".utf8) + [UInt8](repeating: 0x61, count: 10_000) + Array("\r\n".utf8)
                    let start = ContinuousClock.now
                    var isCut = false
                    for _ in 0..<300 where !isCut { isCut = await client.send(chunk) != chunk.count }
                    // The server reads on for two seconds; only a client that a busy machine made slower than that may be reset.
                    #expect(!isCut || ContinuousClock.now - start >= .seconds(2), "a reset ended this")
                    if isCut { continue }
                    let (text, ending) = await client.readToEnd()
                    let answer = RawClient.parse(text)
                    #expect(answer.status == 413 && answer["connection"] == "close" && answer["x-request-id"] != nil)
                    #expect(text.split(separator: "HTTP/1.1 ").count == 1)
                    #expect(ending == .closed)
                }
                #expect(server.rejections("body_too_large") == 20)
            }
        }

        @Test func `a body of exactly the limit is taken`() async throws {
            try await withServer([echo]) { server in
                let body = String(repeating: "a", count: 100_000)
                let answer = await server.ask(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n\(body)")
                #expect(answer.status == 200 && answer.body.utf8.count == 100_000)
            }
        }

        @Test func `bodies of all connections together have a bound`() async throws {
            var limits = ServerLimits()
            limits.bodyBytesBuffered = 50_000
            let door = Door()
            let waiting = HTTPRoute(.post, "/wait", bodyBytesMax: 100_000) { _ in
                await door.pass()
                return HTTPResponse(status: 200)
            }
            try await withServer([waiting], limits) { server in
                let head = "POST /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 40000\r\n\r\n"
                let body = String(repeating: "a", count: 40_000)
                let first = server.client()
                await first.send(head + body)
                await door.arrived(1)
                let refused = await server.ask(head + body)
                #expect(refused.status == 503 && refused["retry-after"] == "1")
                await door.open()
                #expect(await first.answer().status == 200)
                _ = await first.readToEnd()
                #expect(await server.ask(head + body).status == 200)
            }
        }

        @Test func `headers that take too long are answered 408, from the first byte or without one`() async throws {
            try await withServer([hello], standsStill: true) { server in
                let silent = server.client()
                let dripping = server.client()
                await dripping.send("GET /hello HTTP/1.1\r\nHost")
                // Another connection's answer shows that these two were taken up before the time passes.
                #expect(await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 200)
                server.time.pass(11)
                for client in [silent, dripping] {
                    let answer = RawClient.parse(await client.readToEnd().text)
                    #expect(answer.status == 408 && answer["connection"] == "close" && answer["x-request-id"] != nil)
                }
                #expect(server.rejections("header_timeout") == 2)
            }
        }

        @Test func `a drip of headers does not put their deadline off`() async throws {
            try await withServer([hello], standsStill: true) { server in
                let client = server.client()
                await client.send("GET /hello HTTP/1.1\r\n")
                // Accepted later than the other: the time passes with both there.
                #expect(await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 200)
                for _ in 0..<5 {
                    server.time.pass(2)
                    await client.send("X-Drip: 1\r\n")
                }
                #expect(RawClient.parse(await client.readToEnd().text).status == 408)
            }
        }

        @Test func `a body that takes too long is answered 408`() async throws {
            try await withServer([echo], standsStill: true) { server in
                let client = server.client()
                await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n")
                #expect(await client.answer().status == 100)
                await client.send("abc")
                server.time.pass(31)
                #expect(RawClient.parse(await client.readToEnd().text).status == 408)
                #expect(server.rejections("body_timeout") == 1)
            }
        }

        @Test func `a connection that idles is closed without a word`() async throws {
            try await withServer([hello], standsStill: true) { server in
                let client = server.client()
                await client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(await client.answer().status == 200)
                await server.lines.reached(1)
                server.time.pass(61)
                let (text, ending) = await client.readToEnd()
                #expect(text == "" && ending == .closed)
            }
        }

        @Test func `a handler may take longer than any deadline`() async throws {
            let door = Door()
            let waiting = HTTPRoute(.get, "/wait") { _ in
                await door.pass()
                return HTTPResponse(status: 200, text: "late")
            }
            try await withServer([waiting, hello], standsStill: true) { server in
                let client = server.client()
                await client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
                await door.arrived(1)
                let idle = server.client()
                await idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(await idle.answer().status == 200)
                await server.lines.reached(1)
                server.time.pass(3600)
                // The idle connection's end shows that the sweep has seen the hour.
                #expect(await idle.readToEnd().ending == .closed)
                await door.open()
                #expect(await client.answer().body == "late")
            }
        }

        @Test func `a reader that does not take its response is cut off`() async throws {
            let large = HTTPRoute(.get, "/large") { _ in HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 0x61, count: 8_000_000)))
            }
            try await withServer([large, hello], standsStill: true) { server in
                let client = server.client(receiveBuffer: 4096)
                await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = await client.read(until: "\r\n\r\n")
                server.time.pass(121)
                while server.rejections("response_timeout") == 0 {
                    _ = await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                }
                let (text, _) = await client.readToEnd()
                #expect(text.utf8.count < 8_000_000)
            }
        }

        @Test func `connections have a bound, in all and per address`() async throws {
            for isPerAddress in [false, true] {
                var limits = ServerLimits()
                if isPerAddress { limits.connectionsPerAddress = 2 } else { limits.connections = 2 }
                try await withServer([hello], limits) { server in
                    let kept = [server.client(), server.client()]
                    for client in kept {
                        await client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                        #expect(await client.answer().status == 200)
                    }
                    let refused = await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(refused.status == (isPerAddress ? 429 : 503))
                    #expect(refused["retry-after"] == "1")
                    #expect(server.rejections(isPerAddress ? "connections_per_address" : "connections") == 1)
                    kept[0].hangUp()
                    while await server.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status != 200 {}
                }
            }
        }

        @Test func `requests of one address have an allowance, which trusted ones do not use up`() async throws {
            var limits = ServerLimits()
            limits.requestsPerAddressMinute = 3
            let trusted = HTTPRoute(.get, "/trusted") { _ in HTTPResponse(status: 200, isTrusted: true) }
            try await withServer([hello, trusted], limits, standsStill: true) { server in
                let client = server.client()
                for _ in 0..<10 {
                    await client.send("GET /trusted HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(await client.answer().status == 200)
                }
                for expected in [200, 200, 200, 429, 429] {
                    await client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                    let answer = await client.answer()
                    #expect(answer.status == expected)
                    #expect(answer["retry-after"] == (expected == 429 ? "20" : nil))
                }
                #expect(server.rejections("request_rate") == 2)
                server.time.pass(20)
                await client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(await client.answer().status == 200)
            }
        }

        @Test func `behind a trusted proxy the client is counted, not the proxy`() async throws {
            var limits = ServerLimits()
            limits.requestsPerAddressMinute = 1
            limits.connectionsPerAddress = 1
            limits.trustedProxies = [try #require(IPNetwork("127.0.0.0/8"))]
            let address = HTTPRoute(.get, "/address") { HTTPResponse(status: 200, text: $0.remoteAddress) }
            try await withServer([address], limits, standsStill: true) { server in
                let clients = (0..<3).map { _ in server.client() }
                for (number, client) in clients.enumerated() {
                    await client.send("GET /address HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9, 198.51.100.\(number)\r\n\r\n")
                    #expect(await client.answer().body == "198.51.100.\(number)")
                }
                await clients[0].send("GET /address HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.0\r\n\r\n")
                #expect(await clients[0].answer().status == 429)
            }
        }
    }
}
