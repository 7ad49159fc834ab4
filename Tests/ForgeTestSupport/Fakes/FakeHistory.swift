// The history of a repository in memory: commits with their whole trees, and refs. What real git says about merge bases, ancestors and diffs
// it says too, in microseconds, so that a story with a hundred pushes is cheap. It knows neither binary files nor submodules.
package import ForgeCore
import Synchronization

package final class FakeHistory: Sendable {
    package typealias Files = [RepositoryPath: [UInt8]]

    struct Commit: Sendable {
        var parents: [CommitSHA]
        var files: Files
    }

    struct State: Sendable {
        var commits: [CommitSHA: Commit] = [:]
        var refs: [String: CommitSHA] = [:]
        /// Of the branch's default and its folder attributes: paths that are called generated.
        var generated: Set<RepositoryPath> = []
    }

    private let state = Mutex(State())

    package init() {}

    var now: State { state.withLock { $0 } }

    /// A commit on top of these parents: the first one's files with these changes, nil for a file that goes.
    @discardableResult
    package func commit(_ changes: [String: String?], on parents: [CommitSHA] = []) -> CommitSHA {
        state.withLock { state in
            var files = parents.first.flatMap { state.commits[$0]?.files } ?? [:]
            for (name, text) in changes { files[RepositoryPath(name)] = text.map { Array($0.utf8) } }
            return state.add(Commit(parents: parents, files: files))
        }
    }

    package func point(_ ref: String, to commit: CommitSHA?) { state.withLock { $0.refs[ref] = commit } }

    package func tip(of ref: String) -> CommitSHA? { now.refs[ref] }

    package func call(_ paths: [String], generated isGenerated: Bool = true) {
        state.withLock { $0.generated.formUnion(paths.map { RepositoryPath($0) }) }
    }

    package func diff(from base: CommitSHA?, to head: CommitSHA) -> Diff { now.diff(from: base, to: head) }
    package func mergeBase(_ first: CommitSHA, _ second: CommitSHA) -> CommitSHA? { now.mergeBase(first, second) }
}

extension FakeHistory.State {
    mutating func add(_ commit: FakeHistory.Commit) -> CommitSHA {
        let digits = String(commits.count + 1, radix: 16)
        guard let name = CommitSHA("c" + String(repeating: "0", count: 39 - digits.count) + digits) else {
            preconditionFailure("forty hexadecimal digits are a name")
        }
        commits[name] = commit
        return name
    }

    func ancestors(of commit: CommitSHA) -> Set<CommitSHA> {
        var seen: Set<CommitSHA> = []
        var open = [commit]
        while let next = open.popLast() {
            if seen.insert(next).inserted { open += commits[next]?.parents ?? [] }
        }
        return seen
    }

    /// A common ancestor that no other common ancestor descends from; of several the newest.
    func mergeBase(_ first: CommitSHA, _ second: CommitSHA) -> CommitSHA? {
        let common = ancestors(of: first).intersection(ancestors(of: second))
        let below = common.reduce(into: Set<CommitSHA>()) { $0.formUnion(ancestors(of: $1).subtracting([$1])) }
        return common.subtracting(below).max { $0.description < $1.description }
    }

    func diff(from base: CommitSHA?, to head: CommitSHA) -> Diff {
        let old = base.flatMap { commits[$0]?.files } ?? [:]
        let new = commits[head]?.files ?? [:]
        let paths = Set(old.keys).union(new.keys).sorted()
        return Diff(files: paths.compactMap { fileChange($0, old[$0], new[$0]) })
    }

    private func fileChange(_ path: RepositoryPath, _ old: [UInt8]?, _ new: [UInt8]?) -> FileChange? {
        guard old != new else { return nil }
        func side(_ bytes: [UInt8]?) -> FileSide? { bytes.map { FileSide(path: path, byteCount: $0.count) } }
        return FileChange(
            kind: old == nil ? .added : new == nil ? .deleted : .modified, old: side(old), new: side(new),
            hunks: LineDifference(old ?? [], new ?? []).hunks(context: 3))
    }
}

/// Two texts line by line.
struct LineDifference {
    private let lines: [DiffLine]

    init(_ old: [UInt8], _ new: [UInt8]) {
        let (before, after) = (Self.lines(of: old), Self.lines(of: new))
        let difference = after.map(\.text).difference(from: before.map(\.text))
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var all: [DiffLine] = []
        var (left, right) = (0, 0)
        while left < before.count || right < after.count {
            if left < before.count, removed.contains(left) {
                all.append(DiffLine(.removed, old: left + 1, new: nil, text: before[left].text, hasLineFeed: before[left].isEnded))
                left += 1
            } else if right < after.count, added.contains(right) {
                all.append(DiffLine(.added, old: nil, new: right + 1, text: after[right].text, hasLineFeed: after[right].isEnded))
                right += 1
            } else {
                all.append(DiffLine(.context, old: left + 1, new: right + 1, text: after[right].text, hasLineFeed: after[right].isEnded))
                (left, right) = (left + 1, right + 1)
            }
        }
        lines = all
    }

    private static func lines(of text: [UInt8]) -> [(text: ArraySlice<UInt8>, isEnded: Bool)] {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let isEnded = text.last == UInt8(ascii: "\n")
        return (isEnded ? parts.dropLast() : parts[...]).enumerated().map { ($1, isEnded || $0 < parts.count - 1) }
    }

    func hunks(context: Int) -> [Hunk] {
        var shown: [ClosedRange<Int>] = []
        for index in lines.indices where lines[index].kind != .context {
            let around = max(0, index - context)...min(lines.count - 1, index + context)
            if let last = shown.last, around.lowerBound <= last.upperBound + 1 {
                shown[shown.count - 1] = last.lowerBound...around.upperBound
            } else {
                shown.append(around)
            }
        }
        return shown.map { range in
            let part = Array(lines[range])
            return Hunk(oldStart: part.compactMap(\.oldNumber).first ?? 0, newStart: part.compactMap(\.newNumber).first ?? 0, lines: part)
        }
    }
}
