// Mirrors of repositories in memory. A snapshot shows what was there at the time of the fetch, whatever is pushed afterwards, as a real one
// does; what is asked for and not there is an error, as with a real one.
package import ForgeCore
import Synchronization

package final class FakeMirrors: SourceMirrors {
    private struct State {
        var repositories: [RepositoryName: FakeHistory] = [:]
        var requests: [FetchRequest] = []
        var failures: [SourceError] = []
        var released = 0
        /// As they were at the last fetch.
        var known: [RepositoryName: FakeHistory.State] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func put(_ history: FakeHistory, as name: RepositoryName) { state.withLock { $0.repositories[name] = history } }
    package func remove(_ name: RepositoryName) { state.withLock { $0.repositories[name] = nil } }
    /// The next fetches fail so.
    package func failNext(_ error: SourceError, times: Int = 1) {
        state.withLock { $0.failures += repeatElement(error, count: times) }
    }

    package var requests: [FetchRequest] { state.withLock { $0.requests } }
    package var releasedCount: Int { state.withLock { $0.released } }

    package func fetch(_ request: FetchRequest) async throws(SourceError) -> any SourceSnapshot {
        let (failure, history) = state.withLock { state in
            state.requests.append(request)
            return (state.failures.isEmpty ? nil : state.failures.removeFirst(), state.repositories[request.place.repository])
        }
        if let failure { throw failure }
        guard let history else { throw SourceError(.notFound, "there is no repository \(request.place.repository)") }
        let known = state.withLock { $0.known[request.place.repository] }
        let isHere = !request.commits.isEmpty && request.commits.allSatisfy { known?.commits[$0] != nil }
        let now = isHere ? known ?? history.now : history.now
        state.withLock { $0.known[request.place.repository] = now }
        for commit in request.commits where now.commits[commit] == nil {
            throw SourceError(.notFound, "there is no commit \(commit.short)")
        }
        let refs = now.refs.filter { request.refs.contains($0.key) }
        return FakeSnapshot(history: now, refs: refs) { self.state.withLock { $0.released += 1 } }
    }
}

private struct FakeSnapshot: SourceSnapshot {
    let history: FakeHistory.State
    let refs: [String: CommitSHA]
    let released: @Sendable () -> Void

    private func files(at commit: CommitSHA) throws(SourceError) -> FakeHistory.Files {
        guard let found = history.commits[commit] else { throw SourceError(.notFound, "there is no commit \(commit.short)") }
        return found.files
    }

    func commit(of ref: String) async throws(SourceError) -> CommitSHA? { refs[ref] }
    func contains(_ commit: CommitSHA) async throws(SourceError) -> Bool { history.commits[commit] != nil }
    func mergeBase(_ first: CommitSHA, _ second: CommitSHA) async throws(SourceError) -> CommitSHA? { history.mergeBase(first, second) }

    func isAncestor(_ ancestor: CommitSHA, of commit: CommitSHA) async throws(SourceError) -> Bool {
        history.ancestors(of: commit).contains(ancestor)
    }

    func diff(from base: CommitSHA?, to head: CommitSHA) async throws(SourceError) -> Diff {
        _ = try files(at: head)
        return history.diff(from: base, to: head)
    }

    func file(_ path: RepositoryPath, at commit: CommitSHA, bytesMax: Int) async throws(SourceError) -> [UInt8]? {
        guard let bytes = try files(at: commit)[path], bytes.count <= bytesMax else { return nil }
        return bytes
    }

    func files(in folders: Set<RepositoryPath>, at commit: CommitSHA) async throws(SourceError) -> Set<RepositoryPath> {
        Set(try files(at: commit).keys.filter { folders.contains($0.parent) })
    }

    func generated(_ paths: [RepositoryPath], at commit: CommitSHA) async throws(SourceError) -> Set<RepositoryPath> {
        history.generated.intersection(paths)
    }

    func keep(_ commit: CommitSHA, as ref: String) async throws(SourceError) { _ = try files(at: commit) }
    func release() async { released() }
}
