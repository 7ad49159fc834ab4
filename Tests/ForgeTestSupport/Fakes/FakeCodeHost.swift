// A code host in memory that behaves as the comments of `CodeHost` say: it refuses a line that is not in the diff, keeps what it is told, and
// shows what a person would see. A test can make any call fail before or after it did its work, show readers how things were before the last
// write, and do something in the middle of somebody's run, such as a push.
package import ForgeCore
import Synchronization

/// One call of a session, as a fault is asked about it.
package struct HostCall: Hashable, Sendable {
    /// The method's name.
    package var name: String
    /// Counts writes, the first is 1; 0 for a read.
    package var write: Int
}

package struct HostFault: Sendable {
    package var error: CodeHostError
    /// It is done all the same, and only its answer is lost.
    package var isAfter: Bool

    package static func before(_ error: CodeHostError) -> Self { Self(error: error, isAfter: false) }
    package static func after(_ error: CodeHostError) -> Self { Self(error: error, isAfter: true) }
}

package final class FakeCodeHost: CodeHost {
    package static let ownUser: Int64 = 4_001
    package static let ownApp: Int64 = 12
    package static let own = Actor(login: "forge[bot]", number: ownUser, kind: "Bot", viaApp: ownApp)

    struct Guarded: Sendable {
        var repositories: [RepositoryName: FakeHostRepository] = [:]
        /// Old names, by which requests are led to the new ones.
        var names: [RepositoryName: RepositoryName] = [:]
        /// Before the last write.
        var earlier: [RepositoryName: FakeHostRepository] = [:]
        var writes = 0
        /// Requests that a real host would have counted, by the method that made them.
        var requests: [String] = []
        var staleReads: [String: Int] = [:]
        var nextID: Int64 = 100
    }

    let guarded = Mutex(Guarded())
    let now: WallClock
    private let faults = Mutex<@Sendable (HostCall) async -> HostFault?>({ _ in nil })

    package init(now: WallClock) { self.now = now }

    // MARK: What a test does

    package func put(_ name: RepositoryName, _ history: FakeHistory) {
        guarded.withLock { $0.repositories[name] = FakeHostRepository(history: history) }
    }

    package func remove(_ name: RepositoryName) { guarded.withLock { $0.repositories[name] = nil } }

    /// Changes a repository as people would, outside of every session.
    package func change(_ name: RepositoryName, _ work: (inout FakeHostRepository) -> Void) {
        guarded.withLock { guarded in
            let name = guarded.names[name] ?? name
            guard var repository = guarded.repositories[name] else { return }
            work(&repository)
            guarded.repositories[name] = repository
        }
    }

    package func repository(_ name: RepositoryName) -> FakeHostRepository? { guarded.withLock { $0.repositories[$0.names[name] ?? name] } }

    /// It is called otherwise from now on; requests under the old name are answered as before.
    package func rename(_ old: RepositoryName, to new: RepositoryName) {
        guarded.withLock { guarded in
            guarded.repositories[new] = guarded.repositories.removeValue(forKey: old)
            guarded.names[old] = new
        }
    }

    /// Asked before every call, without a lock: it may do anything to the host. It replaces the one before.
    package func onCall(_ fault: @escaping @Sendable (HostCall) async -> HostFault?) { faults.withLock { $0 = fault } }

    /// The next so many calls of this name read how things were before the last write.
    package func showEarlier(_ name: String, times: Int = 1) { guarded.withLock { $0.staleReads[name, default: 0] += times } }

    package var requests: [String] { guarded.withLock { $0.requests } }
    package var writeCount: Int { guarded.withLock { $0.writes } }
    package func forgetRequests() { guarded.withLock { $0.requests = [] } }

    package func newID() -> Int64 {
        guarded.withLock { guarded in
            guarded.nextID += 1
            return guarded.nextID
        }
    }

    /// A person's comment in the conversation; its number.
    @discardableResult
    package func say(_ body: String, by author: Actor, on number: Int64, in name: RepositoryName) -> Int64 {
        let comment = HostComment(id: newID(), author: author, body: body, createdAt: now.now, updatedAt: now.now)
        change(name) { $0.conversations[number, default: []].append(comment) }
        return comment.id
    }

    // MARK: CodeHost

    package func identity() async throws(CodeHostError) -> HostIdentity {
        HostIdentity(app: Self.ownApp, user: Self.ownUser, login: "forge[bot]")
    }

    package func session(_ place: HostPlace, _ phase: HostPhase, _ priority: WritePriority) -> any HostSession {
        FakeHostSession(host: self, place: place)
    }

    // MARK: Calls

    func read<Answer>(
        _ name: String, in place: HostPlace, _ work: (FakeHostRepository) throws(CodeHostError) -> Answer
    ) async throws(CodeHostError) -> Answer {
        let fault = await faults.withLock { $0 }(HostCall(name: name, write: 0))
        if let fault { throw fault.error }
        let repository = guarded.withLock { guarded in
            guarded.requests.append(name)
            let place = guarded.names[place.repository] ?? place.repository
            if let stale = guarded.staleReads[name], stale > 0 {
                guarded.staleReads[name] = stale - 1
                return guarded.earlier[place] ?? guarded.repositories[place]
            }
            return guarded.repositories[place]
        }
        guard let repository else { throw CodeHostError(.notFound, "there is no repository \(place.repository)") }
        return try work(repository)
    }

    func write<Answer>(
        _ call: String, in place: HostPlace, _ work: (inout FakeHostRepository, Int64, Timestamp) throws(CodeHostError) -> Answer
    ) async throws(CodeHostError) -> Answer {
        let number = guarded.withLock { guarded in
            guarded.writes += 1
            return guarded.writes
        }
        let fault = await faults.withLock { $0 }(HostCall(name: call, write: number))
        if let fault, !fault.isAfter { throw fault.error }
        let moment = now.now
        let answer = try guarded.withLock { (guarded) throws(CodeHostError) in
            guarded.requests.append(call)
            let name = guarded.names[place.repository] ?? place.repository
            guard var repository = guarded.repositories[name] else {
                throw CodeHostError(.notFound, "there is no repository \(place.repository)")
            }
            // A write takes numbers of its own for everything that it makes.
            guarded.nextID += 1_000
            let answer = try work(&repository, guarded.nextID, moment)
            guarded.earlier = guarded.repositories
            guarded.repositories[name] = repository
            return answer
        }
        if let fault { throw fault.error }
        return answer
    }

    func count(_ request: String) { guarded.withLock { $0.requests.append(request) } }
}
