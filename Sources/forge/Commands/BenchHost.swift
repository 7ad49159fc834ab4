// As much of GitHub as a review needs, for measuring: it answers at once, checks nothing and counts what it is asked. Whether the requests
// are right is shown by the tests, against hosts that are strict; it must never be taken for one of those.

import ForgeCore
import ForgeServer
import ForgeSystem
import Synchronization

final class BenchHost: Sendable {
    struct Counts: Hashable, Sendable {
        var api = 0
        var git = 0
    }

    private struct State {
        var heads: [Int: String] = [:]
        var counts = Counts()
        var ended: [String: UInt64] = [:]
        var next = 1_000
    }

    private let pulls: BenchPulls
    private let state = Mutex(State())
    private let server = Mutex<HTTPServer?>(nil)

    init(_ pulls: BenchPulls) { self.pulls = pulls }

    /// Its port.
    func start() throws -> Int {
        let address = ListenAddress(address: IPAddress(version4: 0x7F00_0001), port: 0)
        let names = RequestNames()
        let dependencies = ServerDependencies(
            log: .silent, metrics: Metrics(), monotonic: { MonotonicClock.nanoseconds }, requestIDs: names.next)
        var limits = ServerLimits()
        limits.requestsPerAddressMinute = 0
        let server = HTTPServer(listen: address, routes: routes, limits: limits, tls: nil, dependencies: dependencies)
        let port = try server.start()
        self.server.withLock { $0 = server }
        return Int(port)
    }

    /// Lets go of the server, which holds on to this.
    func stop() async { await server.withLock { $0.take() }?.stop(within: .seconds(1)) }

    func set(_ pull: Int, head: String) { state.withLock { $0.heads[pull] = head } }

    /// What was asked since the last call.
    func takeCounts() -> Counts {
        state.withLock { state in
            defer { state.counts = Counts() }
            return state.counts
        }
    }

    /// When the check of a head ended, in nanoseconds of the machine's own clock.
    func ended(_ head: String) -> UInt64? { state.withLock { $0.ended[head] } }

    // MARK: The API

    private var routes: [HTTPRoute] {
        let repo = "/repos/{owner}/{name}"
        return [
            api(.get, "/app") { _ in ["id": 1, "slug": "forge", "name": "Forge"] },
            api(.get, "/app/hook/deliveries") { _ in [] },
            api(.get, "/users/{login}") { _ in ["id": 99, "login": "forge[bot]", "type": "Bot"] },
            api(.post, "/app/installations/{id}/access_tokens", status: 201) { _ in
                ["token": "bench-token", "expires_at": "2099-01-01T00:00:00Z", "permissions": [:]]
            },
            api(.delete, "/installation/token", status: 204) { _ in .null },
            api(.get, "\(repo)/pulls/{number}") { [self] request in
                let number = Int(request.parameters["number"] ?? "") ?? 0
                return pulls.json(number, head: state.withLock { $0.heads[number] } ?? "")
            },
            api(.get, "\(repo)/issues/{number}/comments") { _ in [] },
            api(.post, "\(repo)/issues/{number}/comments", status: 201) { [self] in written($0) },
            api(.patch, "\(repo)/issues/comments/{id}") { [self] in written($0) },
            api(.get, "\(repo)/pulls/{number}/reviews") { _ in [] },
            api(.post, "\(repo)/pulls/{number}/reviews") { [self] in written($0) },
            api(.get, "\(repo)/commits/{ref}/check-runs") { _ in ["total_count": 0, "check_runs": []] },
            api(.post, "\(repo)/check-runs", status: 201) { [self] in checkRun($0) },
            api(.patch, "\(repo)/check-runs/{id}") { [self] in checkRun($0) },
            api(.post, "/graphql") { _ in Self.noThreads },
            HTTPRoute(.get, "/{owner}/{name}/info/refs") { [self] _ in await offer() },
            HTTPRoute(.post, "/{owner}/{name}/git-upload-pack", bodyBytesMax: 8 << 20) { [self] in await pack($0) },
        ]
    }

    private func api(
        _ method: HTTPMethod, _ path: String, status: Int = 200, _ answer: @escaping @Sendable (HTTPRequest) -> JSON
    ) -> HTTPRoute {
        HTTPRoute(method, path, bodyBytesMax: 8 << 20) { [self] request in
            state.withLock { $0.counts.api += 1 }
            let json = answer(request)
            return status == 204 ? HTTPResponse(status: 204) : HTTPResponse(status: status, json: json)
        }
    }

    private static let noThreads: JSON = [
        "data": ["repository": ["pullRequest": ["reviewThreads": ["nodes": [], "pageInfo": ["hasNextPage": false, "endCursor": nil]]]]]
    ]

    private func written(_ request: HTTPRequest) -> JSON {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let body = (try? JSONParser.parse(request.body).value)?["body"] ?? .string("")  // what is no JSON has no body to repeat
        return [
            "id": JSON(number), "body": body, "user": ["id": 99, "login": "forge[bot]", "type": "Bot"],
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "html_url": "http://127.0.0.1/",
        ]
    }

    private func checkRun(_ request: HTTPRequest) -> JSON {
        let now = MonotonicClock.nanoseconds
        // What is no JSON ends no review, and the measurement says so by never ending.
        let sent = (try? JSONParser.parse(request.body).value) ?? .null
        if sent["conclusion"] != nil, let head = sent["head_sha"]?.string { state.withLock { $0.ended[head] = now } }
        var answer = written(request)
        if case .object(let members) = answer {
            answer = .object(
                members + [.init("status", "completed"), .init("app", ["id": 1]), .init("external_id", sent["external_id"] ?? "")])
        }
        return answer
    }

    // MARK: Git

    private func offer() async -> HTTPResponse {
        state.withLock { $0.counts.git += 1 }
        let refs = output(["upload-pack", "--stateless-rpc", "--advertise-refs", pulls.path], input: [])
        let head = Array("001e# service=git-upload-pack\n0000".utf8)
        return HTTPResponse(
            status: 200, headers: [HeaderField("content-type", "application/x-git-upload-pack-advertisement")], body: .bytes(head + refs))
    }

    private func pack(_ request: HTTPRequest) async -> HTTPResponse {
        state.withLock { $0.counts.git += 1 }
        let bytes = output(["upload-pack", "--stateless-rpc", pulls.path], input: request.body)
        return HTTPResponse(
            status: 200, headers: [HeaderField("content-type", "application/x-git-upload-pack-result")], body: .bytes(bytes))
    }

    /// What git writes; nothing when it cannot be run, which ends the fetch with an error that the bench shows.
    private func output(_ arguments: [String], input: [UInt8]) -> [UInt8] {
        do {
            let number = state.withLock { state in
                state.next += 1
                return state.next
            }
            let file = "\(pulls.folder.path)/request-\(number)"
            try Files.write(input, to: file)
            defer { Files.removeFile(file) }
            // A child begins with our standard input; the shell gives it the request's.
            let words = ["-c", "input=$1; shift; exec \"$@\" < \"$input\"", "sh", file, pulls.folder.git] + arguments
            return try pulls.folder.ended("/bin/sh", words).output
        } catch {
            return []
        }
    }
}
