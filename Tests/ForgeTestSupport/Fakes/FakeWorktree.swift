// A worktree over files in memory. The steps that were kept outlive it, as refs in a mirror do: a test opens another one on the same `Kept`.
package import ForgeCore
import Synchronization

package final class FakeWorktree: SourceWorktree {
    /// What stays when the worktree is gone.
    package final class Kept: Sendable {
        fileprivate let steps = Mutex<[Int: FakeWorkFiles.Snapshot]>([:])

        package init() {}
        package var numbers: [Int] { steps.withLock { $0.keys.sorted() } }
        package func text(_ name: String, at step: Int) -> String? {
            steps.withLock { $0[step]?[RepositoryPath(name)].map { String(decoding: $0.bytes, as: UTF8.self) } }
        }
    }

    private struct State {
        /// The files as they were looked at last.
        var seen: FakeWorkFiles.Snapshot
        var touched: [Set<RepositoryPath>?] = []
        var restored: [Int] = []
        var failure: SourceError?
    }

    package let folder: String
    package let base: CommitSHA
    private let files: FakeWorkFiles
    private let original: FakeWorkFiles.Snapshot
    private let kept: Kept
    private let state: Mutex<State>

    /// The base is what the files are now.
    package init(_ files: FakeWorkFiles, kept: Kept = Kept(), folder: String = "/fake/worktree") {
        self.files = files
        self.kept = kept
        self.folder = folder
        let original = files.snapshot
        self.original = original
        state = Mutex(State(seen: original))
        guard let base = CommitSHA(String(repeating: "b", count: 40)) else { preconditionFailure("forty digits are a name") }
        self.base = base
    }

    /// What each kept step was told that can have changed.
    package var touched: [Set<RepositoryPath>?] { state.withLock { $0.touched } }
    package var restored: [Int] { state.withLock { $0.restored } }
    package func failNextKeep(_ error: SourceError) { state.withLock { $0.failure = error } }

    package var leftAlone: [RepositoryPath: String] { get async throws(SourceError) { [:] } }
    package var lastStep: Int? { get async throws(SourceError) { kept.numbers.last } }

    package func keep(step: Int, touched: Set<RepositoryPath>?) async throws(SourceError) -> CommitSHA {
        let failure = state.withLock { state in
            defer { state.failure = nil }
            if state.failure == nil { state.touched.append(touched) }
            return state.failure
        }
        if let failure { throw failure }
        let snapshot = look(touched)
        kept.steps.withLock { $0[step] = snapshot }
        return Self.commit(step)
    }

    /// Sees no change but where it is told to look, as the real one.
    private func look(_ touched: Set<RepositoryPath>?) -> FakeWorkFiles.Snapshot {
        let now = files.snapshot
        return state.withLock { state in
            guard let touched else {
                state.seen = now
                return now
            }
            for path in touched {
                let below = path.bytes + [UInt8(ascii: "/")]
                func isTouched(_ other: RepositoryPath) -> Bool { other == path || other.bytes.starts(with: below) }
                state.seen = state.seen.filter { !isTouched($0.key) }
                state.seen.merge(now.filter { isTouched($0.key) }) { $1 }
            }
            return state.seen
        }
    }

    package func restore(step: Int) async throws(SourceError) {
        guard let snapshot = kept.steps.withLock({ $0[step] }) else { throw SourceError(.notFound, "there is no step \(step)") }
        files.reset(to: snapshot)
        state.withLock { state in
            state.seen = snapshot
            state.restored.append(step)
        }
    }

    package func diff(from: CommitSHA?, to: CommitSHA?) async throws(SourceError) -> Diff {
        let history = FakeHistory()
        func commit(_ snapshot: FakeWorkFiles.Snapshot) -> CommitSHA {
            let named = snapshot.map { ($0.key.text, Optional(String(decoding: $0.value.bytes, as: UTF8.self))) }
            return history.commit(Dictionary(uniqueKeysWithValues: named))
        }
        return history.diff(from: commit(original), to: commit(files.snapshot))
    }

    package func commit(_ request: CommitRequest) async throws(SourceError) -> CommitSHA { Self.commit(0) }

    package func push(_ request: PushRequest) async throws(SourceError) -> PushOutcome {
        throw SourceError(.defect, "nothing is pushed from here")
    }

    package func log(_ path: RepositoryPath?, countMax: Int) async throws(SourceError) -> [LoggedCommit] {
        let commit = LoggedCommit(
            commit: base, author: "A. Writer", time: Timestamp(milliseconds: 1_767_225_600_000), message: "The first\n")
        return [commit]
    }

    package func blame(_ path: RepositoryPath, lines: ClosedRange<Int>) async throws(SourceError) -> [BlameLine] {
        lines.map { BlameLine(commit: base, author: "A. Writer", time: Timestamp(milliseconds: 1_767_225_600_000), line: $0) }
    }

    package func close() async {}

    private static func commit(_ number: Int) -> CommitSHA {
        let digits = String(number + 1, radix: 16)
        guard let name = CommitSHA("d" + String(repeating: "0", count: 39 - digits.count) + digits) else {
            preconditionFailure("forty hexadecimal digits are a name")
        }
        return name
    }
}
