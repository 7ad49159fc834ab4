// What a handler is given, and what the client gets back, over real sockets.

import ForgeCore
import ForgeServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(5)))
    struct RequestTests {
        @Test func `a body comes back byte for byte, by length and in chunks`() async throws {
            try await withServer([echo]) { server in
                let body = String(repeating: "0123456789abcdef", count: 4096)
                let byLength = await server.ask(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(byLength.status == 200 && byLength.body == body)
                let chunked = await server.ask(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
                )
                #expect(chunked.body == "abcdefg")
            }
        }

        @Test func `a handler sees method, decoded path, query, parameters, lower-case headers, address and id`() async throws {
            let route = HTTPRoute(.post, "/things/{id}/parts/{part}", bodyBytesMax: 10) { request in
                let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                let parameters = request.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
                let text = [
                    request.method.rawValue, request.path, query, parameters, request.header("x-mixed-case") ?? "-", request.remoteAddress,
                    request.id,
                ]
                return HTTPResponse(status: 201, text: text.joined(separator: "|"))
            }
            try await withServer([route]) { server in
                let answer = await server.ask(
                    "POST /things/caf%C3%A9%20x/parts/7?a=1+2&b=%26&c HTTP/1.1\r\nHost: a\r\nX-Mixed-Case:   Val \r\nConnection: close\r\n\r\n"
                )
                #expect(answer.status == 201)
                #expect(answer.body == "POST|/things/café x/parts/7|a=1 2,b=&,c=|id=café x,part=7|Val|127.0.0.1|r1")
                #expect(answer["x-request-id"] == "r1")
                #expect(answer["server"] == nil)
            }
        }

        @Test func `a problem is JSON with the request's id and is not stored by caches`() async throws {
            try await withServer([hello]) { server in
                let answer = await server.ask("GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(answer.status == 404)
                #expect(answer["content-type"] == "application/problem+json")
                #expect(answer["cache-control"] == "no-store")
                #expect(answer.body == #"{"type":"about:blank","title":"Not Found","status":404,"request_id":"r1"}"#)
            }
        }

        @Test func `a wrong method says which are right, and an unknown one is not implemented`() async throws {
            try await withServer([hello, HTTPRoute(.delete, "/hello") { _ in HTTPResponse(status: 204) }]) { server in
                let wrong = await server.ask("PUT /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(wrong.status == 405)
                #expect(wrong["allow"] == "DELETE, GET, HEAD")
                let traced = await server.ask("TRACE /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(traced.status == 405 && traced["allow"] == "DELETE, GET, HEAD")
                #expect(await server.ask("BREW /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 501)
            }
        }

        @Test func `HEAD has the headers of GET and no body, and the next answer follows at once`() async throws {
            try await withServer([hello]) { server in
                let client = server.client()
                await client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                let head = await client.answer(hasBody: false)
                #expect(head.status == 200 && head["content-length"] == "5")
                #expect(await client.answer().body == "hello")
            }
        }

        @Test func `pipelined requests are answered in their order, refused ones among them`() async throws {
            let slow = HTTPRoute(.post, "/slow", bodyBytesMax: 10) { request in
                for _ in 0..<10 { await Task.yield() }
                return HTTPResponse(status: 200, body: .bytes(request.body))
            }
            try await withServer([slow, hello]) { server in
                let client = server.client()
                var text = ""
                for number in 0..<10 {
                    text += "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\(number)GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                }
                await client.send(text)
                for number in 0..<10 {
                    #expect(await client.answer().body == "\(number)")
                    #expect(await client.answer().status == 404)
                }
            }
        }

        @Test func `a body that is announced too large is refused before it is sent`() async throws {
            try await withServer([echo]) { server in
                let client = server.client()
                await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100001\r\n\r\n")
                #expect(await client.answer().status == 413)
                let willing = server.client()
                await willing.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
                #expect(await willing.answer().status == 100)
                await willing.send("abc")
                #expect(await willing.answer().body == "abc")
            }
        }

        @Test func `requests are counted and logged without query, body or hidden path`() async throws {
            let hidden = HTTPRoute(.post, "/hooks/{token}", bodyBytesMax: 100, hidesPath: true) { _ in HTTPResponse(status: 202) }
            try await withServer([hidden, hello]) { server in
                #expect(
                    await server.ask(
                        "POST /hooks/sesame?key=sesame HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: sesame\r\nContent-Length: 6\r\n\r\nsesame"
                    ).status == 202)
                _ = await server.ask("POST /hooks/sesame/more HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                await server.server.stop(within: .seconds(5))
                let lines = server.lines.all
                #expect(lines.map(\.message) == ["request", "request"])
                #expect(!"\(lines)".contains("sesame"))
                let fields = JSON.object(lines[0].fields)
                #expect(fields["path"]?.string == "/hooks/{token}" && fields["status"]?.integer == 202 && fields["bytes_in"]?.integer == 6)
                #expect(fields["remote"]?.string == "127.0.0.1" && fields["request_id"]?.string == "r1" && fields["duration_us"] != nil)
                #expect(JSON.object(lines[1].fields)["path"]?.string == "/hooks/…")
                let text = server.metrics.text()
                #expect(text.contains(#"forge_http_requests_total{method="POST",route="/hooks/{token}",status="202"} 1"#))
                #expect(text.contains(#"forge_http_requests_total{method="POST",route="none",status="404"} 1"#))
                #expect(text.contains(#"forge_http_request_seconds_count{route="/hooks/{token}"} 1"#))
                #expect(text.contains("forge_http_connections 0"))
            }
        }
    }
}
