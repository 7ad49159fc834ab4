// A whole tree scanned by several workers, each with a scanner of its own, and reported in the order of the paths. It must never hold more
// than the reports that wait for a slower file before them.

import ForgeRules
import Synchronization

/// What was done in all.
struct TreeTotals: Sendable, Equatable {
    var files = 0
    var bytes = 0
    var findings = 0
    var binaries = 0
    var utf16 = 0
    var unreadable = 0
    /// Rules that were too expensive on some file.
    var problems = 0
    var skipped = TreeWalk.Skipped()
}

struct TreeScan: Sendable {
    var rules: RuleSet
    var workers: Int

    /// Calls `report` for one file after the other, never twice at once; what it throws ends the scan.
    func run(
        _ walk: TreeWalk, report: @escaping @Sendable (FileReport) throws(CommandFailure) -> Void
    ) async throws(CommandFailure) -> TreeTotals {
        let work = TreeWork(walk, report)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, workers) {
                group.addTask {
                    let scan = FileScan(rules)
                    while let (number, item) = work.next() { work.finish(number, scan.report(on: item)) }
                }
            }
        }
        return try work.totals
    }
}

extension FileScan {
    fileprivate func report(on item: TreeWalk.Item) -> FileReport {
        switch item {
        case .file(let path): report(on: path)
        case .unreadable(let path, let error): FileReport(path: path, outcome: .unreadable(error))
        }
    }
}

/// What the workers share: where to take a file, and where to bring its report.
private final class TreeWork: Sendable {
    private struct Taking: Sendable {
        var walk: TreeWalk
        var number = 0
        var hasStopped = false
    }

    private struct Bringing: Sendable {
        /// The next number to be reported.
        var next = 0
        var waiting: [Int: FileReport] = [:]
        var totals = TreeTotals()
        var failure: CommandFailure?
    }

    private let taking: Mutex<Taking>
    private let bringing = Mutex(Bringing())
    private let report: @Sendable (FileReport) throws(CommandFailure) -> Void

    init(_ walk: TreeWalk, _ report: @escaping @Sendable (FileReport) throws(CommandFailure) -> Void) {
        taking = Mutex(Taking(walk: walk))
        self.report = report
    }

    func next() -> (Int, TreeWalk.Item)? {
        taking.withLock { taking in
            guard !taking.hasStopped, let item = taking.walk.next() else { return nil }
            defer { taking.number += 1 }
            return (taking.number, item)
        }
    }

    func finish(_ number: Int, _ finished: FileReport) {
        let hasFailed = bringing.withLock { bringing in
            bringing.waiting[number] = finished
            while bringing.failure == nil, let ready = bringing.waiting.removeValue(forKey: bringing.next) {
                bringing.next += 1
                bringing.totals.add(ready)
                do throws(CommandFailure) { try report(ready) } catch { bringing.failure = error }
            }
            return bringing.failure != nil
        }
        if hasFailed { taking.withLock { $0.hasStopped = true } }
    }

    /// After the last worker has ended.
    var totals: TreeTotals {
        get throws(CommandFailure) {
            let (totals, failure) = bringing.withLock { ($0.totals, $0.failure) }
            if let failure { throw failure }
            var all = totals
            all.skipped = taking.withLock { $0.walk.skipped }
            return all
        }
    }
}

extension TreeTotals {
    fileprivate mutating func add(_ report: FileReport) {
        switch report.outcome {
        case .scanned: files += 1
        case .skipped(let kind): if kind == .utf16 { utf16 += 1 } else { binaries += 1 }
        case .unreadable: unreadable += 1
        }
        bytes += report.byteCount
        findings += report.scan.hits.count
        problems += report.scan.problems.count
    }
}
