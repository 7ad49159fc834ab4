// What may go wrong between a client and GitHub, on request: which requests it strikes, how often, and how.

import ForgeCore
import Synchronization

package struct WireFault: Sendable {
    package enum Kind: Hashable, Sendable {
        /// Nothing is done and this comes back.
        case status(Int)
        /// A page for people where JSON was asked for.
        case html(Int)
        case tooManyRequests(retryAfter: Int?)
        case secondaryLimit(retryAfter: Int?)
        /// Nothing is left until so many seconds from now.
        case primaryLimit(seconds: Int)
        case resetBefore
        /// It is done, and the answer gets lost.
        case resetAfter
        /// It is done, and a proxy says otherwise.
        case statusAfter(Int)
        case silence
        case silenceAfter
        case truncated
        case badJSON
        /// Answered from the world as it was before the last write.
        case stale
        case notFound

        package var isAfterTheWrite: Bool {
            switch self {
            case .resetAfter, .statusAfter, .silenceAfter, .truncated, .badJSON: true
            default: false
            }
        }
    }

    /// Of "METHOD /path", somewhere in it.
    package var match: String
    package var kind: Kind
    package var times: Int
    /// So many that match go through first.
    package var skip: Int

    package init(_ match: String, _ kind: Kind, times: Int = 1, skip: Int = 0) {
        self.match = match
        self.kind = kind
        self.times = times
        self.skip = skip
    }
}

/// The faults that are still to come.
final class FaultList: Sendable {
    private let faults = Mutex<[WireFault]>([])

    func add(_ fault: WireFault) { faults.withLock { $0.append(fault) } }
    func clear() { faults.withLock { $0 = [] } }
    var isEmpty: Bool { faults.withLock { $0.isEmpty } }

    /// The one that strikes this request, used up by that.
    func take(for line: String) -> WireFault.Kind? {
        faults.withLock { faults in
            for index in faults.indices {
                guard let expression = try? Regex(faults[index].match) else { preconditionFailure("no expression: \(faults[index].match)") }
                guard line.firstMatch(of: expression) != nil else { continue }
                if faults[index].skip > 0 {
                    faults[index].skip -= 1
                    continue
                }
                let kind = faults[index].kind
                faults[index].times -= 1
                if faults[index].times <= 0 { faults.remove(at: index) }
                return kind
            }
            return nil
        }
    }
}

extension WireFault.Kind {
    /// What comes in place of an answer, when nothing is done.
    func response(now: Int64) -> WireResponse? {
        func json(_ status: Int, _ message: String, _ headers: [(name: String, value: String)] = []) -> WireResponse {
            let body: JSON = .members(("message", .string(message)), ("documentation_url", "https://docs.github.com/rest"))
            return WireResponse(status: status, headers: [("content-type", "application/json; charset=utf-8")] + headers, body: body.utf8)
        }
        let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        return switch self {
        case .status(let status): json(status, "Server Error")
        case .html(let status):
            WireResponse(status: status, headers: [("content-type", "text/html")], body: Array("<html>Unicorn!</html>".utf8))
        case .tooManyRequests(let seconds): json(429, secondary, seconds.map { [("retry-after", String($0))] } ?? [])
        case .secondaryLimit(let seconds): json(403, secondary, seconds.map { [("retry-after", String($0))] } ?? [])
        case .primaryLimit(let seconds):
            json(
                403, "API rate limit exceeded for installation.",
                [
                    ("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-used", "5000"),
                    ("x-ratelimit-reset", String(now + Int64(seconds))), ("x-ratelimit-resource", "core"),
                ])
        case .notFound: json(404, "Not Found")
        case .resetBefore: WireResponse(status: 200, ending: .reset(afterBytes: 0))
        case .silence: WireResponse(status: 200, ending: .silence)
        case .resetAfter, .statusAfter, .silenceAfter, .truncated, .badJSON, .stale: nil
        }
    }

    /// What becomes of an answer on its way.
    func spoil(_ response: WireResponse) -> WireResponse {
        var response = response
        switch self {
        case .resetAfter: response.ending = .reset(afterBytes: 0)
        case .silenceAfter: response.ending = .silence
        case .truncated: response.ending = .reset(afterBytes: response.bytes(withBody: true).count - max(1, response.body.count / 2))
        case .badJSON: response.body = Array(response.body.dropLast(response.body.count / 2 + 1))
        case .statusAfter(let status): response = WireFault.Kind.status(status).response(now: 0) ?? response
        default: break
        }
        return response
    }
}
