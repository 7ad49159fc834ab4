// Where the App is installed, as far as it had to be asked: the installation over a repository, what it grants, and where its owner grants
// more. Kept for a while, since nobody changes it often; forgotten where GitHub contradicts it.

import ForgeCore
import Synchronization

struct Installation: Sendable {
    var number: Int64
    var granted: [String: AppPermission.Level]
    /// Its page of settings.
    var page: String
    var isSuspended: Bool

    init?(_ json: JSON, web: String) {
        guard let number = json["id"]?.integer else { return nil }
        self.number = number
        granted = grantedPermissions(json["permissions"])
        isSuspended = json["suspended_at"] != nil
        let path = json["account"]?["type"]?.string == "Organization" ? "organizations/\(json["account"]?["login"]?.string ?? "")/" : ""
        page = json["html_url"]?.string ?? "\(web)/\(path)settings/installations/\(number)"
    }
}

func grantedPermissions(_ json: JSON?) -> [String: AppPermission.Level] {
    var granted: [String: AppPermission.Level] = [:]
    for member in json?.members ?? [] { granted[member.name] = member.value.string.flatMap(AppPermission.Level.init(rawValue:)) }
    return granted
}

final class Installations: Sendable {
    static let memory = Duration.seconds(300)
    private static let entriesMax = 10_000
    private static let abandonedMax = 100

    private struct State {
        var numbers: [RepositoryName: Int64] = [:]
        var known: [Int64: (installation: Installation, at: Timestamp)] = [:]
        /// Permissions whose lack was told already, by installation.
        var told: [Int64: Set<String>] = [:]
        var abandoned: [InstallationToken] = []
    }

    private let app: GitHubApp
    private let wall: WallClock
    private let log: Log
    private let state = Mutex(State())

    init(app: GitHubApp, wall: WallClock, log: Log) {
        self.app = app
        self.wall = wall
        self.log = log
    }

    private var web: String { app.client.settings.addresses.web }

    /// A delivery of a repository's own webhook names no installation; then GitHub is asked.
    func number(of place: HostPlace, tally: RequestTally) async throws(CodeHostError) -> Int64 {
        if case .installation(let number) = place.tenant { return number }
        if let known = state.withLock({ $0.numbers[place.repository] }) { return known }
        let answer: GitHubAnswer
        do throws(CodeHostError) {
            answer = try await app.counting(in: tally).send(.get("/repos/\(place.repository)/installation"))
        } catch  where error.kind == .notFound {
            throw CodeHostError(.notFound, "the App is not installed on \(place.repository)")
        }
        guard let installation = Installation(answer.json, web: web) else {
            throw CodeHostError(.defect, "GitHub's answer names no installation")
        }
        keep(installation, of: place.repository)
        return installation.number
    }

    func installation(_ number: Int64, tally: RequestTally) async throws(CodeHostError) -> Installation {
        let now = wall.now
        if let known = state.withLock({ $0.known[number] }), now - known.at < Self.memory { return known.installation }
        let answer = try await app.counting(in: tally).send(.get("/app/installations/\(number)"))
        guard let installation = Installation(answer.json, web: web) else {
            throw CodeHostError(.defect, "GitHub's answer names no installation")
        }
        keep(installation, of: nil)
        return installation
    }

    private func keep(_ installation: Installation, of repository: RepositoryName?) {
        let now = wall.now
        state.withLock { state in
            if state.numbers.count >= Self.entriesMax { state.numbers = [:] }
            if state.known.count >= Self.entriesMax { state.known = [:] }
            if let repository { state.numbers[repository] = installation.number }
            state.known[installation.number] = (installation, now)
        }
    }

    func forget(_ number: Int64, at place: HostPlace?) {
        state.withLock { state in
            if let place { state.numbers[place.repository] = nil }
            state.known[number] = nil
        }
    }

    // MARK: What nobody could give back

    func abandon(_ tokens: [InstallationToken]) {
        state.withLock { state in state.abandoned = (state.abandoned + tokens).suffix(Self.abandonedMax) }
    }

    func takeAbandoned() -> [InstallationToken] {
        state.withLock { state in
            defer { state.abandoned = [] }
            return state.abandoned
        }
    }

    // MARK: What is missing

    /// A sentence on what the installation lacks and where its owner grants it. The log hears of each lack once.
    func sentence(lacking missing: [String: AppPermission.Level], _ number: Int64, tally: RequestTally) async -> String {
        let names = missing.map { "'\($0.key): \($0.value.rawValue)'" }.sorted()
        let page: String
        do throws(CodeHostError) {
            page = try await installation(number, tally: tally).page
        } catch {
            page = "\(web)/settings/installations/\(number)"
        }
        let noun = names.count == 1 ? "the permission" : "the permissions"
        let sentence = "the App's installation lacks \(noun) \(names.joined(separator: ", ")); its owner grants it at \(page)"
        let isNew = state.withLock { state in
            if state.told.count >= Self.entriesMax { state.told = [:] }
            let before = state.told[number, default: []]
            state.told[number] = before.union(names)
            return !before.isSuperset(of: names)
        }
        if isNew { log.warning("a permission is missing", [.init("installation", .integer(number)), .init("what", .string(sentence))]) }
        return sentence
    }
}
