// Who is believed to be who they say, over real TLS: only whom the system vouches for, or the operator's own file; and HTTP/2, which is
// agreed on while TLS begins.

import ForgeCore
import Foundation
import Testing

@testable import ForgeHTTP

@Suite struct TLSTests {
    private func client(trusting certificates: String?, recorder: HARRecorder? = nil) -> HTTPClient {
        var settings = HTTPClientSettings()
        settings.certificates = certificates
        settings.recorder = recorder
        return HTTPClient(settings)
    }

    private func kind(_ client: HTTPClient, _ url: String) async -> HTTPClientError.Kind? {
        do throws(HTTPClientError) {
            _ = try await client.send(OutgoingRequest(.get, url))
            return nil
        } catch {
            #expect(!error.mayBeDone)
            return error.kind
        }
    }

    @Test func `a server is trusted by the operator's file, and by nothing else`() async throws {
        let room = try CertificateRoom()
        try room.make("server", for: "IP:127.0.0.1")
        try room.make("elsewhere", for: "DNS:other.example")
        try room.make(authority: "stranger")
        let server = try EncryptedServer(try room.files("server"))
        let elsewhere = try EncryptedServer(try room.files("elsewhere"))
        let url = "https://127.0.0.1:\(server.port)/"
        #expect(try await client(trusting: room.authority).send(OutgoingRequest(.get, url)).body == Array("encrypted".utf8))
        #expect(await kind(client(trusting: nil), url) == .tlsFailed)
        #expect(await kind(client(trusting: room.path("stranger.pem")), url) == .tlsFailed)
        #expect(await kind(client(trusting: room.path("nothing.pem")), url) == .tlsFailed)
        #expect(await kind(client(trusting: room.authority), "https://127.0.0.1:\(elsewhere.port)/") == .tlsFailed)
        await server.stop()
        await elsewhere.stop()
    }

    @Test func `plain HTTP where TLS is asked for proves nothing`() async throws {
        let server = try RawServer { connection, _ in connection.answer(400) }
        #expect(await kind(client(trusting: nil), "https://127.0.0.1:\(server.port)/") == .tlsFailed)
    }

    @Test func `a connection that is agreed on once is used again`() async throws {
        let room = try CertificateRoom()
        try room.make("server", for: "IP:127.0.0.1")
        let server = try EncryptedServer(try room.files("server"))
        let recording = room.path("exchanges.har")
        let recorder = try HARRecorder(path: recording, clock: WallClock { Timestamp(milliseconds: 0) }, version: "test") { $0 }
        let client = client(trusting: room.authority, recorder: recorder)
        for _ in 0..<5 {
            #expect(try await client.send(OutgoingRequest(.get, "https://127.0.0.1:\(server.port)/")).status == 200)
        }
        recorder.finish()
        let entries = try #require(try entries(in: recording))
        #expect(Set(entries.map { $0["connection"]?.string }).count == 1)
        #expect(entries.map { ($0["timings"]?["ssl"]?.double ?? 0) > 0 } == [true, false, false, false, false])
        await server.stop()
    }

    @Test func `over TLS many requests share one HTTP 2 connection`() async throws {
        let room = try CertificateRoom()
        try room.make("server", for: "IP:127.0.0.1")
        let server = try HTTP2Server(room, waitsFor: 4)
        let recording = room.path("exchanges.har")
        let recorder = try HARRecorder(path: recording, clock: WallClock { Timestamp(milliseconds: 0) }, version: "test") { $0 }
        let client = client(trusting: room.authority, recorder: recorder)
        // It serves one connection at a time and answers none before the fourth has come: over four connections this would never end.
        let bodies = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<4 {
                group.addTask {
                    let request = OutgoingRequest(.post, "https://127.0.0.1:\(server.port)/\(number)", body: [UInt8(number)])
                    return String(decoding: try await client.send(request).body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(bodies.count == 4)
        #expect(server.connections == 1)
        recorder.finish()
        let answered = try #require(try entries(in: recording)).filter { $0["response"]?["status"]?.integer == 200 }
        #expect(answered.map { $0["response"]?["httpVersion"]?.string } == Array(repeating: "HTTP/2", count: 4))
    }
}

func entries(in recording: String) throws -> [JSON]? {
    try JSONParser.parse(String(decoding: Data(contentsOf: URL(filePath: recording)), as: UTF8.self))["log"]?["entries"]?.array
}
