// Sends requests to GitHub and settles by itself what needs nobody's decision: it waits for limits, repeats what may be repeated, follows a
// repository that was renamed, and takes another token when one is refused. It never repeats a write that may have been carried out, never
// takes a token to another host, and never says one in an error.

package import ForgeCore
package import ForgeHTTP

package struct GitHubClientSettings: Sendable {
    package var addresses: GitHubAddresses
    package var userAgent: String
    /// Of writes, per installation.
    package var limits: LaneLimits
    /// All waiting in one request together; what would take longer is thrown as `limited`.
    package var patience: Duration
    package var outgoing: OutgoingLimits

    package init(
        addresses: GitHubAddresses = GitHubAddresses(), userAgent: String = "forge", limits: LaneLimits = LaneLimits(),
        patience: Duration = .seconds(30), outgoing: OutgoingLimits = Self.outgoing
    ) {
        self.addresses = addresses
        self.userAgent = userAgent
        self.limits = limits
        self.patience = patience
        self.outgoing = outgoing
    }

    package static let outgoing: OutgoingLimits = {
        var limits = OutgoingLimits()
        limits.firstByte = .seconds(30)
        limits.idle = .seconds(30)
        limits.total = .seconds(90)
        return limits
    }()
}

package struct GitHubClientDependencies: Sendable {
    package var http: HTTPClient
    package var lanes: any LaneStore
    package var clock: any Clock<Duration>
    package var wall: WallClock
    package var jitter: Jitter
    package var log: Log

    package init(http: HTTPClient, lanes: any LaneStore, clock: any Clock<Duration>, wall: WallClock, jitter: Jitter, log: Log) {
        self.http = http
        self.lanes = lanes
        self.clock = clock
        self.wall = wall
        self.jitter = jitter
        self.log = log
    }
}

package final class GitHubClient: Sendable {
    package static let apiVersion = "2022-11-28"

    package let settings: GitHubClientSettings
    let dependencies: GitHubClientDependencies
    private let gate: RateGate
    private let lanes: WriteLanes

    package init(_ settings: GitHubClientSettings, _ dependencies: GitHubClientDependencies) {
        self.settings = settings
        self.dependencies = dependencies
        gate = RateGate(store: dependencies.lanes, wall: dependencies.wall, log: dependencies.log)
        lanes = WriteLanes { name in
            WriteLane(name, limits: settings.limits, store: dependencies.lanes, clock: dependencies.clock, wall: dependencies.wall)
        }
    }

    // MARK: One request

    /// The answer of a request that GitHub carried out.
    package func send(_ call: GitHubCall, as caller: GitHubCaller) async throws(CodeHostError) -> GitHubAnswer {
        try await send(call, to: call.address(at: settings.addresses), as: caller)
    }

    private func send(_ call: GitHubCall, to address: String, as caller: GitHubCaller) async throws(CodeHostError) -> GitHubAnswer {
        var attempt = Attempt(call: call, address: address, patience: call.patience ?? settings.patience)
        while true {
            let presented = try await caller.credential.present()
            let lane = caller.credential.lane
            if let wait = await gate.wait(in: lane, isGraph: call.isGraph) {
                try attempt.spend(wait, orSay: "GitHub has asked us to wait")
                try await dependencies.clock.pause(wait)
                continue
            }
            if call.effect == .write { try await takeTurn(lane, caller.priority, &attempt) }
            let cached = call.method == .get ? presented.cache?.entry(for: attempt.address) : nil
            let request = self.request(call, to: attempt.address, presented, tag: cached?.tag)
            caller.tally.countRequest()
            switch await exchange(request) {
            case .success(let response):
                if let answer = try await settle(response, cached, &attempt, presented, caller) { return answer }
            case .failure(let error): try await settle(error, &attempt)
            }
        }
    }

    private func exchange(_ request: OutgoingRequest) async -> Result<OutgoingResponse, HTTPClientError> {
        do throws(HTTPClientError) {
            return .success(try await dependencies.http.send(request))
        } catch {
            return .failure(error)
        }
    }

    private func takeTurn(_ lane: String, _ priority: WritePriority, _ attempt: inout Attempt) async throws(CodeHostError) {
        let began = dependencies.wall.now
        try await lanes[lane].turn(priority, patience: attempt.patience)
        attempt.patience -= max(dependencies.wall.now - began, .zero)
    }

    private func request(_ call: GitHubCall, to address: String, _ presented: PresentedCredential, tag: String?) -> OutgoingRequest {
        var headers = [
            HeaderField("accept", "application/vnd.github+json"), HeaderField("x-github-api-version", Self.apiVersion),
            HeaderField("user-agent", settings.userAgent),
        ]
        if let tag { headers.append(HeaderField("if-none-match", tag)) }
        if call.body != nil { headers.append(HeaderField("content-type", "application/json")) }
        var request = OutgoingRequest(
            call.method, address, headers: headers, authorization: presented.authorization,
            body: call.body.map { Array($0.text.utf8) } ?? [])
        request.limits = settings.outgoing
        return request
    }

    // MARK: What came of it

    /// Nil when the request is to be sent again.
    private func settle(
        _ response: OutgoingResponse, _ cached: AnswerCache.Entry?, _ attempt: inout Attempt, _ presented: PresentedCredential,
        _ caller: GitHubCaller
    ) async throws(CodeHostError) -> GitHubAnswer? {
        await gate.hear(response, in: caller.credential.lane)
        switch judge(response, isGraph: attempt.call.isGraph) {
        case .fine(let json): return answer(json, response, attempt, presented)
        case .unchanged:
            caller.tally.countUnchanged()
            guard let cached else { throw CodeHostError(.defect, "GitHub says that nothing changed, and nobody had asked") }
            return cached.answer
        case .moved(let location): try attempt.move(to: settings.addresses.resolve(location))
        case .limited(let refusal):
            let wait = await gate.hear(refusal, in: caller.credential.lane)
            // The gate waits; this only says whether it is worth it.
            guard wait <= attempt.patience else { throw .limited(wait, scrubbed(refusal.message, presented)) }
            try attempt.countLimit(wait)
        case .denied(var denial):
            denial.message = scrubbed(denial.message, presented)
            switch await caller.credential.recourse(after: denial, of: presented, count: attempt.denials) {
            case .fail(let error): throw error
            case .again(let wait): try await repeatDenied(after: wait, &attempt)
            }
        case .failed(let kind, let message):
            guard let wait = attempt.waitForAbsent(kind) else { throw CodeHostError(kind, scrubbed(message, presented)) }
            try await dependencies.clock.pause(wait)
        case .broken(let message, let retryAfter):
            try await repeatFailed(scrubbed(message, presented), mayBeDone: true, atLeast: retryAfter, &attempt)
        }
        return nil
    }

    private func settle(_ error: HTTPClientError, _ attempt: inout Attempt) async throws(CodeHostError) {
        let mayBeDone = attempt.call.effect == .write && error.mayBeDone
        let isGitHubs = error.isPassing || error.kind == .malformed
        if error.kind == .cancelled || Task.isCancelled { throw CodeHostError(.unavailable, error.message, mayBeDone: mayBeDone) }
        guard isGitHubs else { throw CodeHostError(.defect, error.message, mayBeDone: mayBeDone) }
        try await repeatFailed(error.message, mayBeDone: error.mayBeDone, atLeast: nil, &attempt)
    }

    private func repeatFailed(
        _ message: String, mayBeDone: Bool, atLeast: Duration?, _ attempt: inout Attempt
    ) async throws(CodeHostError) {
        if attempt.call.effect == .write, mayBeDone { throw CodeHostError(.unavailable, message, mayBeDone: true) }
        guard let wait = attempt.waitAfterFailure(atLeast: atLeast ?? .zero, jitter: dependencies.jitter) else {
            throw CodeHostError(.unavailable, message)
        }
        try await dependencies.clock.pause(wait)
    }

    private func repeatDenied(after wait: Duration, _ attempt: inout Attempt) async throws(CodeHostError) {
        attempt.denials += 1
        if wait > .zero { try await dependencies.clock.pause(wait) }
    }

    private func answer(
        _ json: JSON, _ response: OutgoingResponse, _ attempt: Attempt, _ presented: PresentedCredential
    ) -> GitHubAnswer {
        let answer = GitHubAnswer(
            status: response.status, json: json, next: nextPage(in: response.header("link")),
            serverTime: response.header("date").flatMap { Timestamp(httpDate: $0) },
            enterpriseVersion: response.header("x-github-enterprise-version"))
        if attempt.call.method == .get {
            presented.cache?.keep(answer, tag: response.header("etag"), bytes: response.body.count, for: attempt.address)
        }
        return answer
    }

    /// A proxy that shows the request in its error page must not get a token into a log.
    private func scrubbed(_ message: String, _ presented: PresentedCredential) -> String {
        guard let secret = presented.authorization, let token = String(decoding: secret.reveal(), as: UTF8.self).split(separator: " ").last,
            message.contains(token.prefix(12))
        else { return message }
        return "GitHub's answer repeats what must not be repeated"
    }

    // MARK: Many pages

    /// The items of all pages, in order. More pages than `pagesMax` are an error: half a list is taken for the whole too easily.
    package func all(
        _ call: GitHubCall, in member: String? = nil, pagesMax: Int = 50, as caller: GitHubCaller,
        while isWanted: (JSON) -> Bool = { _ in true }
    ) async throws(CodeHostError) -> [JSON] {
        var items: [JSON] = []
        var address = call.address(at: settings.addresses)
        for _ in 0..<pagesMax {
            let answer = try await send(call, to: address, as: caller)
            guard let page = (member.map { answer.json[$0] ?? .null } ?? answer.json).array else {
                throw CodeHostError(.defect, "GitHub's answer to \(call.path) is no list")
            }
            let wanted = page.prefix(while: isWanted)
            items += wanted
            guard wanted.count == page.count, let next = answer.next else { return items }
            guard let resolved = settings.addresses.resolve(next) else {
                throw CodeHostError(.defect, "GitHub's next page is somewhere else")
            }
            address = resolved
        }
        throw CodeHostError(.refused, "\(call.path) has more than \(pagesMax) pages")
    }
}
