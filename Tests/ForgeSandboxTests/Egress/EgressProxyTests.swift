// The way out over real sockets: a program at the sandbox's loopback, the bridge, the proxy at its unix socket, and a host that stands in for
// the world.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct EgressProxyTests {
    private final class Audit: Sendable {
        private let written = Mutex<[EgressEvent]>([])
        private let isBroken = Mutex(false)

        var events: [EgressEvent] { written.withLock { $0 } }

        func breakDown() { isBroken.withLock { $0 = true } }

        func write(_ event: EgressEvent) throws(StoreError) {
            if isBroken.withLock({ $0 }) { throw StoreError(code: .full, call: "append", message: "no room") }
            written.withLock { $0.append(event) }
        }
    }

    private struct Room {
        /// Any server that is at hand: what it does not know it answers with `{}`.
        var host: ModelStandIn
        var proxy: String
        var bridge: SocketBridge
        var audit: Audit

        /// As `curl` in the sandbox would ask, through the bridge.
        func curl(_ words: String...) async throws -> ProcessRun {
            let all = ["-sS", "--proxytunnel", "-x", "http://127.0.0.1:\(bridge.port)", "--max-time", "20"] + words
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try ProcessRun("/usr/bin/curl", all, in: "/") }) }
            }
        }
    }

    /// `shop.example` is a host on this machine, which the guard is told to let pass; `inside.example` leads to where nobody may go.
    private func withRoom(_ limits: EgressLimits = EgressLimits(), _ work: (Room) async throws -> Void) async throws {
        let audit = Audit()
        let host = try ModelStandIn()
        let loopback = try #require(IPNetwork("127.0.0.1"))
        let places: [String: String] = [
            "shop.example": "127.0.0.1", "inside.example": "10.1.2.3", "meta.example": "169.254.169.254",
            "six.example": "::ffff:192.168.0.1",
            "self.example": "127.0.0.2",
        ]
        let names = EgressRules(
            (places.keys.map { "\($0):\(host.port)" } + ["unknown.example:\(host.port)"]).compactMap { EgressPattern($0) })
        try await TemporaryFolder.with { folder in
            let proxy = try EgressProxy(
                folder: folder.path, name: "e", rules: names, limits: limits,
                dependencies: EgressDependencies(
                    resolve: { places[$0].flatMap { IPAddress($0) }.map { [$0] } ?? [] }, guarding: AddressGuard(exceptions: [loopback]),
                    audit: { (event: EgressEvent) async throws(StoreError) in try audit.write(event) }))
            let bridge = try SocketBridge(to: folder.path(of: "e"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await proxy.run() }
                group.addTask { await bridge.run() }
                let result: Result<Void, any Error>
                do {
                    result = .success(
                        try await work(Room(host: host, proxy: folder.path(of: "e"), bridge: bridge, audit: audit)))
                } catch {
                    result = .failure(error)
                }
                group.cancelAll()
                try result.get()
            }
        }
    }

    @Test func `a host on the list is reached, and the audit has it before and after`() async throws {
        try await withRoom { room in
            let answer = try await room.curl(
                "http://shop.example:\(room.host.port)/", "--data-binary", String(repeating: "x", count: 100_000))
            #expect(answer.code == 0 && String(decoding: answer.output, as: UTF8.self) == "{}", "\(answer.errors)")
            let target = try #require(EgressTarget("shop.example:\(room.host.port)"))
            while room.audit.events.count < 2 { await Task.yield() }
            let address = try #require(IPAddress("127.0.0.1"))
            #expect(room.audit.events.first == .allowed(target, address))
            guard case .closed(target, .finished, let sent, let received) = room.audit.events[1] else {
                Issue.record("\(room.audit.events)")
                return
            }
            #expect(sent > 100_000 && received > 10)
        }
    }

    @Test(arguments: [
        ("other.test", "not on the list"), ("inside.example", "leads to this machine"), ("meta.example", "leads to this machine"),
        ("six.example", "leads to this machine"), ("self.example", "leads to this machine"),
        ("127.0.0.1", "no host name"),
    ])
    func `what is not on the list, or leads inside, is refused and written down`(_ host: String, _ reason: String) async throws {
        try await withRoom { room in
            let answer = try await room.curl("-v", "http://\(host):\(room.host.port)/")
            #expect(answer.code != 0)
            #expect(answer.errors.contains("403") || answer.errors.contains("502"), "\(answer.errors)")
            while room.audit.events.isEmpty { await Task.yield() }
            guard case .refused(_, let why) = room.audit.events[0] else {
                Issue.record("\(room.audit.events)")
                return
            }
            #expect(why.contains(reason), "\(why)")
        }
    }

    @Test func `a name that nobody knows is no refusal: it was on the list`() async throws {
        try await withRoom { room in
            let answer = try await room.curl("-v", "http://unknown.example:\(room.host.port)/")
            #expect(answer.code != 0 && answer.errors.contains("502"), "\(answer.errors)")
            while room.audit.events.isEmpty { await Task.yield() }
            let target = try #require(EgressTarget("unknown.example:\(room.host.port)"))
            #expect(room.audit.events == [.unknown(target)])
        }
    }

    @Test func `plain requests are refused`() async throws {
        try await withRoom { room in
            let words = ["-sS", "-x", "http://127.0.0.1:\(room.bridge.port)", "http://shop.example:\(room.host.port)/"]
            let answer = try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try ProcessRun("/usr/bin/curl", words, in: "/") }) }
            }
            #expect(String(decoding: answer.output, as: UTF8.self).contains("only CONNECT is let through"))
        }
    }

    @Test func `what cannot be written into the audit is not connected`() async throws {
        try await withRoom { room in
            room.audit.breakDown()
            let answer = try await room.curl("-v", "http://shop.example:\(room.host.port)/")
            #expect(answer.code != 0 && answer.errors.contains("503"))
        }
    }

    @Test func `a connection ends at its limit of bytes, and when it is silent`() async throws {
        var limits = EgressLimits()
        limits.bytesMax = 100_000
        try await withRoom(limits) { room in
            let answer = try await room.curl(
                "http://shop.example:\(room.host.port)/", "--data-binary", String(repeating: "x", count: 120_000))
            #expect(answer.code != 0)
            while room.audit.events.count < 2 { await Task.yield() }
            guard case .closed(_, .bytesMax, _, _) = room.audit.events[1] else {
                Issue.record("\(room.audit.events)")
                return
            }
        }
        limits = EgressLimits()
        limits.idle = .milliseconds(200)
        try await withRoom(limits) { room in
            let target = "shop.example:\(room.host.port)"
            // Telnet's way: a tunnel is asked for, and nothing is said through it.
            let answer = try await room.curl("-v", "telnet://\(target)")
            #expect(answer.errors.contains("200"), "\(answer.errors)")
            while room.audit.events.count < 2 { await Task.yield() }
            guard case .closed(_, let ending, _, _) = room.audit.events[1] else { return }
            #expect(ending == .idle || ending == .finished)
        }
    }

    @Test func `many at once are all served, more than there is room for`() async throws {
        var limits = EgressLimits()
        limits.connections = 3
        try await withRoom(limits) { room in
            let codes = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await room.curl("http://shop.example:\(room.host.port)/", "--data-binary", "x").code }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == Array(repeating: 0, count: 12))
        }
    }

    @Test func `who asks without end is turned away, and the audit says so once`() async throws {
        var limits = EgressLimits()
        limits.connectionsTotal = 2
        try await withRoom(limits) { room in
            for index in 0..<5 {
                let answer = try await room.curl("-v", "http://shop.example:\(room.host.port)/")
                #expect((answer.code == 0) == (index < 2), "\(answer.errors)")
            }
            while room.audit.events.count < 5 { await Task.yield() }
            let refused = room.audit.events.filter { if case .refused = $0 { true } else { false } }
            #expect(refused == [.refused(target: "", because: "more than 2 connections")])
        }
    }

    @Test func `the socket goes with the proxy, and connections with it`() async throws {
        try await TemporaryFolder.with { folder in
            do {
                let proxy = try EgressProxy(
                    folder: folder.path, name: "e", rules: .none, dependencies: EgressDependencies(audit: { _ async throws(StoreError) in })
                )
                #expect(FileManager.default.fileExists(atPath: folder.path(of: "e")))
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await proxy.run() }
                    group.cancelAll()
                }
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path(of: "e")))
        }
    }
}
