// What an operator asks of the store without opening it for work: its files, its version, and whether it can be used at all.

import CSQLite
package import ForgeCore

extension SQLiteStore {
    /// The version of SQLite that runs, not the one it was built against.
    package static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }

    package static let fileName = "forge.db"
    /// Everything the store may leave in its folder.
    package static let fileNames = [fileName, "\(fileName)-wal", "\(fileName)-shm", "forge.lock"]

    /// Looks at the database and says what it is; throws what `open` would. Nothing is changed.
    package static func examine(folder: String) throws(StoreError) -> String {
        let path = "\(folder)/\(fileName)"
        guard case .database(let version) = try DatabaseFile(path: path).inspect() else { return "none yet; forge serve makes it" }
        guard version <= Migrations.version else {
            let message = "version \(version), newer than this Forge, which knows up to \(Migrations.version)"
            throw StoreError(code: .newer, call: "examine database", message: message)
        }
        return version == Migrations.version
            ? "version \(version)" : "version \(version); the next start brings it to \(Migrations.version)"
    }
}
