// In front of every endpoint: no token, no answer; then the role, then the kept answer of a repeated request, then the work. Whatever
// goes wrong becomes a problem document; what is ours to mend is logged and not told.

import ForgeCore
import ForgeCrypto

struct APIGate: Sendable {
    /// Longer keys than this are refused.
    private static let keyBytesMax = 255

    var store: any TokenStore & AnswerStore
    var log: Log

    func route(_ endpoint: Endpoint, bodyBytesMax: Int) -> HTTPRoute {
        HTTPRoute(endpoint.method, endpoint.path, bodyBytesMax: endpoint.method == .post ? bodyBytesMax : 0) { request in
            await self.answer(request, endpoint)
        }
    }

    private func answer(_ request: HTTPRequest, _ endpoint: Endpoint) async -> HTTPResponse {
        do {
            let authorized = try await authorize(request)
            guard authorized.token.role >= endpoint.role else {
                throw HTTPProblem(
                    status: 403, title: "Not allowed",
                    detail: "This needs the role \(endpoint.role.rawValue); the token's is \(authorized.token.role.rawValue).")
            }
            try authorized.checkQuery(endpoint.query)
            guard endpoint.isRepeatable else { return try await endpoint.carryOut(authorized) }
            return try await onceForKey(authorized, endpoint)
        } catch let problem as HTTPProblem {
            return problem.response(requestID: request.id)
        } catch let error as StoreError {
            return answer(error, to: request)
        } catch {
            log.error("an endpoint failed", [.init("request_id", .string(request.id)), .init("error", .string("\(error)"))])
            return HTTPProblem(status: 500, title: "Internal error").response(requestID: request.id)
        }
    }

    private func answer(_ error: StoreError, to request: HTTPRequest) -> HTTPResponse {
        if error.code == .refused {
            return HTTPProblem(status: 409, title: "Not possible in this state", detail: error.message).response(requestID: request.id)
        }
        log.error("the store failed", [.init("request_id", .string(request.id)), .init("error", .string(error.description))])
        guard error.isPassing else { return HTTPProblem(status: 500, title: "Internal error").response(requestID: request.id) }
        let wait = HeaderField("retry-after", "5")
        return HTTPProblem(status: 503, title: "The store is not available", headers: [wait]).response(requestID: request.id)
    }

    private func authorize(_ request: HTTPRequest) async throws -> AuthorizedRequest {
        let challenge = HeaderField("www-authenticate", "Bearer")
        let refused = HTTPProblem(status: 401, title: "Unauthorized", detail: "A bearer token is needed.", headers: [challenge])
        guard let header = request.header("authorization"), header.prefix(7).lowercased() == "bearer ",
            let secret = TokenSecret(header.dropFirst(7).trimmingSpaces)
        else { throw refused }
        let digest = secret.hash.hex
        guard let token = try await store.token(digest: digest) else { throw refused }
        return AuthorizedRequest(request: request, token: token, tokenDigest: digest)
    }

    /// Two that come at once may both do the work: every such endpoint does the same thing twice as once, and the first answer is kept.
    private func onceForKey(_ request: AuthorizedRequest, _ endpoint: Endpoint) async throws -> HTTPResponse {
        guard let key = request.request.header("idempotency-key") else { return try await endpoint.carryOut(request) }
        guard (1...Self.keyBytesMax).contains(key.utf8.count) else {
            throw HTTPProblem(status: 400, title: "Bad Idempotency-Key", detail: "It has 1 to \(Self.keyBytesMax) bytes.")
        }
        let digest = Self.digest(of: request.request)
        if let kept = try await store.keptAnswer(owner: request.actor, key: key) { return try replay(kept, digest) }
        let response = try await endpoint.carryOut(request)
        guard case .bytes(let body) = response.body else { return response }
        let kept = try await store.keepAnswer(
            owner: request.actor, key: key, KeptAnswer(status: response.status, body: body, requestDigest: digest))
        return kept.body == body ? response : try replay(kept, digest)
    }

    private func replay(_ kept: KeptAnswer, _ digest: String) throws -> HTTPResponse {
        guard kept.requestDigest == digest else {
            throw HTTPProblem(
                status: 422, title: "Idempotency-Key used for another request",
                detail: "This key was sent before with another method, path or body. Take a new one.")
        }
        let headers = [HeaderField("content-type", "application/json"), HeaderField("idempotency-replayed", "true")]
        return HTTPResponse(status: kept.status, headers: headers, body: .bytes(kept.body))
    }

    private static func digest(of request: HTTPRequest) -> String {
        Hex.encode(SHA256.digest(Array("\(request.method.rawValue) \(request.path)\n".utf8) + request.body))
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
