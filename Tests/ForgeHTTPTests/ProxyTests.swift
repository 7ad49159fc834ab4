// Which way a request takes: what the variables say, what a proxy is told, and that none helps an address from outside past the guard.

import ForgeCore
import Foundation
import Testing

@testable import ForgeHTTP

@Suite struct ProxyTests {
    private func way(_ url: String, _ environment: [String: String]) throws -> String? {
        let settings = try ProxySettings(environment: environment)
        return settings.proxy(for: try #require(URLParts(url))).map { String(decoding: $0.reveal(), as: UTF8.self) }
    }

    @Test(
        arguments: [
            ([:], "http://a.example/", nil), (["http_proxy": "http://p:1"], "http://a.example/", "http://p:1"),
            (["http_proxy": "http://p:1"], "https://a.example/", nil), (["HTTPS_PROXY": "p:1"], "https://a.example/", "http://p:1"),
            (["https_proxy": "http://small:1", "HTTPS_PROXY": "http://large:1"], "https://a.example/", "http://small:1"),
            (["all_proxy": "socks5h://p:1"], "https://a.example/", "socks5h://p:1"),
            (["all_proxy": "http://p:1", "http_proxy": " "], "http://a.example/", "http://p:1"),
            (["all_proxy": "http://p:1"], "http://127.0.0.1:80/", nil), (["all_proxy": "http://p:1"], "http://localhost/", nil),
            (["all_proxy": "http://p:1"], "http://[::1]/", nil), (["all_proxy": "http://p:1"], "http://127.1/", nil),
            (["all_proxy": "http://p:1", "no_proxy": "*"], "http://a.example/", nil),
            (["all_proxy": "http://p:1", "NO_PROXY": "b.example, a.example"], "http://a.example/", nil),
            (["all_proxy": "http://p:1", "no_proxy": "a.example"], "http://x.A.example/", nil),
            (["all_proxy": "http://p:1", "no_proxy": ".a.example"], "http://a.example/", nil),
            (["all_proxy": "http://p:1", "no_proxy": "a.example"], "http://ba.example/", "http://p:1"),
            (["all_proxy": "http://p:1", "no_proxy": "a.example:8080"], "http://a.example/", "http://p:1"),
            (["all_proxy": "http://p:1", "no_proxy": "a.example:8080"], "http://a.example:8080/", nil),
            (["all_proxy": "http://p:1", "no_proxy": "10.0.0.0/8"], "http://10.1.2.3/", nil),
            (["all_proxy": "http://p:1", "no_proxy": "10.0.0.0/8"], "http://11.1.2.3/", "http://p:1"),
            (["all_proxy": "http://p:1", "no_proxy": "fd00::/8"], "http://[fd00::7]/", nil),
        ] as [([String: String], String, String?)])
    func `the variables mean what they mean elsewhere`(environment: [String: String], url: String, expected: String?) throws {
        #expect(try way(url, environment) == expected)
    }

    @Test(arguments: ["ftp://p:1", "http://", "http:///x", "http://a b", "javascript:x", "http://@"])
    func `what is no proxy is refused by the variable's name and without its text`(text: String) throws {
        let caught = #expect(throws: ProxyProblem.self) { try ProxySettings(environment: ["HTTPS_PROXY": text]) }
        #expect(caught?.message.hasPrefix("HTTPS_PROXY is no address of a proxy") == true)
        #expect(text.count < 8 || caught?.message.contains(text) == false)
    }

    private func client(through proxy: RawServer, password: String = "") throws -> HTTPClient {
        var settings = HTTPClientSettings()
        let address = "http://\(password)127.0.0.1:\(proxy.port)"
        settings.proxies = try ProxySettings(environment: ["http_proxy": address, "https_proxy": address])
        return HTTPClient(settings)
    }

    private func failure(_ client: HTTPClient, _ request: OutgoingRequest) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a proxy is told the whole address and its own password, which no server sees`() async throws {
        let proxy = try RawServer { _, connection in connection.answer(200, [], "by proxy") }
        let client = try client(through: proxy, password: "user:word@")
        let answer = try await client.send(OutgoingRequest(.get, "http://code.invalid/path?x=1"))
        #expect(answer.body == Array("by proxy".utf8))
        let sent = try #require(proxy.requests.first)
        #expect(sent.hasPrefix("GET http://code.invalid/path?x=1 HTTP/1.1\r\n"))
        #expect(sent.contains("Proxy-Authorization: Basic \(Data("user:word".utf8).base64EncodedString())"))
        let direct = try RawServer { _, connection in connection.answer(200) }
        #expect(try await client.send(OutgoingRequest(.get, direct.url)).status == 200)
        #expect(direct.requests.first?.contains("Proxy-Authorization") == false)
        #expect(proxy.requests.count == 1)
    }

    @Test func `a proxy that lets nothing through is a connection that failed, and nothing was done`() async throws {
        let proxy = try RawServer { _, connection in connection.answer(403) }
        let caught = await failure(try client(through: proxy), OutgoingRequest(.post, "https://code.invalid/", body: [1]))
        #expect(proxy.requests.first?.hasPrefix("CONNECT code.invalid:443 HTTP/1.1\r\n") == true)
        #expect(caught?.kind == .connectFailed)
        #expect(caught?.mayBeDone == false)
    }

    @Test(arguments: ["http://127.0.0.1:1/", "http://10.0.0.1/", "http://169.254.169.254/latest/", "https://192.168.0.1/"])
    func `an address from outside never takes a proxy, so the guard looks at it`(url: String) async throws {
        let proxy = try RawServer { _, connection in connection.answer(200) }
        var request = OutgoingRequest(.get, url)
        request.trust = .outside
        request.limits.connect = .seconds(2)
        #expect(await failure(try client(through: proxy), request)?.kind == .addressRefused)
        #expect(proxy.requests.isEmpty)
    }

    @Test func `a name from outside is not resolved by the proxy either`() async throws {
        let proxy = try RawServer { _, connection in connection.answer(200) }
        var request = OutgoingRequest(.get, "http://metadata.invalid/")
        request.trust = .outside
        request.limits.connect = .seconds(1)
        let caught = await failure(try client(through: proxy), request)
        #expect(caught?.kind == .nameNotFound || caught?.kind == .timedOut(.connect))
        #expect(proxy.requests.isEmpty)
    }

    @Test func `where a redirect leads to another host, the way is direct and guarded again`() async throws {
        let inside = try RawServer { _, connection in connection.answer(200) }
        let proxy = try RawServer { _, connection in connection.answer(302, ["location: \(inside.url)"]) }
        var request = OutgoingRequest(.get, "http://code.invalid/")
        request.redirects = .follow(max: 3)
        #expect(await failure(try client(through: proxy), request)?.kind == .addressRefused)
        #expect(inside.requests.isEmpty)
        #expect(proxy.requests.count == 1)
    }
}
