// Where an answer may lead, and what goes along; and which machines an address from outside never reaches.

import ForgeCore
import Synchronization
import Testing

@testable import ForgeHTTP

@Suite struct RedirectTests {
    private let client = HTTPClient()

    private func request(_ url: String, _ method: HTTPMethod = .get, _ policy: RedirectPolicy = .follow(max: 3)) -> OutgoingRequest {
        var request = OutgoingRequest(
            method, url, headers: [HeaderField("x-api-key", "key"), HeaderField("content-type", "text/plain")],
            authorization: Secret(Array("Bearer abc".utf8)), body: method == .get ? [] : Array("body".utf8))
        request.redirects = policy
        return request
    }

    @Test func `a redirect is an answer like any other unless it is asked to be followed`() async throws {
        let server = try RawServer { _, connection in connection.answer(302, ["location: /there"]) }
        #expect(try await client.send(request(server.url, .get, .none)).status == 302)
        #expect(server.requests.count == 1)
    }

    @Test func `on the same host the credential goes along`() async throws {
        let server = try RawServer { request, connection in
            if request.contains(" /there ") { connection.answer(200) } else { connection.answer(307, ["location: there"]) }
        }
        let answer = try await client.send(request(server.url, .post))
        #expect(answer.status == 200)
        #expect(answer.head.url == server.url + "there")
        #expect(server.requests.last?.hasPrefix("POST /there ") == true)
        #expect(server.requests.last?.contains("Authorization: Bearer abc") == true)
        #expect(server.requests.last?.hasSuffix("body") == true)
    }

    @Test func `another host gets no credential, and none in a private network is asked`() async throws {
        let other = try RawServer { _, connection in connection.answer(200) }
        let server = try RawServer { _, connection in connection.answer(302, ["location: \(other.url)"]) }
        var caught: HTTPClientError?
        do throws(HTTPClientError) { _ = try await client.send(request(server.url)) } catch { caught = error }
        #expect(caught?.kind == .addressRefused)
        #expect(other.requests.isEmpty)
        var settings = HTTPClientSettings()
        settings.exceptions = [try #require(IPNetwork("127.0.0.0/8"))]
        let open = HTTPClient(settings)
        #expect(try await open.send(request(server.url)).status == 200)
        let sent = try #require(other.requests.first)
        #expect(!sent.contains("Bearer") && !sent.contains("x-api-key"))
    }

    @Test(arguments: [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
    func `a POST stays one only where the status says so`(status: Int, method: String) async throws {
        let server = try RawServer { request, connection in
            if request.contains(" /there ") { connection.answer(200) } else { connection.answer(status, ["location: /there"]) }
        }
        _ = try await client.send(request(server.url, .post))
        #expect(server.requests.last?.hasPrefix("\(method) /there ") == true)
        #expect(server.requests.last?.hasSuffix("body") == (method == "POST"))
    }

    @Test func `a circle ends`() async throws {
        let server = try RawServer { _, connection in connection.answer(302, ["location: /again"]) }
        var caught: HTTPClientError?
        do throws(HTTPClientError) { _ = try await client.send(request(server.url)) } catch { caught = error }
        #expect(caught?.kind == .tooManyRedirects)
        #expect(server.requests.count == 4)
    }

    @Test(arguments: ["file:///etc/passwd", "gopher://127.0.0.1/", "javascript:x", "http://user:word@127.0.0.1/"])
    func `it leads to nothing but HTTP`(location: String) async throws {
        let server = try RawServer { _, connection in connection.answer(302, ["location: \(location)"]) }
        await #expect(throws: HTTPClientError.self) { _ = try await client.send(request(server.url)) }
    }

    @Test(arguments: [
        "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://[::1]:PORT/", "http://127.1:PORT/", "http://2130706433:PORT/",
        "http://0x7f000001:PORT/", "http://0:PORT/", "http://[::ffff:127.0.0.1]:PORT/", "http://0177.0.0.1:PORT/", "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data", "http://192.168.1.1/", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://[64:ff9b::7f00:1]/", "http://[::127.0.0.1]/", "http://100.64.0.1/",
    ])
    func `an address from outside reaches no private network, however it is written`(url: String) async throws {
        let server = try RawServer { _, connection in connection.answer(200) }
        var request = OutgoingRequest(.get, url.replacing("PORT", with: String(server.port)))
        request.trust = .outside
        request.limits.connect = .seconds(2)
        var caught: HTTPClientError?
        do throws(HTTPClientError) { _ = try await client.send(request) } catch { caught = error }
        #expect(caught?.kind == .addressRefused)
        #expect(server.requests.isEmpty)
    }

    @Test func `the operator's own addresses reach where they lead`() async throws {
        let server = try RawServer { _, connection in connection.answer(200) }
        #expect(try await client.send(OutgoingRequest(.get, server.url)).status == 200)
    }
}
