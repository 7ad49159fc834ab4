// Answers one request after another from what the stand-in remembers: noted, struck by a fault or not, held or not, checked, carried out.

import ForgeCore
import ForgeCrypto
import Foundation
import Synchronization

final class StandInCore: Sendable {
    let state: Mutex<GitHubState>
    let faults = FaultList()
    let hold = WriteHold()
    let activity = Activity()
    let courier = Courier()
    private let older = Mutex<GitHubState?>(nil)
    private let verified = Mutex<Set<String>>([])
    private let busyWrites = Mutex<[String: Int]>([:])

    init(_ state: GitHubState) {
        self.state = Mutex(state)
        courier.whenFinished { [weak self] delivery, status in self?.finished(delivery, status) }
    }

    private func finished(_ id: Int64, _ status: Int) {
        state.withLock { state in
            guard let index = state.deliveries.firstIndex(where: { $0.id == id }) else { return }
            state.deliveries[index].statusCode = status
            state.deliveries[index].status =
                (200..<300).contains(status) ? "OK" : status == 0 ? "failed to connect to host" : "Invalid HTTP Response: \(status)"
        }
        activity.note()
    }

    /// Changes the world, and sends out what follows from that.
    func change<Result: Sendable>(_ work: (inout GitHubState) throws(GitHubRefusal) -> Result) throws(GitHubRefusal) -> Result {
        let outcome: Swift.Result<(Result, [StandInDelivery]), GitHubRefusal> = state.withLock { state in
            do throws(GitHubRefusal) {
                let result = try work(&state)
                let out = state.outbox.compactMap { id in state.deliveries.last { $0.id == id } }
                state.outbox = []
                return .success((result, out))
            } catch {
                state.outbox = []
                return .failure(error)
            }
        }
        let (result, deliveries) = try outcome.get()
        courier.send(deliveries)
        return result
    }

    // MARK: - Requests

    func answer(_ request: WireRequest) -> WireResponse {
        var request = request
        if request.path.starts(with: ["api", "v3"]) { request.path.removeFirst(2) }
        if request.path.starts(with: ["api", "graphql"]) { request.path.removeFirst(1) }
        let isWrite = request.isWrite
        let number = isWrite ? hold.arrive() : 0
        let dead = WireResponse(status: 500, ending: .reset(afterBytes: 0))
        if isWrite, hold.pass(number, .before, line: request.line) {
            note(request, 0, isWrite, "held before")
            return dead
        }
        if isWrite { older.withLock { older in older = state.withLock { $0 } } }
        let fault = faults.take(for: request.line)
        if let fault, let response = fault.response(now: state.withLock { $0.now.milliseconds / 1_000 }) {
            note(request, response.ending == .whole ? response.status : 0, isWrite, "fault")
            return dated(response)
        }
        let response = carriedOut(request, isStale: fault == .stale)
        note(request, response.status, isWrite, fault == nil ? "" : "fault after")
        if isWrite, hold.pass(number, .after, line: request.line) { return dead }
        return dated(fault?.spoil(response) ?? response)
    }

    private func note(_ request: WireRequest, _ status: Int, _ isWrite: Bool, _ note: String) {
        state.withLock { state in
            state.requests.append(
                StandInRequest(
                    method: request.method, target: request.target, status: status, isWrite: isWrite, note: note, at: state.now))
        }
        activity.note()
    }

    private func carriedOut(_ request: WireRequest, isStale: Bool) -> WireResponse {
        let git = state.withLock { $0.gitRequest(request) }
        if let (name, rest) = git { return gitAnswer(request, name, rest) }
        let response = Swift.Result<WireResponse, GitHubRefusal> { () throws(GitHubRefusal) in try restAnswer(request, isStale: isStale) }
        switch response {
        case .success(let response): return response
        case .failure(let refusal):
            let headers = [("content-type", "application/json; charset=utf-8")] + refusal.headers
            return WireResponse(status: refusal.status, headers: headers + limits(), body: refusal.json.utf8)
        }
    }

    private func gitAnswer(_ request: WireRequest, _ name: String, _ rest: String) -> WireResponse {
        if let moved = state.withLock({ $0.repositories[name.lowercased()] == nil ? $0.renamed(name) : nil }) {
            let query = request.target.split(separator: "?", maxSplits: 1).dropFirst().map { "?\($0)" }.joined()
            let place = "\(state.withLock { $0.webURL })/\(moved.fullName).git/\(rest)\(query)"
            return WireResponse(status: 301, headers: [("location", place)])
        }
        if let refusal = state.withLock({ $0.gitRefusal(request, name) }) { return refusal }
        let world = state.withLock { $0 }
        do { return try world.gitAnswer(request, name, rest) } catch {
            return WireResponse(status: 500, body: Array("\(error)".utf8))
        }
    }

    private func restAnswer(_ request: WireRequest, isStale: Bool) throws(GitHubRefusal) -> WireResponse {
        let caller = try state.withLock({ $0 }).caller(of: request, verifies: verifies)
        if case .some(let old) = older.withLock({ $0 }), isStale {
            var past = old
            past.tokens = state.withLock { $0.tokens }
            return wire(try past.carryOut(request, caller), request)
        }
        return wire(try change { state throws(GitHubRefusal) in try state.carryOut(request, caller) }, request)
    }

    private func verifies(_ signature: [UInt8], _ signed: String) -> Bool {
        let seen = "\(signed).\(Hex.encode(signature))"
        if verified.withLock({ $0.contains(seen) }) { return true }
        guard let key = state.withLock({ $0.app.publicKey }), StandInKey.verifies(signature, of: Array(signed.utf8), with: key) else {
            return false
        }
        _ = verified.withLock { $0.insert(seen) }
        return true
    }

    private func wire(_ answer: RESTAnswer, _ request: WireRequest) -> WireResponse {
        let type = [("content-type", "application/json; charset=utf-8")] + limits()
        switch answer {
        case .value(let status, let json): return WireResponse(status: status, headers: type, body: json.utf8)
        case .headed(let status, let json, let headers): return WireResponse(status: status, headers: type + headers, body: json.utf8)
        case .nothing(let status): return WireResponse(status: status, headers: limits())
        case .list(let items):
            let page = ListPage(of: items, request, state.withLock { ($0.apiURL, $0.options.pageMax) })
            return WireResponse(status: 200, headers: type + page.links, body: JSON.array(page.items).utf8)
        case .named(let name, let items):
            let page = ListPage(of: items, request, state.withLock { ($0.apiURL, $0.options.pageMax) })
            let json: JSON = .members(("total_count", JSON(items.count)), (name, .array(page.items)))
            return WireResponse(status: 200, headers: type + page.links, body: json.utf8)
        }
    }

    private func limits() -> [(name: String, value: String)] {
        state.withLock { state in
            [
                ("x-ratelimit-limit", String(state.options.rateLimit)), ("x-ratelimit-used", String(state.rateLimitUsed)),
                ("x-ratelimit-remaining", String(max(0, state.options.rateLimit - state.rateLimitUsed))),
                ("x-ratelimit-reset", String(state.rateLimitReset)), ("x-ratelimit-resource", "core"),
                ("x-github-request-id", "STAND:\(state.requests.count)"),
            ]
        }
    }

    /// The server's clock is in every answer.
    private func dated(_ response: WireResponse) -> WireResponse {
        var response = response
        response.headers.append(("date", state.withLock { $0.now }.imfText))
        return response
    }
}

/// One page of a list, and the way to the others.
struct ListPage {
    var items: [JSON]
    var links: [(name: String, value: String)]

    init(of all: [JSON], _ request: WireRequest, _ place: (url: String, most: Int)) {
        let size = min(max(request.queryValue("per_page").flatMap { Int($0) } ?? 30, 1), min(100, place.most))
        let number = max(request.queryValue("page").flatMap { Int($0) } ?? 1, 1)
        let start = min((number - 1) * size, all.count)
        items = Array(all[start..<min(start + size, all.count)])
        let others = request.query.filter { $0.name != "page" }.map { "\($0.name)=\($0.value)" }
        func link(_ page: Int, _ name: String) -> String {
            "<\(place.url)/\(request.path.joined(separator: "/"))?\((others + ["page=\(page)"]).joined(separator: "&"))>; rel=\"\(name)\""
        }
        let last = (all.count + size - 1) / size
        links = number < last ? [("link", [link(number + 1, "next"), link(last, "last")].joined(separator: ", "))] : []
    }
}

extension WireRequest {
    /// Changes something that people see: neither a token nor a fetch, which are posted, too.
    var isWrite: Bool {
        guard method != "GET", method != "HEAD" else { return false }
        if path.last == "access_tokens" || path.first == "installation" || path.last == "git-upload-pack" { return false }
        if path.last == "graphql" { return String(decoding: body, as: UTF8.self).contains("mutation") }
        return true
    }
}

extension Timestamp {
    /// `Fri, 20 Nov 2026 17:00:00 GMT`
    var imfText: String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
    }
}
