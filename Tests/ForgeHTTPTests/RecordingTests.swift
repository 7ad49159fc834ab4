// What is written down of an exchange, and what never is; and that the file is whole whenever somebody looks.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeHTTP

@Suite struct RecordingTests {
    private let folder = URL.temporaryDirectory.appending(path: "forge-recording-\(UUID().uuidString)")
    private var path: String { folder.appending(path: "exchanges.har").path }

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func recorder(bodyBytesMax: Int = 64 << 10, redact: @escaping @Sendable (String) -> String = { $0 }) throws -> HARRecorder {
        try HARRecorder(
            path: path, clock: WallClock { Timestamp(milliseconds: 1_792_000_000_123) }, version: "1.2.3", bodyBytesMax: bodyBytesMax,
            redact: redact)
    }

    private func client(_ recorder: HARRecorder) -> HTTPClient {
        var settings = HTTPClientSettings()
        settings.recorder = recorder
        return HTTPClient(settings)
    }

    private var text: String { get throws { String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) } }

    // MARK: One exchange

    @Test func `an exchange is written as HAR 1 point 2 has it`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try RawServer { _, connection in
            connection.answer(201, ["content-type: application/json", "x-request-id: 7"], #"{"id":12}"#)
        }
        let recorder = try recorder()
        let request = OutgoingRequest(
            .post, server.url + "repos?page=2&sort=", headers: [HeaderField("content-type", "application/json")],
            body: Array(#"{"a":[1]}"#.utf8))
        _ = try await client(recorder).send(request)
        recorder.finish()
        let log = try #require(try JSONParser.parse(text)["log"])
        #expect(log["version"]?.string == "1.2")
        #expect(log["creator"]?.text == #"{"name":"forge","version":"1.2.3"}"#)
        let entry = try #require(log["entries"]?[0])
        #expect(log["entries"]?.array?.count == 1)
        #expect(entry["startedDateTime"]?.string == "2026-10-14T17:46:40.123Z")
        #expect(entry["request"]?["method"]?.string == "POST")
        #expect(entry["request"]?["url"]?.string == server.url + "repos?page=2&sort=")
        #expect(entry["request"]?["queryString"]?.text == #"[{"name":"page","value":"2"},{"name":"sort","value":""}]"#)
        #expect(entry["request"]?["postData"]?["text"]?.string == #"{"a":[1]}"#)
        #expect(entry["request"]?["bodySize"]?.integer == 9)
        #expect(entry["response"]?["status"]?.integer == 201)
        #expect(entry["response"]?["httpVersion"]?.string == "HTTP/1.1")
        #expect(entry["response"]?["content"]?["mimeType"]?.string == "application/json")
        #expect(entry["response"]?["content"]?["text"]?.string == #"{"id":12}"#)
        #expect(entry["serverIPAddress"]?.string == "127.0.0.1")
        for name in ["blocked", "dns", "connect", "send", "wait", "receive", "ssl"] {
            #expect(entry["timings"]?[name]?.double != nil, "\(name)")
        }
        for name in ["statusText", "cookies", "headers", "redirectURL", "headersSize", "bodySize"] {
            #expect(entry["response"]?[name] != nil, "\(name)")
        }
    }

    @Test func `nothing that proves who somebody is stands in the file`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let secrets = (0..<9).map { "s3cr3t-\($0)-" + String(repeating: "x", count: 12) }
        let begin = "-----BEGIN RSA " + "PRIVATE KEY-----"
        let end = "-----END RSA " + "PRIVATE KEY-----"
        let answer = JSON.object([
            .init("token", .string(secrets[0])), .init("pem", .string("\(begin)\n\(secrets[1])\n\(end)\n")),
            .init("client_secret", .string(secrets[2])), .init("nested", .object([.init("webhook_secret", .string(secrets[3]))])),
            .init("html_url", "https://github.example/apps/forge"),
        ])
        let server = try RawServer { _, connection in
            connection.answer(201, ["set-cookie: session=\(secrets[4])", "location: /next?access_token=\(secrets[5])&page=3"], answer.text)
        }
        let recorder = try recorder { $0.replacing(secrets[8], with: "known") }
        var request = OutgoingRequest(
            .post, server.url + "codes/\(secrets[6])/conversions", headers: [HeaderField("x-api-key", secrets[7])],
            authorization: Secret(Array("Bearer \(secrets[0])".utf8)), body: Array("about \(secrets[8])".utf8))
        request.shownURL = server.url + "codes/•••/conversions"
        _ = try await client(recorder).send(request)
        recorder.finish()
        let text = try text
        for secret in secrets { #expect(!text.contains(secret), "\(secret)") }
        for kept in ["about known", "page=3", "https://github.example/apps/forge", "codes/•••/conversions", "html_url"] {
            #expect(text.contains(kept), "\(kept)")
        }
    }

    @Test func `bodies are cut, and what is no text is only counted`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try RawServer { request, connection in
            if request.hasPrefix("GET") { return connection.answer(200, [], String(repeating: "ä", count: 3_000)) }
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n")
            connection.send([0, 1, 2, 255])
        }
        let recorder = try recorder(bodyBytesMax: 1_001)
        let client = client(recorder)
        _ = try await client.send(OutgoingRequest(.get, server.url))
        _ = try await client.send(OutgoingRequest(.post, server.url, body: [UInt8](repeating: 65, count: 5_000)))
        recorder.finish()
        let entries = try #require(try entries(in: path))
        #expect(entries[0]["response"]?["content"]?["size"]?.integer == 6_000)
        #expect(entries[0]["response"]?["content"]?["comment"]?.string == "the first 1001 of 6000 bytes")
        #expect(entries[0]["response"]?["content"]?["text"]?.string?.hasPrefix("ääää") == true)
        #expect(entries[1]["request"]?["postData"]?["text"]?.string?.count == 1_001)
        #expect(entries[1]["response"]?["content"]?["comment"]?.string == "4 bytes that are no text")
        #expect(entries[1]["response"]?["content"]?["text"] == nil)
    }

    @Test func `what failed and each step of a redirect is there, too`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try RawServer { request, connection in
            if request.contains(" /there ") { connection.answer(200) } else { connection.answer(302, ["location: /there"]) }
        }
        let recorder = try recorder()
        let client = client(recorder)
        var request = OutgoingRequest(.get, server.url)
        request.redirects = .follow(max: 3)
        _ = try await client.send(request)
        await #expect(throws: HTTPClientError.self) { _ = try await client.send(OutgoingRequest(.get, "http://127.0.0.1:1/")) }
        recorder.finish()
        let entries = try #require(try entries(in: path))
        #expect(entries.map { $0["response"]?["status"]?.integer } == [302, 200, 0])
        #expect(entries[0]["response"]?["redirectURL"]?.string == "/there")
        #expect(entries[2]["comment"]?.string?.contains("does not answer") == true)
    }

    // MARK: The file

    @Test func `the file is whole at every step and lacks nothing that is done`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var done = 0
        var looks = 0
        var problems: [String] = []
        func look() {
            looks += 1
            guard let text = try? text, let found = try? JSONParser.parse(text)["log"]?["entries"]?.array else {
                return problems.append("step \(looks)")
            }
            if !(done...done + 1).contains(found.count) { problems.append("step \(looks): \(found.count) of \(done)") }
        }
        var file = try HARFile.begin(path, opening: Array(#"{"log":{"entries":[\#n"#.utf8)) { look() }
        for number in 0..<12 {
            // From a few bytes to several pages.
            let filler = String(repeating: "y", count: number * number * 300)
            try file.append(Array(#"{"number":\#(number),"text":"\#(filler)"}"#.utf8))
            done += 1
        }
        #expect(problems == [])
        #expect(looks > 100)
        #expect(try JSONParser.parse(text)["log"]?["entries"]?.array?.map { $0["number"]?.integer } == (0..<12).map { Int64($0) })
    }

    @Test func `only its owner may read it, also where others could read the one before`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("old".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let server = try RawServer { _, connection in connection.answer(200) }
        let recorder = try recorder()
        let client = client(recorder)
        for count in 1...3 {
            _ = try await client.send(OutgoingRequest(.get, server.url))
            recorder.finish()
            #expect(try entries(in: path)?.count == count)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let mode = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
        }
    }

    @Test func `when somebody takes the file away, the recording goes on in a new one`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var file = try HARFile.begin(path, opening: Array(#"{"log":{"entries":[\#n"#.utf8))
        for number in 0..<3 { try file.append(Array("\(number)".utf8)) }
        let taken = folder.appending(path: "taken")
        try FileManager.default.moveItem(atPath: path, toPath: taken.path)
        for number in 3..<6 { try file.append(Array("\(number)".utf8)) }
        let before = try JSONParser.parse(String(decoding: Data(contentsOf: taken), as: UTF8.self))
        #expect(before["log"]?["entries"]?.text == "[0,1,2]")
        #expect(try JSONParser.parse(text)["log"]?["entries"]?.text == "[3,4,5]")
    }

    @Test func `what is no file is left alone, and a folder that is not there is told`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for place in [folder.path, "/dev/null", folder.path + "/missing/exchanges.har"] {
            #expect(throws: RecordingError.self) {
                _ = try HARRecorder(path: place, clock: WallClock { Timestamp(milliseconds: 0) }, version: "test") { $0 }
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `at its end it leaves one file behind`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            var file = try HARFile.begin(path, opening: Array(#"{"log":{"entries":[\#n"#.utf8))
            for number in 0..<3 { try file.append(Array("\(number)".utf8)) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["exchanges.har"])
    }
}
