// One connection to a database file. It belongs to one actor or one function: SQLite is told not to lock it against other threads.

import CSQLite
import ForgeCore

/// Owns one `sqlite3`; closes it exactly once. Its statements are prepared once and kept.
@safe final class Connection {
    enum Access { case readWrite, create, read }

    private let raw: OpaquePointer
    /// Written by SQLite after each commit, once the log is watched.
    private let loggedPages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    private var statements: [String: Statement] = [:]
    private var hotStatements: [ObjectIdentifier: Statement] = [:]

    init(path: String, access: Access, lockWait: Duration) throws(StoreError) {
        let flags =
            switch access {
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .read: SQLITE_OPEN_READONLY
            }
        var opened: OpaquePointer?
        let extra = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let status = unsafe sqlite3_open_v2(path, &opened, flags | extra, nil)
        guard let handle = unsafe opened else {
            throw .sqlite(status, call: "open database", message: "there is no memory for a connection")
        }
        guard status == SQLITE_OK else {
            defer { unsafe sqlite3_close_v2(handle) }
            let message = unsafe String(cString: sqlite3_errmsg(handle))
            throw unsafe .sqlite(status, systemError: sqlite3_system_errno(handle), call: "open database", message: message)
        }
        unsafe raw = handle
        unsafe loggedPages.initialize(to: 0)
        unsafe forge_sqlite_be_defensive(handle)
        unsafe forge_sqlite_set_lock_wait(handle, Int32(clamping: lockWait.milliseconds))
    }

    deinit {
        statements = [:]
        hotStatements = [:]
        unsafe sqlite3_close_v2(raw)
        unsafe loggedPages.deallocate()
    }

    /// A connection that only looks must leave the log as it is: the last one to close would move it into the file.
    func keepLogOnClose() { unsafe forge_sqlite_keep_wal_on_close(raw) }

    /// From now on `logPages` follows the log, and SQLite makes no checkpoint of its own.
    func watchLog() { unsafe forge_sqlite_watch_log(raw, loggedPages) }

    /// Pages in the log after this connection's last commit.
    var logPages: Int { Int(unsafe loggedPages.pointee) }

    /// Moves what it can of the log into the database, without waiting for anybody; how many pages of the log are moved by now.
    func moveLog() throws(StoreError) -> Int {
        var moved: Int32 = 0
        let status = unsafe sqlite3_wal_checkpoint_v2(raw, "main", SQLITE_CHECKPOINT_PASSIVE, nil, &moved)
        guard status == SQLITE_OK || status & 0xff == SQLITE_BUSY else { throw failure("move the log", status) }
        return Int(max(0, moved))
    }

    /// Makes sure of all that was written to the database file.
    func syncFile() throws(StoreError) {
        let status = unsafe forge_sqlite_sync(raw)
        guard status == SQLITE_OK else { throw failure("sync the database", status) }
    }

    /// Rows that the last statement inserted, updated or deleted.
    var changes: Int { Int(unsafe sqlite3_changes64(raw)) }

    /// The file was removed, or another put in its place: what is written goes to a file that nobody will find again.
    var hasLostFile: Bool { unsafe forge_sqlite_has_moved(raw) != 0 }

    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(raw) == 0 }

    /// Carries out several statements at once, without values: settings and migrations.
    func execute(_ script: String) throws(StoreError) {
        let status = unsafe sqlite3_exec(raw, script, nil, nil, nil)
        guard status == SQLITE_OK else { throw failure("execute", status) }
    }

    func statement(_ sql: String) throws(StoreError) -> Statement {
        if let known = statements[sql] { return known }
        var prepared: OpaquePointer?
        let status = unsafe sqlite3_prepare_v3(raw, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard status == SQLITE_OK, let handle = unsafe prepared else { throw failure("prepare statement", status) }
        let statement = unsafe Statement(owned: handle)
        statements[sql] = statement
        return statement
    }

    /// Found by identity, where hashing the text each time would cost more than it should.
    func statement(_ sql: HotSQL) throws(StoreError) -> Statement {
        if let known = hotStatements[ObjectIdentifier(sql)] { return known }
        let statement = try statement(sql.text)
        hotStatements[ObjectIdentifier(sql)] = statement
        return statement
    }

    private func failure(_ call: String, _ status: Int32) -> StoreError {
        let message = unsafe String(cString: sqlite3_errmsg(raw))
        return unsafe .sqlite(status, systemError: sqlite3_system_errno(raw), call: call, message: message)
    }
}

// MARK: - Queries

extension Connection {
    func run(_ sql: String, _ values: [Value] = []) throws(StoreError) { try run(statement(sql), values) }

    func run(_ sql: HotSQL, _ values: [Value]) throws(StoreError) { try run(statement(sql), values) }

    private func run(_ statement: Statement, _ values: [Value]) throws(StoreError) {
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() {}
    }

    /// Reads row after row for as long as `read` says so.
    func each(
        _ sql: String, _ values: [Value] = [], _ read: (inout Row) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let statement = try statement(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() {
            var row = Row(statement)
            guard try read(&row) else { return }
        }
    }

    func all<Item>(
        _ sql: String, _ values: [Value] = [], _ read: (inout Row) throws(StoreError) -> Item
    ) throws(StoreError) -> [Item] {
        var items: [Item] = []
        try each(sql, values) { row throws(StoreError) in
            items.append(try read(&row))
            return true
        }
        return items
    }

    /// The first row. A statement that writes goes on to its end.
    func first<Item>(
        _ sql: String, _ values: [Value] = [], _ read: (inout Row) throws(StoreError) -> Item
    ) throws(StoreError) -> Item? {
        let statement = try statement(sql)
        defer { statement.reset() }
        try statement.bind(values)
        guard try statement.step() else { return nil }
        var row = Row(statement)
        let item = try read(&row)
        if !statement.isReadOnly {
            while try statement.step() {}
        }
        return item
    }

    /// One number that is there for sure: a count, a setting.
    func number(_ sql: String, _ values: [Value] = []) throws(StoreError) -> Int64 {
        try first(sql, values) { row in row.integer() } ?? 0
    }

    func transaction<Result>(
        _ begin: String = "BEGIN IMMEDIATE", _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        // A rollback that failed, as the disk did, must not keep every later transaction from beginning.
        try rollBack()
        try run(begin)
        do throws(StoreError) {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            try rollBack()
            throw error
        }
    }

    /// SQLite may have rolled back by itself, as it does when the disk is full.
    func rollBack() throws(StoreError) {
        if isInTransaction { try run("ROLLBACK") }
    }
}

/// A statement's text that is used thousands of times a second.
final class HotSQL: Sendable {
    let text: String

    init(_ text: String) { self.text = text }
}
