// A server at a path of this machine instead of at an address: for its owner alone, and gone when the server is.

import ForgeCore
import ForgeServer
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(1)))
    struct SocketFileTests {
        private func makeServer(_ path: String, _ routes: [HTTPRoute]) -> HTTPServer {
            HTTPServer(
                socketPath: path, routes: routes,
                dependencies: ServerDependencies(
                    log: .silent, metrics: Metrics(), monotonic: { DispatchTime.now().uptimeNanoseconds }, requestIDs: { "r" }))
        }

        /// On a thread of its own: it must take none from the handlers it waits for.
        private func curl(_ path: String, _ words: String...) async throws -> ProcessRun {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(
                        with: Result { try ProcessRun("/usr/bin/curl", ["-sS", "--unix-socket", path] + words, in: "/") })
                }
            }
        }

        @Test func `whoever owns the file is answered, and the file goes with the server`() async throws {
            try await TemporaryFolder.with { folder in
                let path = "\(folder.path)/\(String(repeating: "long", count: 40))"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                let server = makeServer("\(path)/s.sock", [echo])
                #expect(try server.start() == 0)
                let mode = try FileManager.default.attributesOfItem(atPath: "\(path)/s.sock")[.posixPermissions] as? Int
                #expect(mode == 0o600)
                try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/s", withDestinationPath: "\(path)/s.sock")
                let answer = try await curl("\(folder.path)/s", "http://x/echo", "-d", "said")
                #expect(answer.code == 0 && answer.output == Array("said".utf8))
                await server.stop(within: .seconds(1))
                #expect(!FileManager.default.fileExists(atPath: "\(path)/s.sock"))
            }
        }

        @Test func `what a killed process left is taken over, and another file is not`() async throws {
            try await TemporaryFolder.with { folder in
                let first = makeServer("\(folder.path)/s", [echo])
                try first.start()
                let second = makeServer("\(folder.path)/s", [echo])
                try second.start()
                #expect(try await curl("\(folder.path)/s", "http://x/echo", "-d", "b").output == Array("b".utf8))
                await second.stop(within: .seconds(1))
                await first.stop(within: .seconds(1))
                try "mine".write(toFile: "\(folder.path)/file", atomically: true, encoding: .utf8)
                #expect(throws: ServerError.self) { try makeServer("\(folder.path)/file", []).start() }
                #expect(try String(contentsOfFile: "\(folder.path)/file", encoding: .utf8) == "mine")
            }
        }

        @Test func `a stream of somebody else's is passed on byte for byte`() async throws {
            let chunks = ["data: a", "\n\nda", "", "ta: b\n"].map { Array($0.utf8) }
            let left = Chunks(chunks)
            let route = HTTPRoute(.get, "/s") { _ in
                HTTPResponse(
                    status: 200, headers: [HeaderField("content-type", "text/event-stream")], body: .stream(HTTPBodyStream { left.next() }))
            }
            try await withServer([route]) { server in
                let answer = await server.ask("GET /s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(answer["content-type"] == "text/event-stream")
                #expect(answer.body.contains("data: a") && !answer.body.contains(": \n"))
            }
        }
    }
}

private final class Chunks: Sendable {
    private let left: Mutex<[[UInt8]]>

    init(_ chunks: [[UInt8]]) { left = Mutex(chunks) }

    func next() -> [UInt8]? { left.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
