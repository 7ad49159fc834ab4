// Who wrote what, from a commit backwards. History is as long as it is: both questions have an end.

import CGit2
import ForgeCore

extension LocalRepository {
    /// Commits that are looked at for one answer; what is older is not told.
    private static let commitsMax = 20_000
    private static let blameBytesMax = 2 << 20

    /// As `git log` tells it, newest first: of a path those commits that changed it, along the parents that have it as it is.
    func log(of path: RepositoryPath?, from head: CommitSHA, countMax: Int) throws(GitError) -> [LoggedCommit] {
        let store = try ObjectStore(repository)
        var found: [LoggedCommit] = []
        var walk = HistoryWalk()
        try walk.add(head, store)
        var lookedAt = 0
        while found.count < countMax, let next = walk.takeNewest() {
            lookedAt += 1
            guard lookedAt <= Self.commitsMax else { break }
            if lookedAt.isMultiple(of: 256), Task.isCancelled { throw GitError(.cancelled, "log", "reading the history was cancelled") }
            let parents = next.parents
            guard let path else {
                found.append(next.logged)
                for parent in parents { try walk.add(parent, store) }
                continue
            }
            let own = try store.entry(at: path, in: next.tree)?.key
            var same: CommitSHA?
            for parent in parents where same == nil {
                if try store.entry(at: path, in: store.root(of: parent))?.key == own { same = parent }
            }
            if let same {
                try walk.add(same, store)
            } else {
                if !parents.isEmpty || own != nil { found.append(next.logged) }
                for parent in parents { try walk.add(parent, store) }
            }
        }
        return found
    }

    /// The lines of a file as it is at a commit. Lines that are older than the commits looked at are told as the oldest one's.
    func blame(_ path: RepositoryPath, lines: ClosedRange<Int>, at head: CommitSHA) throws(GitError) -> [BlameLine] {
        let store = try ObjectStore(repository)
        guard lines.lowerBound >= 1, !path.bytes.contains(0), let entry = try store.entry(at: path, in: store.root(of: head)),
            entry.mode == .file || entry.mode == .executable
        else { throw GitError(.notFound, "blame", "there is no file \(path.shown) at \(head.short)") }
        let size = try store.size(of: entry.id)
        guard size <= Self.blameBytesMax else {
            throw GitError(.other, "limit", "\(path.shown) has \(size) bytes; of at most \(Self.blameBytesMax) it is told who wrote them")
        }
        let lineCount = try unsafe store.withContent(of: entry.id) { content in
            unsafe content.count { $0 == 0x0A } + (content.last == 0x0A || content.isEmpty ? 0 : 1)
        }
        guard lines.lowerBound <= lineCount else {
            throw GitError(.notFound, "blame", "\(path.shown) has \(lineCount) lines at \(head.short)")
        }
        let blame = try blame(path, lines.clamped(to: 1...lineCount), head)
        var found: [BlameLine] = []
        for line in lines.clamped(to: 1...lineCount) {
            if let told = try blamed(line, blame) { found.append(told) }
        }
        return found
    }

    private func blame(_ path: RepositoryPath, _ lines: ClosedRange<Int>, _ head: CommitSHA) throws(GitError) -> GitHandle {
        var options = git_blame_options()
        try check("git_blame_options_init", unsafe git_blame_options_init(&options, UInt32(GIT_BLAME_OPTIONS_VERSION)))
        options.newest_commit = try head.objectID()
        if let oldest = try oldest(from: head) { options.oldest_commit = try oldest.objectID() }
        options.min_line = lines.lowerBound
        options.max_line = lines.upperBound
        let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
        return try unsafe GitHandle("git_blame_file", git_blame_free) { unsafe git_blame_file($0, repository.raw, name, &options) }
    }

    /// Of a history that is longer than anybody waits for; else nil.
    private func oldest(from head: CommitSHA) throws(GitError) -> CommitSHA? {
        let walk = try unsafe GitHandle("git_revwalk_new", git_revwalk_free) { unsafe git_revwalk_new($0, repository.raw) }
        try check("git_revwalk_simplify_first_parent", unsafe git_revwalk_simplify_first_parent(walk.raw))
        var id = try head.objectID()
        try check("git_revwalk_push", unsafe git_revwalk_push(walk.raw, &id))
        for _ in 0..<Self.commitsMax {
            let status = unsafe git_revwalk_next(&id, walk.raw)
            if status == GIT_ITEROVER.rawValue { return nil }
            try check("git_revwalk_next", status)
        }
        return CommitSHA(id)
    }

    private func blamed(_ line: Int, _ blame: GitHandle) throws(GitError) -> BlameLine? {
        guard let hunk = unsafe git_blame_get_hunk_byline(blame.raw, line) else { return nil }
        let author = unsafe hunk.pointee.final_signature
        let name = unsafe author.map { unsafe String(cString: $0.pointee.name) } ?? ""
        let seconds = unsafe author?.pointee.when.time ?? 0
        return BlameLine(
            commit: CommitSHA(unsafe hunk.pointee.final_commit_id), author: name, time: Timestamp(milliseconds: seconds * 1_000), line: line
        )
    }
}

/// The commits that are still to be looked at, the newest first, each once.
private struct HistoryWalk {
    struct Commit {
        var logged: LoggedCommit
        var tree: ObjectName
        var parents: [CommitSHA]
        var time: Int64
    }

    /// A heap: the newest is at the top.
    private var open: [Commit] = []
    private var seen: Set<CommitSHA> = []

    mutating func add(_ sha: CommitSHA, _ store: ObjectStore) throws(GitError) {
        guard seen.insert(sha).inserted else { return }
        open.append(try Commit(sha, store))
        var index = open.count - 1
        while index > 0, open[(index - 1) / 2].time < open[index].time {
            open.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func takeNewest() -> Commit? {
        guard let first = open.first else { return nil }
        let last = open.removeLast()
        guard !open.isEmpty else { return first }
        open[0] = last
        var index = 0
        while true {
            let below = [2 * index + 1, 2 * index + 2].filter { $0 < open.count }.max { open[$0].time < open[$1].time }
            guard let below, open[below].time > open[index].time else { return first }
            open.swapAt(index, below)
            index = below
        }
    }
}

extension HistoryWalk.Commit {
    fileprivate init(_ sha: CommitSHA, _ store: ObjectStore) throws(GitError) {
        let commit = try store.handle(of: sha)
        let author = unsafe git_commit_author(commit.raw)
        let name = unsafe author.map { unsafe String(cString: $0.pointee.name) } ?? ""
        let seconds = unsafe author?.pointee.when.time ?? 0
        logged = LoggedCommit(
            commit: sha, author: name, time: Timestamp(milliseconds: seconds * 1_000),
            message: unsafe git_commit_message(commit.raw).map { unsafe String(cString: $0) } ?? "")
        tree = unsafe ObjectName(git_commit_tree_id(commit.raw).pointee)
        parents = (0..<(unsafe git_commit_parentcount(commit.raw))).compactMap { number in
            unsafe git_commit_parent_id(commit.raw, number).map { unsafe CommitSHA($0.pointee) }
        }
        time = unsafe git_commit_time(commit.raw)
    }
}

extension TreeEntry {
    /// The same content in the same way.
    fileprivate var key: [UInt8] {
        var bytes = Array(mode.text.utf8)
        id.append(to: &bytes)
        return bytes
    }
}
