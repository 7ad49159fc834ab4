// How a data folder is opened, and every bound of the store, each with its default.

import ForgeCore

package struct SQLiteOptions: Hashable, Sendable {
    /// Who else may work in the folder.
    package enum Access: Hashable, Sendable {
        /// The service: nobody else may open the folder so.
        case exclusive
        /// A command that writes, beside a running service or without one: waits for its turn at the database's own lock.
        case shared
        /// A command that only reads. It creates nothing.
        case reading
    }

    package var access: Access
    /// How long to wait for another process's transaction; for a command also until another has made the database.
    package var lockWait: Duration
    /// One transaction takes at most so many writes, and (but for the first) at most so many bytes.
    package var groupWritesMax: Int
    package var groupBytesMax: Int
    /// More than this waiting, and a write is refused as `busy`.
    package var backlogWritesMax: Int
    package var backlogBytesMax: Int
    package var readers: Int
    /// Of a new database. With bodies of 16 KiB, 8 KiB took the most deliveries a second of 4, 8, 16 and 32: smaller pages make more frames
    /// in the log, larger ones more bytes for each entry of the index of keys, which come in no order.
    package var pageBytes: Int
    /// Pages in the write-ahead log before they are moved into the file, beside the writer; 0 leaves them there until the store is closed.
    package var checkpointPages: Int
    /// What the writer, and each reader, keeps in memory.
    package var writerCacheBytes: Int
    package var readerCacheBytes: Int
    /// The database grows to so many pages and no further; nil for no bound but the disk's.
    package var pagesMax: Int?

    package init(
        access: Access = .exclusive, lockWait: Duration? = nil, groupWritesMax: Int = 512, groupBytesMax: Int = 16 << 20,
        backlogWritesMax: Int = 16_384, backlogBytesMax: Int = 256 << 20, readers: Int = 2, pageBytes: Int = 8192,
        checkpointPages: Int = 8192, writerCacheBytes: Int = 16 << 20, readerCacheBytes: Int = 2 << 20, pagesMax: Int? = nil
    ) {
        precondition(readers > 0 && groupWritesMax > 0, "a store needs a reader, and a group at least one write")
        self.access = access
        self.lockWait = lockWait ?? (access == .exclusive ? .seconds(2) : .seconds(15))
        self.groupWritesMax = groupWritesMax
        self.groupBytesMax = groupBytesMax
        self.backlogWritesMax = backlogWritesMax
        self.backlogBytesMax = backlogBytesMax
        self.readers = readers
        self.pageBytes = pageBytes
        self.checkpointPages = checkpointPages
        self.writerCacheBytes = writerCacheBytes
        self.readerCacheBytes = readerCacheBytes
        self.pagesMax = pagesMax
    }
}
