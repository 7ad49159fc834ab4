// What an answer means: one function of its status, headers and body, with no memory and no effect.

import ForgeCore
import ForgeHTTP

enum AnswerJudgement: Sendable {
    case fine(JSON)
    /// What was answered last time still holds.
    case unchanged
    case moved(to: String)
    case limited(RateRefusal)
    case denied(CredentialDenial)
    case failed(CodeHostError.Kind, String)
    /// 5xx, or an answer that cannot be read; what was asked may be done all the same.
    case broken(String, retryAfter: Duration?)
}

struct RateRefusal: Hashable, Sendable {
    /// Nil when GitHub did not say.
    var wait: Duration?
    var message: String
    /// GraphQL's hourly budget is used up; everything else goes on.
    var isGraphOnly = false
}

func judge(_ response: OutgoingResponse, isGraph: Bool) -> AnswerJudgement {
    let body = JSONBody(response)
    if let refusal = rateRefusal(response, body) { return .limited(refusal) }
    switch response.status {
    case 200..<300: return success(response, body, isGraph: isGraph)
    case 304: return .unchanged
    case 301, 302, 307, 308:
        return response.header("location").map { .moved(to: $0) }
            ?? .broken("GitHub points elsewhere and does not say where", retryAfter: nil)
    case 401: return .denied(denial(response, body))
    case 403: return .denied(denial(response, body))
    // A token of an App that GitHub does not know: the wrong number in the settings, or another GitHub.
    case 404 where body.message(404) == "Integration not found": return .denied(denial(response, body, as: 401))
    case 404, 410, 451: return .failed(.notFound, body.message(response.status))
    case 409: return .failed(.conflict, body.message(response.status))
    case 405, 413, 422: return .failed(.refused, body.message(response.status))
    case 408, 500...: return .broken(body.message(response.status), retryAfter: retryAfter(response))
    default: return .failed(.defect, body.message(response.status))
    }
}

/// A body that is JSON, one that is none, or one that should be and is cut off or damaged.
private enum JSONBody {
    case none
    case json(JSON)
    case unreadable

    init(_ response: OutgoingResponse) {
        if response.body.allSatisfy({ $0 <= 0x20 }) {
            self = .none
        } else {
            do throws(JSONError) {
                self = .json(try JSONParser.parse(response.body).value)
            } catch {
                self = .unreadable
            }
        }
    }

    /// GitHub's sentence, with its details; never a page of HTML.
    func message(_ status: Int) -> String {
        guard case .json(let json) = self, let text = json["message"]?.string else { return "GitHub answered \(status)" }
        let details = (json["errors"]?.array ?? []).prefix(5).compactMap(Self.detail)
        return oneLine(([text] + details).joined(separator: "; "))
    }

    private static func detail(_ error: JSON) -> String? {
        if let text = error.string ?? error["message"]?.string { return text }
        let parts = [error["resource"]?.string, error["field"]?.string, error["code"]?.string].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}

/// Text from GitHub for a log or an error.
func oneLine(_ text: String, max: Int = 400) -> String {
    let scalars = text.unicodeScalars.prefix(max).map { $0.isHidden ? " " : $0 }
    return String(String.UnicodeScalarView(scalars)) + (text.unicodeScalars.count > max ? "…" : "")
}

private func success(_ response: OutgoingResponse, _ body: JSONBody, isGraph: Bool) -> AnswerJudgement {
    switch body {
    case .unreadable: return .broken("GitHub's answer cannot be read", retryAfter: nil)
    case .none: return response.status == 200 && isGraph ? .broken("GitHub's answer is empty", retryAfter: nil) : .fine(.null)
    case .json(let json): return isGraph ? graphJudgement(json) : .fine(json)
    }
}

// MARK: Limits

private func rateRefusal(_ response: OutgoingResponse, _ body: JSONBody) -> RateRefusal? {
    let isGraphLimit = response.status == 200 && body.hasRateLimitError
    guard response.status == 429 || response.status == 403 || isGraphLimit else { return nil }
    let text = isGraphLimit ? "API rate limit exceeded" : body.message(response.status)
    let lowered = text.lowercased()
    // A 403 that has used up the last request may be one of permission all the same.
    guard
        response.status == 429 || isGraphLimit || lowered.contains("rate limit") || lowered.contains("abuse detection")
            || response.header("retry-after") != nil
    else { return nil }
    let isGraphOnly =
        response.header("x-ratelimit-resource") == "graphql" && response.header("x-ratelimit-remaining") == "0"
        && response.header("retry-after") == nil
    return RateRefusal(wait: retryAfter(response) ?? untilReset(response), message: text, isGraphOnly: isGraphOnly)
}

extension JSONBody {
    fileprivate var hasRateLimitError: Bool {
        guard case .json(let json) = self, let errors = json["errors"]?.array else { return false }
        return errors.contains { $0["type"]?.string == "RATE_LIMITED" || $0["type"]?.string == "RATE_LIMIT" }
    }
}

/// Longer than this nobody waits; it also keeps a number from outside out of arithmetic that would overflow.
let waitMax = Duration.seconds(86_400)

private func retryAfter(_ response: OutgoingResponse) -> Duration? {
    guard let seconds = response.header("retry-after").flatMap({ Int64($0) }), seconds >= 0 else { return nil }
    return min(.seconds(min(seconds, 1_000_000)), waitMax)
}

/// A second more than GitHub says, counted on GitHub's own clock.
private func untilReset(_ response: OutgoingResponse) -> Duration? {
    guard response.header("x-ratelimit-remaining") == "0", let reset = resetMoment(response),
        let now = response.header("date").flatMap({ Timestamp(httpDate: $0) })
    else { return nil }
    return min(max(reset - now, .zero) + .seconds(1), waitMax)
}

func resetMoment(_ response: OutgoingResponse) -> Timestamp? {
    guard let seconds = response.header("x-ratelimit-reset").flatMap({ Int64($0) }), (0...100_000_000_000).contains(seconds) else {
        return nil
    }
    return Timestamp(milliseconds: seconds * 1000)
}

// MARK: Who may

private func denial(_ response: OutgoingResponse, _ body: JSONBody, as status: Int? = nil) -> CredentialDenial {
    CredentialDenial(
        status: status ?? response.status, message: body.message(response.status),
        accepted: acceptedPermissions(response.header("x-accepted-github-permissions") ?? ""),
        serverTime: response.header("date").flatMap { Timestamp(httpDate: $0) })
}

/// `contents=read,issues=write; pull_requests=write`: with commas what is needed together, with semicolons what would do instead.
func acceptedPermissions(_ text: String) -> [[String: String]] {
    text.split(separator: ";").prefix(8).compactMap { list in
        var names: [String: String] = [:]
        for pair in list.split(separator: ",").prefix(16) {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
            if parts.count == 2 { names[parts[0]] = parts[1] }
        }
        return names.isEmpty ? nil : names
    }
}

// MARK: GraphQL

/// GraphQL answers 200 whatever happens.
private func graphJudgement(_ json: JSON) -> AnswerJudgement {
    guard let error = json["errors"]?[0] else {
        return json["data"].map { .fine($0) } ?? .broken("GitHub's answer has no data", retryAfter: nil)
    }
    let message = oneLine(error["message"]?.string ?? "GitHub refused a query")
    switch error["type"]?.string {
    case "NOT_FOUND": return .failed(.notFound, message)
    case "FORBIDDEN", "INSUFFICIENT_SCOPES":
        return .denied(CredentialDenial(status: 403, message: message, accepted: [], serverTime: nil, isGraph: true))
    case "UNPROCESSABLE": return .failed(.refused, message)
    case "STALE_DATA": return .failed(.conflict, message)
    // GitHub's own trouble has no type.
    case nil where message.contains("Something went wrong") || message.contains("timedout"): return .broken(message, retryAfter: nil)
    case nil where error["extensions"] == nil: return .failed(.refused, message)
    default: return .failed(.defect, message)
    }
}
