// The folder of a worktree, held open: every path is resolved beneath it, and none leads out of it, whatever a program in the sandbox does to
// the tree meanwhile. It must never be given a path that a model wrote as its own folder.

import CSandbox
import ForgeBlocking
package import ForgeCore
import Synchronization

package final class WorkFolder: WorkFiles {
    package let path: String
    let top: TopFolder
    let options: WorkFolderOptions
    let refusals: Refusals
    private let threads: BlockingThreads

    package init(_ path: String, options: WorkFolderOptions = WorkFolderOptions()) throws(WorkFileError) {
        self.path = path
        self.options = options
        do throws(SystemRefusal) {
            top = try TopFolder(path, prefersKernel: options.usesKernelResolution)
        } catch {
            throw WorkFileError(.unavailable, "the worktree cannot be opened: \(unsafe String(cString: strerror(error.number)))")
        }
        refusals = Refusals(top: top)
        threads = BlockingThreads(label: "forge.files")
    }

    /// Whether the kernel resolves paths in one call, or this module does step by step.
    package var resolvesInKernel: Bool { top.resolution == .kernel }

    package func read(_ path: RepositoryPath, bytesMax: Int) async throws(WorkFileError) -> WorkFile {
        let path = try WorkPath(path)
        return try await run { (_) throws(WorkFileError) in try self.readNow(path, bytesMax: bytesMax) }
    }

    package func entry(_ path: RepositoryPath) async throws(WorkFileError) -> WorkEntry? {
        let path = try WorkPath(path)
        return try await run { (_) throws(WorkFileError) in try self.entryNow(path) }
    }

    package func write(_ bytes: [UInt8], to path: RepositoryPath, replacing stamp: WorkStamp?) async throws(WorkFileError) {
        let path = try WorkPath(path)
        try await run { (_) throws(WorkFileError) in
            if let stamp { try self.replaceNow(path, with: bytes, stamp) } else { try self.createNow(path, bytes) }
        }
    }

    package func remove(_ path: RepositoryPath) async throws(WorkFileError) {
        let path = try WorkPath(path)
        try await run { (_) throws(WorkFileError) in try self.removeNow(path) }
    }

    package func removeFolder(_ path: RepositoryPath) async throws(WorkFileError) {
        let path = try WorkPath(path)
        try await run { (_) throws(WorkFileError) in try self.removeFolderNow(path) }
    }

    package func move(_ path: RepositoryPath, to other: RepositoryPath) async throws(WorkFileError) {
        let (path, other) = (try WorkPath(path), try WorkPath(other))
        try await run { (_) throws(WorkFileError) in try self.moveNow(path, to: other) }
    }

    package func list(
        _ folder: RepositoryPath?, depth: Int, includesIgnored: Bool, entriesMax: Int
    ) async throws(WorkFileError) -> (entries: [WorkEntry], isCut: Bool) {
        let folder = try folder.map { (path) throws(WorkFileError) in try WorkPath(path) }
        let options = FolderWalk.Options(includesIgnored: includesIgnored, depth: max(1, depth))
        let found = try await run { (stop) throws(WorkFileError) in
            try self.listNow(folder, options, entriesMax: max(0, entriesMax), stop)
        }
        return (found.entries, found.isCut)
    }

    package func search(_ search: WorkSearch) async throws(WorkFileError) -> WorkMatches {
        let plan = try SearchPlan(search)
        let beneath = try search.beneath.map { (path) throws(WorkFileError) in try WorkPath(path) }
        return try await run { (stop) throws(WorkFileError) in try self.searchNow(plan, beneath, stop) }
    }

    /// Off the cooperative pool; the work hears through `stop` when its task is cancelled.
    private func run<Answer: Sendable>(
        _ work: @escaping @Sendable (StopSign) throws(WorkFileError) -> Answer
    ) async throws(WorkFileError) -> Answer {
        let stop = StopSign()
        let result: Result<Answer, WorkFileError> = await withTaskCancellationHandler {
            do throws(WorkFileError) {
                return .success(try await threads.run { () throws(WorkFileError) in try work(stop) })
            } catch {
                return .failure(error)
            }
        } onCancel: {
            stop.raise()
        }
        return try result.get()
    }
}

/// What a kernel and a file system can do, and how long a search may take.
package struct WorkFolderOptions: Sendable {
    /// Off, paths are resolved step by step, as on a kernel without openat2.
    package var usesKernelResolution = true
    /// Off, a file has a hidden name while it is written, as on a file system without O_TMPFILE.
    package var usesUnnamedFiles = true
    package var searchNanosecondsMax: UInt64 = 30_000_000_000
    /// Threads that search at once; nil is one for each core, between 2 and 8.
    package var searchThreads: Int?
    /// Of a clock that never goes back.
    package var nanoseconds: @Sendable () -> UInt64 = { forge_files_nanoseconds() }

    package init() {}
}

/// Raised by whoever no longer waits; looked at by the work.
final class StopSign: Sendable {
    private let isUp = Atomic<Bool>(false)

    var isRaised: Bool { isUp.load(ordering: .relaxed) }
    func raise() { isUp.store(true, ordering: .relaxed) }

    func check() throws(WorkFileError) {
        if isRaised { throw WorkFileError(.cancelled, "cancelled: nobody waits for the answer any more") }
    }
}
