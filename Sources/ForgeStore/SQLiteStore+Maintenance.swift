// The port `MaintenanceStore`, but for `close`, and what only SQLite has: a check of the file itself.

package import ForgeCore

extension SQLiteStore: MaintenanceStore {
    package func sweep(_ retention: Retention, limit: Int) async throws(StoreError) -> Swept {
        try await writer.write("sweep") { transaction throws(StoreError) in try transaction.sweep(retention, limit: limit) }
    }

    package func probe() async throws(StoreError) {
        try await writer.write("probe") { transaction throws(StoreError) in
            try transaction.connection.run(
                "INSERT INTO probes (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at", [Value(transaction.now)])
        }
    }

    /// Reads the whole file and names the first thing wrong with it; nil when it is sound. Minutes on a large one: on demand only.
    package func damage() async throws(StoreError) -> String? {
        try await readers.read("check database") { connection throws(StoreError) in
            let finding = try connection.first("PRAGMA quick_check(1)") { row in row.text() }
            return finding == "ok" ? nil : finding
        }
    }
}
