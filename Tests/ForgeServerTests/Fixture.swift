// A server under test, with what it said and the time it believes in.

import ForgeCore
import ForgeServer
import Glibc
import Synchronization
import Testing

/// All tests that start a server, one after another: threads are counted, and nobody's answer waits for another test's load.
@Suite(.serialized)
struct ServerTests {}

/// Nanoseconds that pass when the test says so, or as they do outside.
final class TestTime: Sendable {
    private let standsStill: Bool
    private let nanoseconds = Atomic<UInt64>(1)

    init(standsStill: Bool) { self.standsStill = standsStill }

    var now: UInt64 {
        if standsStill { return nanoseconds.load(ordering: .sequentiallyConsistent) }
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    func pass(_ seconds: Int) { nanoseconds.add(UInt64(seconds) * 1_000_000_000, ordering: .sequentiallyConsistent) }
}

/// A door that handlers wait at, until the test opens it.
actor Door {
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var arrivals = 0
    private var isOpen = false
    private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func pass() async {
        arrivals += 1
        for watcher in watchers where watcher.count <= arrivals { watcher.continuation.resume() }
        watchers.removeAll { $0.count <= arrivals }
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }

    /// Returns when so many have come to the door.
    func arrived(_ count: Int) async {
        if arrivals < count { await withCheckedContinuation { watchers.append((count, $0)) } }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    var arrivalCount: Int { arrivals }
}

struct Fixture {
    let server: HTTPServer
    let port: UInt16
    let metrics: Metrics
    let time: TestTime
    let lines: Lines

    final class Lines: Sendable {
        private struct State {
            var lines: [LogLine] = []
            var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        }

        private let state = Mutex(State())

        func append(_ line: LogLine) {
            let reached = state.withLock { state in
                state.lines.append(line)
                let reached = state.watchers.filter { $0.count <= state.lines.count }
                state.watchers.removeAll { $0.count <= state.lines.count }
                return reached
            }
            for watcher in reached { watcher.continuation.resume() }
        }

        var all: [LogLine] { state.withLock { $0.lines } }

        /// Returns when so many lines are there: a request's line is the last thing that is done for it.
        func reached(_ count: Int) async {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.lines.count >= count { return true }
                    state.watchers.append((count, continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        }
    }

    func client(receiveBuffer: Int32? = nil) -> RawClient { RawClient(port: port, receiveBuffer: receiveBuffer) }

    /// One request on a connection of its own.
    func ask(_ text: String) async -> Answer {
        let client = client()
        await client.send(text)
        return RawClient.parse(await client.readToEnd().text)
    }

    /// Of the requests in the log, in its order.
    var statuses: [Int] { lines.all.compactMap { JSON.object($0.fields)["status"]?.integer }.map(Int.init) }

    func rejections(_ reason: String) -> Int {
        metrics.counter("forge_http_rejected_total", "Requests and connections turned away.", [.init("reason", reason)]).value
    }
}

func makeServer(
    _ routes: [HTTPRoute], _ limits: ServerLimits = ServerLimits(), standsStill: Bool = false, tls: TLSFiles? = nil, port: UInt16 = 0
) throws -> Fixture {
    let metrics = Metrics()
    let time = TestTime(standsStill: standsStill)
    let lines = Fixture.Lines()
    let serial = SerialNumber()
    let server = HTTPServer(
        listen: ListenAddress(address: IPAddress(version4: 0x7F00_0001), port: port), routes: routes, limits: limits, tls: tls,
        dependencies: ServerDependencies(
            log: Log(level: .debug) { lines.append($0) }, metrics: metrics, monotonic: { time.now }, requestIDs: { serial.next() }))
    return Fixture(server: server, port: try server.start(), metrics: metrics, time: time, lines: lines)
}

private final class SerialNumber: Sendable {
    private let number = Atomic<Int>(0)
    func next() -> String { "r\(number.add(1, ordering: .relaxed).newValue)" }
}

/// Starts a server, lets the test use it, and stops it.
func withServer(
    _ routes: [HTTPRoute], _ limits: ServerLimits = ServerLimits(), standsStill: Bool = false, tls: TLSFiles? = nil,
    _ body: (Fixture) async throws -> Void
) async throws {
    let fixture = try makeServer(routes, limits, standsStill: standsStill, tls: tls)
    do {
        try await body(fixture)
    } catch {
        await fixture.server.stop(within: .seconds(0))
        throw error
    }
    await fixture.server.stop(within: .seconds(0))
}

/// Answers with the body it was sent.
let echo = HTTPRoute(.post, "/echo", bodyBytesMax: 100_000) { HTTPResponse(status: 200, body: .bytes($0.body)) }
let hello = HTTPRoute(.get, "/hello") { _ in HTTPResponse(status: 200, text: "hello") }

func threadCount() -> Int {
    guard let folder = unsafe opendir("/proc/self/task") else { return 0 }
    defer { unsafe closedir(folder) }
    var count = 0
    while unsafe readdir(folder) != nil { count += 1 }
    return count - 2
}
