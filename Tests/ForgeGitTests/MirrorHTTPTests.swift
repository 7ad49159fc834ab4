// Fetching from a host that speaks HTTP, with the real git behind it: credentials, redirects, silence, and what is said of each.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct MirrorHTTPTests {
    private let scene: MirrorScene
    private let server: GitHTTPServer
    private let head: String
    private let word = "word-" + String(repeating: "x", count: 12)

    init() throws {
        scene = try MirrorScene()
        try scene.origin.write("a.txt", String(repeating: "a line of text\n", count: 40))
        try scene.origin.write("b.bin", MirrorScene.noise(200_000))
        head = try scene.origin.commit()
        server = try GitHTTPServer(scene.origin.path)
    }

    private func request(_ commits: [String] = [], host: String = "127.0.0.1", password: String? = nil) throws -> FetchRequest {
        var request = try scene.request(["refs/heads/main"], commits, url: server.url(".git", host: host))
        request.remote.password = password.map { Secret(Array($0.utf8)) }
        return request
    }

    private func failure(_ change: (inout MirrorOptions) -> Void = { _ in }, password: String? = nil) async throws -> SourceError? {
        let mirrors = try scene.mirrors(change)
        return await scene.failure { _ = try await mirrors.fetch(request(password: password)) }
    }

    @Test func `a private repository is fetched with a credential, which is written nowhere`() async throws {
        defer { server.stop() }
        server.require("x-access-token:\(word)")
        let snapshot = try await scene.mirrors().fetch(request([head], password: word))
        #expect(try await snapshot.commit(of: "refs/heads/main")?.description == head)
        for file in scene.files {
            let bytes = try Data(contentsOf: URL(filePath: file))
            #expect(bytes.firstRange(of: Data(word.utf8)) == nil, "\(file)")
            #expect(bytes.firstRange(of: Data("\(server.port)".utf8)) == nil || file.hasSuffix(".pack"), "\(file)")
        }
        #expect(!scene.log.text.contains(word))
    }

    @Test(arguments: [nil, "wrong-" + "word"]) func `a credential that is not right is refused, once, and not repeated`(_ password: String?)
        async throws
    {
        defer { server.stop() }
        server.require("x-access-token:\(word)")
        let error = try await failure(password: password)
        #expect(error?.kind == .unauthorized)
        #expect(error?.message.contains("repository's contents") == true)
        if let password { #expect(error?.message.contains(password) == false) }
        #expect(server.authorizations.count == (password == nil ? 0 : 1))
    }

    @Test(arguments: [
        (404, SourceError.Kind.notFound), (410, .notFound), (403, .unauthorized), (429, .unavailable), (500, .unavailable),
        (503, .unavailable),
    ])
    func `an answer that is no pack is told apart`(_ status: Int, _ kind: SourceError.Kind) async throws {
        defer { server.stop() }
        server.set(.status(status))
        let error = try await failure()
        #expect(error?.kind == kind, "\(String(describing: error))")
        #expect(error?.message.contains("acme/app") == true)
    }

    @Test func `a repository that moved on the same host is followed`() async throws {
        defer { server.stop() }
        server.set(.redirect("/moved"))
        let snapshot = try await scene.mirrors().fetch(request([head]))
        #expect(try await snapshot.contains(scene.sha(head)))
        #expect(server.paths.contains { $0.hasPrefix("/moved/") })
    }

    @Test func `a credential follows no redirect to another host or port`() async throws {
        defer { server.stop() }
        let thief = try GitHTTPServer(scene.origin.path)
        defer { thief.stop() }
        thief.require("nobody:knows")
        for base in [thief.url("x", host: "localhost"), thief.url("x")] {
            server.set(.redirect(base))
            let error = try await failure(password: word)
            #expect(error?.kind == .unauthorized, "\(String(describing: error))")
            #expect(error?.message.contains(word) == false)
        }
        #expect(thief.authorizations.isEmpty && thief.paths.isEmpty)
    }

    @Test func `a host that says nothing is left`() async throws {
        defer { server.stop() }
        server.set(.silence)
        let error = try await failure { $0.idleTimeout = .milliseconds(150) }
        #expect(error?.kind == .unavailable && error?.message.contains("said nothing") == true, "\(String(describing: error))")
    }

    @Test func `a fetch has a time limit over all`() async throws {
        defer { server.stop() }
        server.set(.silence)
        let error = try await failure { $0.fetchTimeout = .milliseconds(150) }
        #expect(error?.kind == .unavailable && error?.message.contains("took longer") == true, "\(String(describing: error))")
    }

    @Test func `a cancelled fetch ends at once`() async throws {
        defer { server.stop() }
        server.set(.silence)
        let mirrors = try scene.mirrors()
        let request = try request()
        let task = Task { try await mirrors.fetch(request) }
        while server.paths.isEmpty { await Task.yield() }
        task.cancel()
        let error = await scene.failure { _ = try await task.value }
        #expect(error?.kind == .unavailable && error?.message.contains("cancelled") == true, "\(String(describing: error))")
    }

    @Test(arguments: [GitHTTPServer.Mood.halfAPack, .brokenPack])
    func `half a pack leaves nothing behind, and the next fetch succeeds`(_ mood: GitHTTPServer.Mood) async throws {
        defer { server.stop() }
        server.set(mood)
        let error = try await failure { $0.idleTimeout = .milliseconds(150) }
        #expect(error?.kind == .unavailable, "\(String(describing: error))")
        server.set(.serve)
        let snapshot = try await scene.mirrors().fetch(request([head]))
        #expect(try await snapshot.diff(from: nil, to: scene.sha(head)).files.count == 2)
        #expect(!scene.files.contains { $0.contains("_git2_") })
    }

    @Test func `nobody listening is said`() async throws {
        server.stop()
        let error = try await failure()
        #expect(error?.kind == .unavailable && error?.message.contains("does not answer") == true, "\(String(describing: error))")
    }

    @Test func `more objects or bytes than are taken end the fetch`() async throws {
        defer { server.stop() }
        let objects = try await failure { $0.fetchObjectsMax = 3 }
        #expect(objects?.kind == .tooLarge, "\(String(describing: objects))")
        let bytes = try await failure { $0.fetchBytesMax = 50_000 }
        #expect(bytes?.kind == .tooLarge, "\(String(describing: bytes))")
        let room = try await failure { $0.freeBytesMin = .max }
        #expect(room?.kind == .unavailable && room?.message.contains("disk") == true)
        #expect(!scene.files.contains { $0.contains("_git2_") })
    }

    @Test func `a head that a force push left behind is asked for by its name`() async throws {
        defer { server.stop() }
        try scene.origin.git(["config", "uploadpack.allowAnySHA1InWant", "true"])
        try scene.origin.git(["commit", "-q", "--amend", "-m", "Pushed by force"])
        let snapshot = try await scene.mirrors().fetch(request([head]))
        #expect(try await snapshot.contains(scene.sha(head)))
        #expect(try await snapshot.commit(of: "refs/heads/main") != scene.sha(head))
    }

    @Test func `other branches stay where they are`() async throws {
        defer { server.stop() }
        try scene.origin.git(["checkout", "-q", "-b", "other"])
        let other = try scene.origin.commit("other")
        let snapshot = try await scene.mirrors().fetch(request([head]))
        #expect(try await !snapshot.contains(scene.sha(other)))
    }

    @Test func `an incremental fetch over HTTP brings the new commit`() async throws {
        defer { server.stop() }
        let mirrors = try scene.mirrors()
        _ = try await mirrors.fetch(request([head]))
        try scene.origin.write("c.txt", "c\n")
        let next = try scene.origin.commit()
        let snapshot = try await mirrors.fetch(request([next]))
        #expect(try await snapshot.diff(from: scene.sha(head), to: scene.sha(next)).files.map(\.path.text) == ["c.txt"])
    }

    @Test func `a certificate that nobody vouches for ends a fetch`() async throws {
        server.stop()
        let folder = scene.origin.path
        let made = Process()
        made.executableURL = URL(filePath: "/usr/bin/openssl")
        made.arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2", "-keyout", "\(folder)/key.pem", "-out",
            "\(folder)/certificate.pem",
        ]
        made.standardError = FileHandle.nullDevice
        try made.runAlone()
        made.waitUntilExit()
        let tls = Process()
        let output = Pipe()
        tls.executableURL = URL(filePath: "/usr/bin/openssl")
        tls.arguments = ["s_server", "-accept", "127.0.0.1:0", "-key", "\(folder)/key.pem", "-cert", "\(folder)/certificate.pem", "-www"]
        tls.standardOutput = output
        tls.standardError = FileHandle.nullDevice
        tls.standardInput = Pipe()
        try tls.runAlone()
        // Children of a test begin with signals blocked; this one cannot be.
        defer { kill(tls.processIdentifier, SIGKILL) }
        var said = ""
        while !said.contains("ACCEPT"), tls.isRunning { said += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) }
        let port = try #require(said.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }?.split(separator: ":").last)
        let error = await scene.failure { _ = try await scene.mirrors().fetch(scene.request(url: "https://127.0.0.1:\(port)/x.git")) }
        #expect(error?.kind == .unavailable && error?.message.contains("is not trusted") == true, "\(String(describing: error))")
    }
}
