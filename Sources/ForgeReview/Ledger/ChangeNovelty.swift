// Which lines of a change are new since the last look at the pull request. In the first round all are; later a line is new when its file has
// more of its kind than was looked at. A file that got another name is followed: by git's word, else by its lines.

import ForgeCore

struct ChangeNovelty: Sendable {
    /// What is new in one file.
    private struct File: Sendable {
        var isAllNew = false
        /// Numbers of the new file, in order.
        var added: [Int] = []
        /// Numbers of the new file before which something new was removed, in order.
        var gaps: [Int] = []
        var areTraitsNew = false
        var isFirstReadByModel = false

        var hasNew: Bool { isAllNew || areTraitsNew || !added.isEmpty || !gaps.isEmpty }
    }

    let isFirstRound: Bool
    private var files: [RepositoryPath: File] = [:]
    /// To be remembered once the review is out.
    private(set) var seen = LinesSeen()
    /// Where files are now that had another name at the last look.
    private(set) var renames: [RepositoryPath: RepositoryPath] = [:]

    /// `unread` are files that nobody could look at: they stay as new as they are. `readByModel` are those that a model read all of.
    init(_ diff: Diff, since before: LinesSeen?, unread: Set<RepositoryPath> = [], readByModel: Set<RepositoryPath> = []) {
        isFirstRound = before == nil
        var all: [[UInt64]] = []
        all.reserveCapacity(diff.files.count)
        for change in diff.files { all.append(Self.digests(of: change)) }
        let followed = before.map { FollowedFiles(diff, all, $0) }
        files.reserveCapacity(diff.files.count)
        for (change, digests) in zip(diff.files, all) {
            let path = change.path
            let source = followed?.source(of: change)
            let known = source.flatMap { before?.files[$0] }
            if let source, source != path { renames[source] = path }
            var file = Self.compare(change, digests, with: known)
            file.isFirstReadByModel = known?.wasReadByModel != true
            files[path] = file
            let origin = known?.origin ?? source
            if unread.contains(path) {
                if let known { seen.files[path] = LinesSeen.File(origin: origin == path ? nil : origin, digests: known.digests) }
                continue
            }
            let staysRead = known?.wasReadByModel == true && !file.hasNew
            seen.files[path] = LinesSeen.File(
                origin: origin == path ? nil : origin, digests: .each(digests), wasReadByModel: staysRead || readByModel.contains(path))
        }
        seen.compact()
    }

    /// Something is there that was not looked at.
    var hasNew: Bool { isFirstRound || files.values.contains(where: \.hasNew) }

    /// Some file had another name when it was first looked at.
    var hasOrigins: Bool { seen.files.values.contains { $0.origin != nil } }

    func hasNew(in path: RepositoryPath) -> Bool { files[path]?.hasNew ?? false }

    /// The path under which findings in a file got their ids.
    func origin(of path: RepositoryPath) -> RepositoryPath { seen.files[path]?.origin ?? path }

    /// Whether a finding is about something new: one of its lines, something removed beside them, or its file as such.
    func concerns(_ finding: Finding) -> Bool {
        if isFirstRound { return true }
        guard let path = finding.path else { return hasNew }
        guard let file = files[path] else { return false }
        if file.isAllNew { return true }
        if case .role = finding.source, file.isFirstReadByModel { return true }
        guard let lines = finding.lines else { return file.hasNew }
        return Self.has(file.added, in: lines) || Self.has(file.gaps, in: lines.lowerBound...(lines.upperBound + 1))
    }

    private static func has(_ numbers: [Int], in range: ClosedRange<Int>) -> Bool {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] <= range.upperBound
    }

    /// The traits first, then every line that came or went, in order.
    private static func digests(of change: FileChange) -> [UInt64] {
        var digests = [LineDigest.ofTraits(change)]
        for hunk in change.hunks {
            for line in hunk.lines where line.kind != .context { digests.append(LineDigest.of(line)) }
        }
        return digests
    }

    private static func compare(_ change: FileChange, _ digests: [UInt64], with known: LinesSeen.File?) -> File {
        var file = File()
        switch known?.digests {
        case nil:
            file.isAllNew = true
        case .whole(let digest)?:
            // Nobody can say which lines: only that something is.
            file.areTraitsNew = digest != LineDigest.of(digests)
        case .each(let before)? where before == digests:
            break
        case .each(let before)?:
            var left: [UInt64: Int] = [:]
            left.reserveCapacity(before.count)
            for digest in before { left[digest, default: 0] += 1 }
            file.areTraitsNew = !take(digests[0], &left)
            collect(change, digests, &left, into: &file)
        }
        return file
    }

    private static func take(_ digest: UInt64, _ left: inout [UInt64: Int]) -> Bool {
        guard let count = left[digest], count > 0 else { return false }
        left[digest] = count - 1
        return true
    }

    private static func collect(_ change: FileChange, _ digests: [UInt64], _ left: inout [UInt64: Int], into file: inout File) {
        var index = 1
        for hunk in change.hunks {
            // `@@ -3,2 +2,0 @@` names the line before the gap.
            var next = hunk.newStart + (hunk.lines.contains { $0.newNumber != nil } ? 0 : 1)
            for line in hunk.lines {
                if line.kind != .context {
                    if !take(digests[index], &left) {
                        if line.kind == .added { file.added.append(line.newNumber ?? next) } else { file.gaps.append(next) }
                    }
                    index += 1
                }
                if let number = line.newNumber { next = number + 1 }
            }
        }
        // A patch may bring its hunks in any order.
        file.added.sort()
        file.gaps.sort()
    }
}

/// Where the files of a change were at the last look.
private struct FollowedFiles {
    private let before: LinesSeen
    private var moved: [RepositoryPath: RepositoryPath] = [:]

    init(_ diff: Diff, _ digests: [[UInt64]], _ before: LinesSeen) {
        self.before = before
        let now = Set(diff.files.map(\.path))
        var vanished = Set(before.files.keys.filter { !now.contains($0) })
        guard !vanished.isEmpty else { return }
        var unknown: [Int] = []
        for (index, change) in diff.files.enumerated() where before.files[change.path] == nil {
            if change.kind == .renamed, let old = change.old?.path, vanished.remove(old) != nil {
                moved[change.path] = old
            } else {
                unknown.append(index)
            }
        }
        follow(unknown.map { (diff.files[$0].path, digests[$0]) }, among: vanished)
    }

    /// A new file is an old one when at least half of its lines, and two, were there and in no other. The most alike find each other first.
    private mutating func follow(_ unknown: [(path: RepositoryPath, digests: [UInt64])], among vanished: Set<RepositoryPath>) {
        guard !unknown.isEmpty, !vanished.isEmpty else { return }
        // Nil for a line of several files: it tells nothing.
        var homes: [UInt64: RepositoryPath?] = [:]
        for path in vanished {
            guard case .each(let lines)? = before.files[path]?.digests else { continue }
            for line in lines.dropFirst() {
                if let home = homes[line], home != path { homes[line] = .some(nil) } else { homes[line] = path }
            }
        }
        var matches: [(path: RepositoryPath, home: RepositoryPath, votes: Int)] = []
        for (path, digests) in unknown {
            if let (home, votes) = Self.best(Set(digests.dropFirst()), homes) { matches.append((path, home, votes)) }
        }
        matches.sort { ($1.votes, $0.path) < ($0.votes, $1.path) }
        var taken: Set<RepositoryPath> = []
        for match in matches where taken.insert(match.home).inserted { moved[match.path] = match.home }
    }

    private static func best(_ lines: Set<UInt64>, _ homes: [UInt64: RepositoryPath?]) -> (RepositoryPath, Int)? {
        var votes: [RepositoryPath: Int] = [:]
        var shared = 0
        for line in lines {
            guard let home = homes[line] else { continue }
            if let home { votes[home, default: 0] += 1 } else { shared += 1 }
        }
        guard let best = votes.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), best.value >= 2,
            best.value * 2 >= lines.count - shared
        else { return nil }
        return (best.key, best.value)
    }

    /// Nil for a file that was not there.
    func source(of change: FileChange) -> RepositoryPath? {
        before.files[change.path] != nil ? change.path : moved[change.path]
    }
}
