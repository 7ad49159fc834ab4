// All mirrors of this machine: one bare repository for each of a host, in one folder, as large as allowed. Nothing in them is run, nothing
// of a credential is written, and no mirror is thrown away while somebody reads from it.

import CGit2
package import ForgeCore
import Synchronization

package final class Mirrors: SourceMirrors {
    let options: MirrorOptions
    let runtime: GitRuntime
    let log: Log
    private let slots: Slots
    /// Those at work, with how many callers each has: an actor more for a repository would be one too many.
    private let atWork = Mutex<[MirrorPlace: (mirror: Mirror, callers: Int)]>([:])

    /// Makes the folder, and sweeps what an earlier process left in it.
    package init(_ options: MirrorOptions, runtime: GitRuntime, log: Log = .silent) throws(GitError) {
        self.options = options
        self.runtime = runtime
        self.log = log.named("mirrors")
        slots = Slots(options.snapshotsMax)
        for folder in [
            options.folder, MirrorPlace.folder(in: options.folder), MirrorPlace.locks(in: options.folder),
            MirrorPlace.worktrees(in: options.folder), MirrorPlace.trash(in: options.folder),
        ] { try Disk.createFolder(folder) }
        sweep()
    }

    package func fetch(_ request: FetchRequest) async throws(SourceError) -> any SourceSnapshot { try await open(request) }

    /// The same, for who needs more than the port has.
    package func open(_ request: FetchRequest) async throws(SourceError) -> MirrorSnapshot {
        guard await slots.take() else { throw SourceError(.unavailable, "the fetch of \(request.place.repository) was cancelled") }
        let slot = Slot(taken: slots)
        let place = MirrorPlace(request.place, in: options.folder)
        let mirror = enter(place)
        defer { leave(place) }
        let fetched = try await mirror.fetch(request)
        let snapshot = try MirrorSnapshot(fetched, place, slot: slot, runtime: runtime, log: log)
        if fetched.hasFetched { await makeRoom() }
        return snapshot
    }

    /// Puts mirrors in order that nobody uses just now. For an hour of rest: a large mirror may take minutes.
    package func tidy(repackBytesMax: Int = 512 << 20) async {
        for place in places() {
            let mirror = enter(place)
            defer { leave(place) }
            do {
                try await mirror.tidy(repackBytesMax: repackBytesMax)
            } catch {
                log.warning("the mirror of \(place.name) could not be put in order: \(error.message)")
            }
            if Task.isCancelled { return }
        }
    }

    // MARK: Who is at work

    private func enter(_ place: MirrorPlace) -> Mirror {
        atWork.withLock { table in
            let mirror = table[place]?.mirror ?? Mirror(place, options, runtime, log)
            table[place] = (mirror, (table[place]?.callers ?? 0) + 1)
            return mirror
        }
    }

    private func leave(_ place: MirrorPlace) {
        atWork.withLock { table in
            guard let entry = table[place] else { return }
            table[place] = entry.callers > 1 ? (entry.mirror, entry.callers - 1) : nil
        }
    }

    // MARK: Room

    private func places() -> [MirrorPlace] {
        Disk.names(in: MirrorPlace.folder(in: options.folder)).filter { $0.hasSuffix(".git") }
            .map { MirrorPlace(named: String($0.dropLast(4)), in: options.folder) }
    }

    /// The least recently used go first.
    private func makeRoom() async {
        let found = places().map { (place: $0, byteCount: $0.byteCount, used: Disk.changed($0.useLock)) }
        var sum = found.reduce(0) { $0 + $1.byteCount }
        guard sum > options.bytesMax else { return }
        for (place, byteCount, _) in found.sorted(by: { ($0.used, $0.place.name) < ($1.used, $1.place.name) }) where sum > options.bytesMax
        {
            do {
                guard try await Mirror(place, options, runtime, log).evict() else { continue }
                sum -= byteCount
                log.info("the mirror \(place.name) was not used for longest and made room for others: \(byteCount) bytes")
            } catch {
                log.warning("the mirror \(place.name) could not be removed: \(error.message)")
            }
        }
    }

    /// Half-made and half-removed ones, and worktrees whose process is gone.
    private func sweep() {
        let trash = MirrorPlace.trash(in: options.folder)
        for name in Disk.names(in: trash) {
            let place = MirrorPlace(named: String(name.dropLast(4)), in: options.folder)
            // Another process may be at it: its lock says so, and what cannot be asked stays until the next start.
            guard let lock = try? FileLock.tryTake(place.writeLock, .exclusive) else { continue }
            withExtendedLifetime(lock) { Disk.removeTree("\(trash)/\(name)") }
        }
        WorktreeFolder.sweep(options.folder)
    }
}
