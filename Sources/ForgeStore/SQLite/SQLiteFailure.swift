// SQLite's result codes as the store's own errors. The message is taken right after the call: the next call would replace it.

import CSQLite
import ForgeCore
import Glibc

extension StoreError {
    /// What a failed call means. `systemError` is the `errno` below it, which tells a full disk from a broken one.
    static func sqlite(_ status: Int32, systemError: Int32 = 0, call: String, message: String) -> StoreError {
        StoreError(code: code(status, systemError: systemError), call: call, message: message)
    }

    private static func code(_ status: Int32, systemError: Int32) -> Code {
        switch status & 0xFF {
        case SQLITE_FULL: .full
        case SQLITE_READONLY, SQLITE_PERM: .readOnly
        case SQLITE_IOERR, SQLITE_CANTOPEN: code(systemError: systemError) ?? .inputOutput
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        default: .defect
        }
    }

    /// The file system's answer to a call of ours.
    static func system(_ number: Int32, call: String) -> StoreError {
        StoreError(code: code(systemError: number) ?? .inputOutput, call: call, message: unsafe String(cString: strerror(number)))
    }

    private static func code(systemError: Int32) -> Code? {
        switch systemError {
        case ENOSPC, EDQUOT, EFBIG: .full
        case EROFS, EACCES, EPERM: .readOnly
        default: nil
        }
    }

    static func refused(_ call: String, _ message: String) -> StoreError {
        StoreError(code: .refused, call: call, message: message)
    }

    static func closed(_ call: String) -> StoreError {
        StoreError(code: .closed, call: call, message: "the store was closed")
    }

    /// A row says something this binary has no word for.
    static func unreadable(_ what: String) -> StoreError {
        StoreError(code: .corrupt, call: "read row", message: "the database holds \(what), which has no meaning here")
    }
}
