// The mirror of one repository. One fetch at a time: inside this process since it is an actor whose work blocks, between processes by the
// write lock. Whoever comes second finds it done. The properties wanted, and how each is had:
//
// - An end at any point leaves something usable. A repository is made aside and moved to its place; a pack counts once its index is there;
//   refs are moved after the pack. What is left over of an interrupted fetch is swept by the next one.
// - Damage heals itself. Whatever says that a thing on the disk is not as it should be throws the mirror away, once for each fetch, and
//   brings it anew. It is a copy: nothing is lost but time, and commits that the host has thrown away itself.
// - A reader never loses what it reads. It holds the use lock; packs are put together, and mirrors thrown away for room, under that lock alone.
//   Damage does not wait for readers: they could not read on either.

import CGit2
import ForgeBlocking
import ForgeCore

/// What a fetch ended with: refs as they are now, and the lock that keeps the place from being thrown away.
struct FetchedMirror: Sendable {
    var refs: [String: CommitSHA]
    var use: FileLock
    var hasFetched: Bool
}

actor Mirror {
    private let executor = BlockingExecutor(label: "forge.mirror")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    nonisolated let place: MirrorPlace
    private let options: MirrorOptions
    private let runtime: GitRuntime
    private let log: Log

    init(_ place: MirrorPlace, _ options: MirrorOptions, _ runtime: GitRuntime, _ log: Log) {
        self.place = place
        self.options = options
        self.runtime = runtime
        self.log = log
    }

    func fetch(_ request: FetchRequest) throws(SourceError) -> FetchedMirror {
        let deadline = ContinuousClock.now.advanced(by: options.fetchTimeout)
        do throws(GitError) {
            let write = try FileLock.take(place.writeLock, .exclusive, until: deadline)
            defer { withExtendedLifetime(write) {} }
            let isNew = try prepare()
            do throws(GitError) {
                return try fetch(request, until: deadline)
            } catch {
                guard !isNew, error.isDamage else { throw error }
                try rebuild(because: error.message)
                return try fetch(request, until: deadline)
            }
        } catch {
            throw SourceError(error, request)
        }
    }

    // MARK: Being there

    /// True when it was made just now.
    private func prepare() throws(GitError) -> Bool {
        if Disk.exists(place.damageMark) {
            try rebuild(because: "a reader met damage")
            return true
        }
        guard Disk.exists(place.repository) else {
            try create()
            return true
        }
        BareRepository.sweepHalfWritten(place)
        return false
    }

    private func create() throws(GitError) {
        let aside = "\(MirrorPlace.trash(in: options.folder))/\(place.name)-new"
        Disk.removeTree(aside)
        try BareRepository.create(at: place.repository, aside: aside, runtime: runtime)
    }

    private func rebuild(because reason: String) throws(GitError) {
        log.warning(
            "the mirror of \(place.repositoryName) is damaged and is built anew: \(reason)",
            [.init("repository", .string(place.repositoryName)), .init("tenant", .string(place.tenant))])
        try discard()
        try create()
    }

    /// Moved away first: what cannot be removed at once must not be met again.
    private func discard() throws(GitError) {
        let trash = "\(MirrorPlace.trash(in: options.folder))/\(place.name)-old"
        Disk.removeTree(trash)
        if Disk.exists(place.repository) { try Disk.rename(place.repository, to: trash) }
        Disk.removeTree(trash)
    }

    // MARK: Fetching

    private func fetch(_ request: FetchRequest, until deadline: ContinuousClock.Instant) throws(GitError) -> FetchedMirror {
        let repository = try BareRepository(place.repository, runtime: runtime)
        var known = try refsWhenComplete(request, in: repository)
        let isThere = known != nil
        if !isThere {
            try rollUpWhenMany(repository)
            try bring(request, into: repository, until: deadline)
            known = try refs(request, in: repository)
        }
        let use = try FileLock.take(place.useLock, .shared, until: deadline)
        Disk.touch(place.useLock)
        return FetchedMirror(refs: known ?? [:], use: use, hasFetched: !isThere)
    }

    /// Nil when the host has to be asked: a commit is missing, none was named, or a ref was never fetched.
    private func refsWhenComplete(_ request: FetchRequest, in repository: BareRepository) throws(GitError) -> [String: CommitSHA]? {
        guard !request.commits.isEmpty else { return nil }
        guard try missing(request, in: repository).isEmpty else { return nil }
        let refs = try refs(request, in: repository)
        return refs.count == Set(request.refs).count ? refs : nil
    }

    private func refs(_ request: FetchRequest, in repository: BareRepository) throws(GitError) -> [String: CommitSHA] {
        var found: [String: CommitSHA] = [:]
        for ref in request.refs { found[ref] = try repository.remembered(ref) }
        return found
    }

    private func bring(_ request: FetchRequest, into repository: BareRepository, until deadline: ContinuousClock.Instant) throws(GitError) {
        try checkAddress(request)
        guard Disk.freeBytes(options.folder) >= options.freeBytesMin else { throw .diskFull }
        let refs = request.refs.map { "+\($0):\(BareRepository.ownName(of: $0))" }
        let there = try attempt(request, until: deadline) { watch throws(GitError) in
            try repository.fetch(refs, from: request.remote.url, watch, refs: request.refs)
        }
        for ref in request.refs where !there.contains(ref) { try repository.forget(ref) }
        let missing = try missing(request, in: repository)
        guard !missing.isEmpty else { return }
        try repository.checkRefs()
        // No ref leads there any more, such as a head before a force push. Hosts hand it out by its name for a while.
        let names = missing.map { "+\($0):\(BareRepository.ownName(of: $0.description))" }
        do throws(GitError) {
            _ = try attempt(request, until: deadline) { watch throws(GitError) in
                try repository.fetch(names, from: request.remote.url, watch)
            }
        } catch {
            // Refused in one way or the other; a host that cannot be reached any more is another matter.
            guard error.area != .network || error.message.contains("not our ref") else { throw error }
            throw .missing(missing, request)
        }
        let still = try self.missing(request, in: repository)
        if !still.isEmpty { throw .missing(still, request) }
    }

    private func missing(_ request: FetchRequest, in repository: BareRepository) throws(GitError) -> [CommitSHA] {
        var found: [CommitSHA] = []
        for commit in request.commits {
            let isHere = try repository.has(commit)
            if !isHere { found.append(commit) }
        }
        return found
    }

    /// What the library says of a fetch that we ended is beside the point.
    private func attempt(
        _ request: FetchRequest, until deadline: ContinuousClock.Instant, _ body: (FetchWatch) throws(GitError) -> Set<String>
    ) throws(GitError) -> Set<String> {
        let watch = FetchWatch(options, remote: request.remote, deadline: deadline)
        do throws(GitError) {
            return try body(watch)
        } catch {
            if let stop = watch.stop { throw GitError(stop, options) }
            if watch.isCredentialRefused { throw GitError(.unauthorized, error.call, error.message, area: .network) }
            throw error
        }
    }

    private func checkAddress(_ request: FetchRequest) throws(GitError) {
        let address = RemoteAddress(request.remote.url)
        guard options.schemes.contains(address.scheme) else {
            throw GitError(.other, "address", "code is not fetched over \(address.scheme)", area: .other)
        }
        guard !address.hasUserInformation else {
            throw GitError(.other, "address", "the address of the repository carries a user or a password", area: .other)
        }
        for ref in request.refs {
            var isValid: Int32 = 0
            try check("git_reference_name_is_valid", unsafe git_reference_name_is_valid(&isValid, ref))
            guard isValid == 1, ref.hasPrefix("refs/"), !ref.contains(":") else {
                throw GitError(.invalidName, "ref", "no ref can be called '\(ref)'")
            }
        }
    }

    // MARK: Keeping house

    private func rollUpWhenMany(_ repository: BareRepository) throws(GitError) {
        guard place.packNames.count > options.packsMax, let use = try FileLock.tryTake(place.useLock, .exclusive) else { return }
        defer { withExtendedLifetime(use) {} }
        _ = try repository.rollUpPacks(place)
    }

    /// Throws the mirror away when nobody uses it. True when it is gone.
    func evict() throws(GitError) -> Bool {
        guard let write = try FileLock.tryTake(place.writeLock, .exclusive), let use = try FileLock.tryTake(place.useLock, .exclusive)
        else { return false }
        defer { withExtendedLifetime((write, use)) {} }
        try discard()
        return true
    }

    /// Forgets old refs and lets go of what no ref leads to any more, when that is worth it and nobody uses the mirror.
    func tidy(repackBytesMax: Int) throws(GitError) {
        guard Disk.exists(place.repository), !Disk.exists(place.damageMark),
            let write = try FileLock.tryTake(place.writeLock, .exclusive), let use = try FileLock.tryTake(place.useLock, .exclusive)
        else { return }
        defer { withExtendedLifetime((write, use)) {} }
        BareRepository.sweepHalfWritten(place)
        let repository = try BareRepository(place.repository, runtime: runtime)
        try repository.forgetOldRefs(above: options.refsMax)
        let sizes = place.packNames.map { Disk.size(of: "\(place.packs)/\($0).pack") }
        let (sum, largest) = (sizes.reduce(0, +), sizes.max() ?? 0)
        // A third of it came after the first fetch: much of that leads nowhere by now.
        let isWorthIt = (sizes.count > 1 && 2 * sum > 3 * largest) || place.looseObjects.count > options.looseObjectsMax
        if isWorthIt, sum <= repackBytesMax {
            try repository.dropUnreachable(place)
        } else if sizes.count > options.packsMax {
            _ = try repository.rollUpPacks(place)
        }
    }
}
