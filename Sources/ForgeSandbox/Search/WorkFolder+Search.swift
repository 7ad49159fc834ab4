// A search over a worktree, on several threads. It must never depend on which thread was first: what it answers are the first matches in the
// order of the paths, whoever found them.
//
// The files are handed out in that order, a few at a time. When those that are done hold enough, no further file can matter: all handed out
// from then on come behind them. So a search for something common ends early, and holds no more than each worker's share.

import CSandbox
import ForgeBlocking
import ForgeCore
import Synchronization

extension WorkFolder {
    func searchNow(_ plan: SearchPlan, _ beneath: WorkPath?, _ stop: StopSign) throws(WorkFileError) -> WorkMatches {
        let run = SearchRun(plan, try source(plan, beneath), top, options, stop)
        BlockingThreads.share(options.searchThreads ?? min(8, max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))))) { _ in run.work() }
        return try run.answer()
    }

    /// What is searched: a folder, or the one file that was named.
    private func source(_ plan: SearchPlan, _ beneath: WorkPath?) throws(WorkFileError) -> SearchSource {
        if let beneath, let entry = try entryNow(beneath), entry.kind == .file || entry.kind == .executable {
            return .file(entry.path.bytes)
        }
        var options = FolderWalk.Options(includesIgnored: plan.includesIgnored, showsFolders: false)
        if !plan.wanted.areAll { options.skips = { plan.wanted.skip($0) } }
        return .walk(try walk(beneath, options))
    }
}

enum SearchSource: Sendable {
    case file([UInt8])
    case walk(FolderWalk)

    mutating func next(_ globs: SearchGlobs) -> [UInt8]? {
        switch self {
        case .file(let path):
            guard !path.isEmpty else { return nil }
            self = .file([])
            return path
        case .walk(var walk):
            self = .file([])
            defer { self = .walk(walk) }
            while let item = walk.next() {
                if item.kind == .file, globs.want(item.path) { return item.path }
            }
            return nil
        }
    }
}

/// What the workers of one search share.
private final class SearchRun: Sendable {
    private struct Shared {
        var source: SearchSource
        /// Files handed out.
        var handedOut = 0
        /// Of the files that are done: their number, and what was found.
        var found: [(number: Int, matches: [WorkMatch])] = []
        var matchCount = 0
        /// Numbers of those that were texts.
        var texts: [Int] = []
        /// And of those that may not be read.
        var unread: [Int] = []
        var problem: WorkFileError?
        var isLate = false
    }

    private let plan: SearchPlan
    private let top: TopFolder
    private let stop: StopSign
    private let watch: SearchWatch
    private let shared: Mutex<Shared>

    private static let batchCount = 16

    init(_ plan: SearchPlan, _ source: SearchSource, _ top: TopFolder, _ options: WorkFolderOptions, _ stop: StopSign) {
        self.plan = plan
        self.top = top
        self.stop = stop
        shared = Mutex(Shared(source: source))
        watch = SearchWatch(stop, options)
    }

    func work() {
        let search = FileSearch(top, plan, watch)
        while true {
            let batch = next()
            if batch.isEmpty { return }
            for (number, path) in batch {
                do throws(SearchFailure) {
                    // One more than is asked for tells whether there are more.
                    note(number, try search.matches(in: path, matchesMax: plan.matchesMax + 1))
                } catch {
                    note(error, path)
                    return
                }
            }
        }
    }

    private func next() -> [(number: Int, path: [UInt8])] {
        shared.withLock { shared in
            var batch: [(number: Int, path: [UInt8])] = []
            guard shared.problem == nil, !shared.isLate, shared.matchCount <= plan.matchesMax else { return [] }
            while batch.count < Self.batchCount, let path = shared.source.next(plan.wanted) {
                batch.append((shared.handedOut, path))
                shared.handedOut += 1
            }
            return batch
        }
    }

    private func note(_ number: Int, _ answer: FileSearch.Answer) {
        shared.withLock { shared in
            switch answer {
            case .nothing: break
            case .unread: shared.unread.append(number)
            case .text(let matches):
                shared.texts.append(number)
                guard !matches.isEmpty else { return }
                shared.found.append((number, matches))
                shared.matchCount += matches.count
            }
        }
    }

    private func note(_ failure: SearchFailure, _ path: [UInt8]) {
        shared.withLock { shared in
            switch failure {
            case .stopped: shared.isLate = true
            case .tooHard:
                let shown = RepositoryPath(bytes: path).shown
                let advice = "make it simpler (no repetition inside a repetition), or look for the text as it is"
                let problem = WorkFileError(.invalid, "the pattern takes too many steps on a line of \(shown): \(advice)")
                shared.problem = shared.problem ?? problem
            }
        }
    }

    func answer() throws(WorkFileError) -> WorkMatches {
        try stop.check()
        let shared = shared.withLock { $0 }
        if let problem = shared.problem { throw problem }
        let all = shared.found.sorted { $0.number < $1.number }
        var matches: [WorkMatch] = []
        var last = Int.max
        for (number, found) in all where last == .max {
            matches += found.prefix(plan.matchesMax - matches.count)
            if matches.count == plan.matchesMax { last = number }
        }
        let isCut = shared.isLate || all.reduce(0) { $0 + $1.matches.count } > matches.count
        if shared.isLate, matches.isEmpty {
            throw WorkFileError(.tooLarge, "the search took too long and found nothing so far: search in a folder, or with globs")
        }
        // Files behind the last match shown were searched or not as it happened.
        func count(_ numbers: [Int]) -> Int { isCut && !shared.isLate ? numbers.count { $0 <= last } : numbers.count }
        return WorkMatches(matches: matches, isCut: isCut, filesSearched: count(shared.texts), filesUnread: count(shared.unread))
    }
}
