// The store on SQLite: one file in the data folder, one writer that commits in groups, a few readers. Here it is opened and closed; each
// port is in a file of its own. No SQL text is built from anything that came from outside.

package import ForgeCore
import Glibc
import Synchronization

package final class SQLiteStore: Sendable {
    let writer: Writer
    let readers: ReaderPool
    private let lock: Mutex<FolderLock?>

    private init(writer: Writer, readers: ReaderPool, lock: FolderLock?) {
        self.writer = writer
        self.readers = readers
        self.lock = Mutex(lock)
    }

    /// Opens `<folder>/forge.db`, creating and migrating it as `options.access` allows. A file that is no database of ours, or of a newer
    /// Forge, is left as it is.
    package static func open(
        folder: String, options: SQLiteOptions = .init(), clock: WallClock, metrics: Metrics, log: Log
    ) throws(StoreError) -> SQLiteStore {
        let path = "\(folder)/forge.db"
        let lock = try prepare(folder, path: path, access: options.access, options: options)
        let meters = StoreMeters(metrics)
        let log = log.named("store")
        let checkpointer = try makeCheckpointer(path, options, log)
        let writer = Writer(
            connection: try connect(path, options, cacheBytes: options.writerCacheBytes, isReader: options.access == .reading),
            checkpointer: checkpointer, options: options, clock: clock, meters: meters, log: log)
        var readers: [Reader] = []
        for number in 0..<options.readers {
            readers.append(
                Reader(connection: try connect(path, options, cacheBytes: options.readerCacheBytes, isReader: true), number: number))
        }
        return SQLiteStore(writer: writer, readers: ReaderPool(readers), lock: lock)
    }

    /// For commands that list while the service runs; every write throws `readOnly`.
    package static func openForReading(folder: String, metrics: Metrics, log: Log) throws(StoreError) -> SQLiteStore {
        try open(
            folder: folder, options: .init(access: .reading, readers: 1), clock: .init { .init(milliseconds: 0) }, metrics: metrics,
            log: log)
    }

    package func close() async {
        await readers.close()
        await writer.close()
        lock.withLock { $0 = nil }
    }
}

// MARK: - Opening

extension SQLiteStore {
    /// Between two looks at whether another process is done with the database.
    private static let lookPauseMilliseconds: Int32 = 10

    /// Leaves a database of the right version behind, and returns the lock if this process holds it from now on.
    private static func prepare(
        _ folder: String, path: String, access: SQLiteOptions.Access, options: SQLiteOptions
    ) throws(StoreError) -> FolderLock? {
        switch access {
        case .reading:
            try requireCurrent(path)
            return nil
        case .shared:
            try makeCurrent(folder, path: path, options)
            return nil
        case .exclusive:
            guard let lock = try lockFolder(folder) else { throw FolderLock.inUse(folder: folder) }
            return try migrate(path, options, holding: lock, keepsLock: true)
        }
    }

    /// Who has the lock may be another command that makes the database right now, or a service that has just begun: what they make is waited
    /// for, as their transactions are later on.
    private static func makeCurrent(_ folder: String, path: String, _ options: SQLiteOptions) throws(StoreError) {
        let deadline = ContinuousClock.now.advanced(by: options.lockWait)
        while try isOutdated(path) {
            // The lock only for as long as the database is made or changed: a service that starts now must not find it taken later.
            if let lock = try lockFolder(folder) {
                _ = try migrate(path, options, holding: lock, keepsLock: false)
                return
            }
            guard !Task.isCancelled, ContinuousClock.now < deadline else { return try requireCurrent(path) }
            poll(nil, 0, lookPauseMilliseconds)
        }
    }

    /// SQLite makes files that everybody can read when the folder lets them; the log and its index take their rights from the database.
    private static func makePrivate(_ path: String) throws(StoreError) {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, call: "make database") }
        Glibc.close(descriptor)
    }

    /// Nil when another process has it.
    private static func lockFolder(_ folder: String) throws(StoreError) -> FolderLock? {
        guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .system(errno, call: "make data folder") }
        let lock = try FolderLock.take(folder: folder)
        try lock?.sign()
        return lock
    }

    /// Not there yet, or of an older version.
    private static func isOutdated(_ path: String) throws(StoreError) -> Bool {
        guard case .database(let version) = try DatabaseFile(path: path).inspect() else { return true }
        try refuseNewer(version, path)
        return version < Migrations.version
    }

    /// Beside a running service nothing is migrated: it would find tables it does not know. And reading makes nothing.
    private static func requireCurrent(_ path: String) throws(StoreError) {
        guard try isOutdated(path) else { return }
        throw .refused("open database", "there is no database of this version at \(path): start `forge serve` of this version once")
    }

    private static func migrate(
        _ path: String, _ options: SQLiteOptions, holding lock: FolderLock, keepsLock: Bool
    ) throws(StoreError) -> FolderLock? {
        if try isOutdated(path) {
            try makePrivate(path)
            let connection = try Connection(path: path, access: .create, lockWait: options.lockWait)
            try connection.execute("PRAGMA page_size = \(options.pageBytes)")
            try connection.run("PRAGMA journal_mode = WAL")
            try connection.run("PRAGMA synchronous = FULL")
            try Migrations.apply(to: connection)
        }
        return keepsLock ? lock : nil
    }

    private static func refuseNewer(_ version: Int, _ path: String) throws(StoreError) {
        guard version > Migrations.version else { return }
        let message = "\(path) is of version \(version), this Forge knows versions up to \(Migrations.version); it was left as it is"
        throw StoreError(code: .newer, call: "open database", message: message)
    }

    /// For the service alone: a command leaves the log to it, or to the closing of the last connection.
    private static func makeCheckpointer(_ path: String, _ options: SQLiteOptions, _ log: Log) throws(StoreError) -> Checkpointer? {
        guard options.access == .exclusive, options.checkpointPages > 0 else { return nil }
        let connection = try connect(path, options, cacheBytes: options.readerCacheBytes, isReader: false)
        return try Checkpointer(connection: connection, duePages: options.checkpointPages, log: log)
    }

    private static func connect(
        _ path: String, _ options: SQLiteOptions, cacheBytes: Int, isReader: Bool
    ) throws(StoreError) -> sending Connection {
        let connection = try Connection(path: path, access: isReader ? .read : .readWrite, lockWait: options.lockWait)
        try connection.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(cacheBytes >> 10);
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = \(max(1, options.checkpointPages * 2) * options.pageBytes);
            """)
        if let pagesMax = options.pagesMax { try connection.run("PRAGMA max_page_count = \(pagesMax)") }
        return connection
    }
}
