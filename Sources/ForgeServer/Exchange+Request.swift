// Taking a request in: judging its first line and headers, then its body piece by piece. Every bound that can be checked before the body
// is read is checked before it.

import CMicroHTTPD
import ForgeCore

/// Why a request goes no further.
struct Refusal {
    let problem: HTTPProblem
    var reason: Rejection?
    /// False if it is sure that no body follows, so that the next request can be found.
    var endsConnection = true
}

extension Exchange {
    /// The headers are complete.
    func begin(_ head: RequestHead) -> MHD_Result {
        if let refusal = judge(head) {
            if let reason = refusal.reason { core.instruments.reject(reason) }
            guard refusal.endsConnection else {
                step = .refused(refusal.problem)
                return .YES
            }
            // A response at the first call makes the library close the connection after it.
            connection.linger()
            return send(refusal.problem.response(requestID: id))
        }
        step = .body
        connection.enter(.readingBody, deadline: core.deadline(core.limits.bodyTimeout))
        return .YES
    }

    private func judge(_ head: RequestHead) -> Refusal? {
        guard head.byteCount <= core.limits.headerBytes else {
            return Refusal(problem: .headersTooLarge(bytesMax: core.limits.headerBytes), reason: .headersTooLarge)
        }
        guard head.isSound(target: target, at: targetAddress) else { return .malformed("The request's headers are malformed.") }
        remote = remoteAddress(peer: connection.peer, headers: head.headers, trustedProxies: core.limits.trustedProxies)
        if core.stage != .serving { return Refusal(problem: .unavailable("The service is stopping."), reason: .stopping) }
        let wait = core.allowance.take(remote.counted, at: core.monotonic())
        do throws(FramingRefusal) {
            let framing = try RequestFraming(head.headers, isVersion10: head.isVersion10)
            guard let target = RequestTarget(target) else { return .malformed("The request's target is malformed.") }
            path = target.path
            var refusal = accept(head, target, framing)
            if let wait { refusal = Refusal(problem: .tooManyRequests(retryAfter: wait), reason: .requestRate) }
            refusal?.endsConnection = framing != .none
            return refusal
        } catch {
            return .malformed(error.reason)
        }
    }

    /// Finds the route and makes room for the body.
    private func accept(_ head: RequestHead, _ target: RequestTarget, _ framing: RequestFraming) -> Refusal? {
        method = HTTPMethod(rawValue: head.method)
        guard let method else { return Refusal(problem: .methodUnknown) }
        switch core.routes.match(method, path: target.path) {
        case .notFound: return Refusal(problem: .notFound)
        case .wrongMethod(let allow): return Refusal(problem: .methodNotAllowed(allow: allow))
        case .found(let entry, let parameters):
            self.entry = entry
            var request = HTTPRequest(
                id: id, method: method, path: target.path, query: target.query, headers: head.headers, remoteAddress: remote.description,
                parameters: parameters)
            if case .length(let count) = framing {
                guard count <= entry.route.bodyBytesMax else {
                    return Refusal(problem: .tooLarge(bytesMax: entry.route.bodyBytesMax), reason: .bodyTooLarge)
                }
                // What is announced is not yet there: past a megabyte, memory is taken as bytes come.
                request.body.reserveCapacity(min(count, 1 << 20))
            }
            self.request = request
            return nil
        }
    }

    /// A piece of the body.
    func take(_ bytes: UnsafeRawBufferPointer) -> MHD_Result {
        switch step {
        case .body:
            guard let entry, request != nil else { return .NO }
            if bytesIn + bytes.count > entry.route.bodyBytesMax {
                return refuseInBody(.tooLarge(bytesMax: entry.route.bodyBytesMax), .bodyTooLarge)
            }
            guard core.reserveBody(bytes.count) else {
                return refuseInBody(.unavailable("Too many bodies are being read."), .bodyMemory)
            }
            bytesIn += bytes.count
            unsafe request?.body.append(contentsOf: bytes)
            return .YES
        case .discarding(let problem, let bytesLeft):
            step = .discarding(problem, bytesLeft: bytesLeft - bytes.count)
            return bytes.count <= bytesLeft ? .YES : .NO
        case .headers, .refused, .handler, .answered: return .NO
        }
    }

    /// The library takes no response now. On plain TCP the answer is written past it and the connection ends; under TLS a little more is
    /// read, in the hope that the body ends and the answer can be given.
    private func refuseInBody(_ problem: HTTPProblem, _ reason: Rejection) -> MHD_Result {
        core.instruments.reject(reason)
        request = nil
        if connection.isEncrypted {
            step = .discarding(problem, bytesLeft: 1 << 20)
            return .YES
        }
        noteRawAnswer(problem.status)
        connection.answerRaw(rawAnswer(problem, requestID: id))
        return .NO
    }

    /// No more of the body comes, or the connection was resumed.
    func proceed() -> MHD_Result {
        switch step {
        case .body: return runHandler()
        case .handler: return answerOrWait()
        case .refused(let problem): return send(problem.response(requestID: id))
        case .discarding(let problem, _):
            var response = problem.response(requestID: id)
            response.headers.append(HeaderField("connection", "close"))
            return send(response)
        case .headers, .answered: return .NO
        }
    }
}

extension Refusal {
    fileprivate static func malformed(_ detail: String) -> Refusal { Refusal(problem: .badRequest(detail), reason: .malformed) }
}
