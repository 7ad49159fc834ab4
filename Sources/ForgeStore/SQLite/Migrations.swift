// Brings a database from the version it has to the version this binary knows, one numbered file and one transaction at a time.

import CMigrations
import ForgeCore

enum Migrations {
    /// The newest version; also the number of files.
    static var version: Int { forge_sqlite_migrations_count() }

    /// The text of the file that leads to `version`.
    static func script(to version: Int) -> String {
        let migration = unsafe forge_sqlite_migrations()[version - 1]
        return unsafe String(decoding: UnsafeBufferPointer(start: migration.bytes, count: migration.count), as: UTF8.self)
    }

    /// The version is read again inside each transaction: another process may have been here first.
    static func apply(to connection: Connection) throws(StoreError) {
        while try step(connection) {}
    }

    private static func step(_ connection: Connection) throws(StoreError) -> Bool {
        try connection.transaction { () throws(StoreError) in
            let next = Int(try connection.number("PRAGMA user_version")) + 1
            guard next <= version else { return false }
            try connection.execute(script(to: next))
            try connection.execute("PRAGMA application_id = \(DatabaseFile.applicationID); PRAGMA user_version = \(next)")
            return true
        }
    }
}
