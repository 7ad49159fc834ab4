// One prepared statement. It must never outlive its connection, and must be reset before it is used again: a statement that stands in the
// middle of its rows holds a snapshot, and with it the write-ahead log.

import CSQLite
import ForgeCore

/// Owns one `sqlite3_stmt`; finalizes it exactly once. A class, because the connection keeps it for the next use.
@safe final class Statement {
    private let raw: OpaquePointer

    init(owned: OpaquePointer) { unsafe raw = owned }

    deinit { unsafe sqlite3_finalize(raw) }

    /// Whether it only reads; one that writes is always stepped to its end, where its constraints are checked.
    var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(raw) != 0 }

    func bind(_ values: [Value]) throws(StoreError) {
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    }

    func bind(_ value: Value, at index: Int32) throws(StoreError) {
        switch value {
        case .null: try check("bind value", unsafe sqlite3_bind_null(raw, index))
        case .integer(let number): try check("bind value", unsafe sqlite3_bind_int64(raw, index, number))
        case .text(var text):
            let status = text.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) {
                    unsafe forge_sqlite_bind_text_copied(raw, index, $0.baseAddress ?? emptyText, Int32(clamping: $0.count))
                }
            }
            try check("bind value", status)
        case .bytes(let bytes):
            let status = unsafe bytes.withUnsafeBytes {
                unsafe forge_sqlite_bind_bytes_copied(raw, index, $0.baseAddress ?? UnsafeRawPointer(emptyText), Int32(clamping: $0.count))
            }
            try check("bind value", status)
        }
    }

    /// Binds without a copy, carries the statement out, and lets go of the bytes before they can move.
    func run(_ values: [Value], borrowing bytes: [UInt8], at index: Int32) throws(StoreError) {
        defer { reset() }
        try bind(values)
        let status = unsafe bytes.withUnsafeBytes {
            let base = unsafe $0.baseAddress ?? UnsafeRawPointer(emptyText)
            let bound = unsafe forge_sqlite_bind_bytes_borrowed(raw, index, base, Int32(clamping: $0.count))
            let status = unsafe bound == SQLITE_OK ? sqlite3_step(raw) : bound
            unsafe sqlite3_reset(raw)
            unsafe sqlite3_bind_null(raw, index)
            return status
        }
        guard status == SQLITE_DONE else { throw failure("step statement", status) }
    }

    /// True while there is a row to read.
    func step() throws(StoreError) -> Bool {
        let status = unsafe sqlite3_step(raw)
        switch status {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure("step statement", status)
        }
    }

    /// The status of the last step comes again from here; it was told already.
    func reset() {
        unsafe sqlite3_reset(raw)
        unsafe sqlite3_clear_bindings(raw)
    }

    private func check(_ call: String, _ status: Int32) throws(StoreError) {
        guard status != SQLITE_OK else { return }
        throw failure(call, status)
    }

    private func failure(_ call: String, _ status: Int32) -> StoreError {
        let connection = unsafe sqlite3_db_handle(raw)
        let message = unsafe String(cString: sqlite3_errmsg(connection))
        return unsafe .sqlite(status, systemError: sqlite3_system_errno(connection), call: call, message: message)
    }
}

/// A null pointer would bind null, not an empty text.
private nonisolated(unsafe) let emptyText: UnsafePointer<CChar> = {
    // Proof for `nonisolated(unsafe)`: one byte, written here and only read after.
    let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    unsafe bytes.initialize(to: 0)
    return unsafe UnsafePointer(bytes)
}()

// MARK: - Columns

extension Statement {
    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(raw, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(raw, column) }

    func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(raw, column) else { return "" }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column)))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(raw, column) else { return [] }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column)))
        return unsafe [UInt8](bytes)
    }
}
