// The credential of one session: a token for one repository and one set of permissions. It is made when it is first needed, by one of those
// who need it, made anew before it ends, and given back.

import ForgeCore
import Synchronization

final class InstallationCredential: GitHubCredential {
    /// With less left than this, a token is not begun with.
    static let remainderMin = Duration.seconds(300)
    static let youngWaits: [Duration] = [.seconds(1), .seconds(2), .seconds(3)]

    private struct State {
        var installation: Int64?
        var token: InstallationToken?
        /// Replaced, and perhaps still good.
        var retired: [InstallationToken] = []
        var lastNumber = 0
    }

    /// Where a token reaches: one repository, or, for what concerns none, all of an installation.
    private enum Reach {
        case repository(HostPlace)
        case installation(Int64)
    }

    private let reach: Reach
    private let permissions: [String: AppPermission.Level]
    private let app: GitHubApp
    private let installations: Installations
    private let wall: WallClock
    private let tally: RequestTally
    private let state = Mutex(State())
    private let minting = SingleFlight<InstallationToken>()

    convenience init(
        _ place: HostPlace, _ permissions: [String: AppPermission.Level], app: GitHubApp, installations: Installations, wall: WallClock,
        tally: RequestTally
    ) {
        self.init(.repository(place), permissions, app: app, installations: installations, wall: wall, tally: tally)
    }

    convenience init(
        _ installation: Int64, _ permissions: [String: AppPermission.Level], app: GitHubApp, installations: Installations,
        wall: WallClock, tally: RequestTally
    ) {
        self.init(.installation(installation), permissions, app: app, installations: installations, wall: wall, tally: tally)
    }

    private init(
        _ reach: Reach, _ permissions: [String: AppPermission.Level], app: GitHubApp, installations: Installations, wall: WallClock,
        tally: RequestTally
    ) {
        self.reach = reach
        self.permissions = permissions
        self.app = app.counting(in: tally)
        self.installations = installations
        self.wall = wall
        self.tally = tally
    }

    var lane: String { state.withLock { $0.installation }.map { Tenant.installation($0).description } ?? "app" }

    func present() async throws(CodeHostError) -> PresentedCredential {
        let token = try await token()
        return PresentedCredential(authorization: token.authorization, number: token.number, cache: token.cache)
    }

    func token() async throws(CodeHostError) -> InstallationToken {
        if let token = usable() { return token }
        return try await minting.run { () async throws(CodeHostError) in
            // Whoever waited for a flight that failed may find another's token.
            if let token = self.usable() { return token }
            return try await self.mint()
        }
    }

    private func usable() -> InstallationToken? {
        let now = wall.now
        return state.withLock { state in
            guard let token = state.token, token.expiresAt - now > Self.remainderMin else { return nil }
            return token
        }
    }

    // MARK: Making one

    private func mint() async throws(CodeHostError) -> InstallationToken {
        let number = try await installation()
        state.withLock { $0.installation = number }
        do throws(CodeHostError) {
            return try await mint(number, permissions)
        } catch  where error.kind == .refused && error.message.contains("ermissions") {
            // What was granted a while ago is what this contradicts.
            installations.forget(number, at: nil)
            let granted = try await installations.installation(number, tally: tally).granted
            let missing = lacking([permissions.mapValues(\.rawValue)], granted)
            // It was granted between the two requests.
            guard !missing.isEmpty else { return try await mint(number, permissions) }
            var possible: [String: AppPermission.Level] = [:]
            for (name, level) in permissions { possible[name] = missing[name] == nil ? level : granted[name] }
            let sentence = await installations.sentence(lacking: missing, number, tally: tally)
            // What can be done without it is done; what cannot says so when it comes to it.
            let isOfUse = possible.keys.contains { $0 != "metadata" }
            guard isOfUse else { throw CodeHostError(.forbidden(missing: spelled(missing)), sentence) }
            return try await mint(number, possible)
        }
    }

    private func installation() async throws(CodeHostError) -> Int64 {
        switch reach {
        case .installation(let number): number
        case .repository(let place): try await installations.number(of: place, tally: tally)
        }
    }

    private func mint(_ number: Int64, _ permissions: [String: AppPermission.Level]) async throws(CodeHostError) -> InstallationToken {
        let wanted = permissions.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value.rawValue)) }
        var body = [JSON.Member("permissions", .object(wanted))]
        if case .repository(let place) = reach { body.append(.init("repositories", [.string(place.repository.name)])) }
        let call = GitHubCall(.post, "/app/installations/\(number)/access_tokens", body: .object(body), effect: .repeatable)
        let answer: GitHubAnswer
        do throws(CodeHostError) {
            answer = try await app.send(call)
        } catch {
            throw mintFailure(error, number)
        }
        return try keep(answer)
    }

    private func mintFailure(_ error: CodeHostError, _ number: Int64) -> CodeHostError {
        let place = if case .repository(let place) = reach { place as HostPlace? } else { nil as HostPlace? }
        switch error.kind {
        case .notFound:
            installations.forget(number, at: place)
            return CodeHostError(.notFound, "the App is not installed any more: GitHub knows no installation \(number)")
        case .refused where error.message.contains("repository"):
            installations.forget(number, at: place)
            let name = place?.repository.description ?? "the repository"
            return CodeHostError(.notFound, "the App's installation does not reach \(name): it is gone, renamed or was taken out")
        default: return error
        }
    }

    private func keep(_ answer: GitHubAnswer) throws(CodeHostError) -> InstallationToken {
        let now = wall.now
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        guard let token = InstallationToken(answer, number: number, now: now) else {
            throw CodeHostError(.defect, "GitHub's answer holds no token")
        }
        state.withLock { state in
            if let old = state.token { state.retired.append(old) }
            state.token = token
        }
        return token
    }

    // MARK: When it is not taken

    func recourse(after denial: CredentialDenial, of presented: PresentedCredential, count: Int) async -> CredentialRecourse {
        if denial.isSuspension { return Self.fail(.unauthorized, "the App's installation is suspended: \(denial.message)") }
        guard denial.status == 401 || denial.isOfPermission else { return Self.fail(.refused, denial.message) }
        let token = state.withLock { state in ([state.token].compactMap { $0 } + state.retired).first { $0.number == presented.number } }
        let missing = denial.status == 403 ? lacking(denial.accepted, token?.granted ?? [:]) : [:]
        if missing.isEmpty, !denial.isGraph, let token, token.isYoung(at: wall.now), count < Self.youngWaits.count {
            return .again(after: Self.youngWaits[count])
        }
        if denial.status == 401 {
            guard count == 0, let token else { return Self.fail(.unauthorized, "GitHub does not take a new token: \(denial.message)") }
            retire(token)
            return .again(after: .zero)
        }
        guard !missing.isEmpty, let number = state.withLock({ $0.installation }) else {
            return Self.fail(.forbidden(missing: nil), denial.message)
        }
        let sentence = await installations.sentence(lacking: missing, number, tally: tally)
        return Self.fail(.forbidden(missing: spelled(missing)), "\(denial.message): \(sentence)")
    }

    private func retire(_ token: InstallationToken) {
        state.withLock { state in
            guard state.token?.number == token.number else { return }
            state.token = nil
        }
    }

    // MARK: Giving it back

    /// Each token that was made is void afterwards; one that GitHub does not know any more is, too. A task that was cancelled can ask nothing
    /// any more: what it had is left to the next session that ends.
    func end() async {
        let own = state.withLock { state in
            defer {
                state.token = nil
                state.retired = []
            }
            return state.retired + [state.token].compactMap { $0 }
        }
        guard !Task.isCancelled else { return installations.abandon(own) }
        let now = wall.now
        for token in own + installations.takeAbandoned() where token.expiresAt > now { await revoke(token) }
    }

    private func revoke(_ token: InstallationToken) async {
        let caller = GitHubCaller(TokenOnItsWayOut(token, lane: lane), tally: tally)
        var call = GitHubCall(.delete, "/installation/token", effect: .repeatable)
        call.patience = .zero
        // It ends by itself within the hour; a failure here must neither fail nor hold up a review that is done.
        _ = try? await app.client.send(call, as: caller)
    }
}

/// A token whose refusal is as good as its end.
private struct TokenOnItsWayOut: GitHubCredential {
    let token: InstallationToken
    let lane: String

    init(_ token: InstallationToken, lane: String) {
        self.token = token
        self.lane = lane
    }

    func present() -> PresentedCredential {
        PresentedCredential(authorization: token.authorization, number: token.number, cache: nil)
    }

    func recourse(after denial: CredentialDenial, of presented: PresentedCredential, count: Int) -> CredentialRecourse {
        Self.fail(.unauthorized, denial.message)
    }
}

/// Of the lists that would do, what the shortest one still lacks; empty when nothing is known to lack.
func lacking(_ accepted: [[String: String]], _ granted: [String: AppPermission.Level]) -> [String: AppPermission.Level] {
    let lacks = accepted.map { list in
        list.compactMapValues(AppPermission.Level.init(rawValue:)).filter { name, level in
            // Whatever a token may do, it may read metadata.
            !(name == "metadata" && level == .read) && granted[name].map { $0 < level } ?? true
        }
    }
    return lacks.min { ($0.count, $0.keys.sorted().joined()) < ($1.count, $1.keys.sorted().joined()) } ?? [:]
}

/// As GitHub spells it: `checks=write`.
func spelled(_ permissions: [String: AppPermission.Level]) -> String? {
    permissions.isEmpty ? nil : permissions.map { "\($0.key)=\($0.value.rawValue)" }.sorted().joined(separator: ",")
}
