// The one connection that writes, on a thread of its own, with GROUP COMMIT: what is waiting when the disk is free becomes one transaction
// and shares one fsync.
//
// Each caller puts its write into the backlog and then asks the writer to commit. The writer is an actor on a serial queue, so a caller's
// turn comes after all that were asked before: either an earlier turn has taken its write along, or its own does. No continuation is kept
// anywhere, nobody has to be woken, and a cancelled caller changes nothing: its write is carried out like the others.
//
// Wanted: no result is told before it is on disk; a write that fails fails alone; a failed commit fails all its writes and leaves the
// connection fit for the next group, so that a full disk heals by itself.
// Accepted: a write is one closure over one connection, so a slow one holds up the rest. The longest are the sweeper's, which are bounded.

import ForgeBlocking
import ForgeCore

actor Writer {
    private let executor = BlockingExecutor(label: "forge.store.writer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private var connection: Connection?
    nonisolated let backlog: Backlog
    private nonisolated let checkpointer: Checkpointer?
    private let options: SQLiteOptions
    private let clock: WallClock
    private let meters: StoreMeters
    private let log: Log

    /// With a checkpointer, the log is moved into the database beside this writer.
    init(
        connection: sending Connection, checkpointer: Checkpointer?, options: SQLiteOptions, clock: WallClock, meters: StoreMeters, log: Log
    ) {
        if checkpointer != nil { connection.watchLog() }
        self.connection = connection
        self.checkpointer = checkpointer
        self.backlog = Backlog(writesMax: options.backlogWritesMax, bytesMax: options.backlogBytesMax)
        self.options = options
        self.clock = clock
        self.meters = meters
        self.log = log
    }

    /// Carries `body` out in a transaction shared with others and returns once that is on disk.
    nonisolated func write<Success: Sendable>(
        _ call: String, bytes: Int = 256, hasSavepoint: Bool = true,
        _ body: @escaping @Sendable (Transaction) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        let write = Write(call, bytes: bytes, hasSavepoint: hasSavepoint, body)
        do throws(StoreError) {
            try backlog.add(write)
        } catch {
            meters.count(error)
            throw error
        }
        await commit(until: write)
        guard let outcome = write.outcome else { preconditionFailure("a write left the backlog without an outcome") }
        return try outcome.get()
    }

    /// When an earlier turn has taken this write along, there is nothing left to do: what came in since then is left to the turns of those
    /// who brought it, so that it gathers into a group instead of being written one by one.
    private func commit(until write: some WaitingWrite) {
        while !write.hasEnded { commitNext() }
    }

    /// Nothing new is let in; what waits is still written; then the file is left tidy.
    func close() {
        backlog.close()
        while backlog.count > 0 { commitNext() }
        checkpointer?.close()
        connection = nil
    }

    private func commitNext() {
        let group = backlog.take(writesMax: options.groupWritesMax, bytesMax: options.groupBytesMax)
        guard !group.isEmpty else { return }
        guard let connection else { return fail(group, .closed("write")) }
        let start = ContinuousClock.now
        do throws(StoreError) {
            try commit(group, on: connection)
            meters.committed(writes: group.count, in: ContinuousClock.now - start)
            if let checkpointer, checkpointer.advance(logPages: connection.logPages) { finishCheckpoint(on: connection) }
        } catch {
            log.error(
                "a group of writes was rolled back", [.init("error", .string(error.description)), .init("writes", JSON(group.count))])
            fail(group, error)
        }
    }

    /// What the checkpointer has left. A failure is the next commit's matter: nothing is lost, the log is only longer.
    private func finishCheckpoint(on connection: Connection) {
        do throws(StoreError) {
            _ = try connection.moveLog()
        } catch {
            log.warning("the log was not moved to its end", [.init("error", .string(error.description))])
        }
    }

    private func fail(_ group: [any WaitingWrite], _ error: StoreError) {
        for write in group {
            meters.count(error)
            write.fail(StoreError(code: error.code, call: write.call, message: error.message))
        }
    }

    private func commit(_ group: [any WaitingWrite], on connection: Connection) throws(StoreError) {
        try connection.transaction { () throws(StoreError) in
            let transaction = Transaction(connection: connection, now: clock.now)
            for write in group { try apply(write, transaction) }
            try transaction.arrivals.write(on: connection)
        }
    }

    /// Throws when not only this write is lost but the transaction.
    private func apply(_ write: any WaitingWrite, _ transaction: Transaction) throws(StoreError) {
        guard write.hasSavepoint else { return try write.apply(transaction) }
        let connection = transaction.connection
        try connection.run("SAVEPOINT write")
        do throws(StoreError) {
            try write.apply(transaction)
        } catch {
            guard connection.isInTransaction else { throw error }
            try connection.run("ROLLBACK TO write")
            try connection.run("RELEASE write")
            meters.count(error)
            return write.fail(error)
        }
        try connection.run("RELEASE write")
    }
}
