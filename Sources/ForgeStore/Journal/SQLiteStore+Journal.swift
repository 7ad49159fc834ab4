// The journal: the port `JournalStore`, each method one write or one read.

package import ForgeCore

extension SQLiteStore: JournalStore {
    package func append(_ event: NewJournalEvent) async throws(StoreError) -> JournalEvent {
        try await writer.write("append to journal") { transaction throws(StoreError) in try transaction.append(event) }
    }

    package func journal(
        after: JournalID?, stream: String?, limit: Int, scope: TenantScope
    ) async throws(StoreError) -> [JournalEvent] {
        try await readers.read("read journal") { connection throws(StoreError) in
            try connection.journal(after: after, stream: stream, limit: limit, scope: scope)
        }
    }

    package func lastJournalID() async throws(StoreError) -> JournalID? {
        try await readers.read("read journal") { connection throws(StoreError) in try connection.lastJournalID() }
    }

    package func verifyJournal(stream: String?) async throws(StoreError) -> ChainReport {
        try await readers.read("verify journal") { connection throws(StoreError) in
            var check = ChainCheck(on: connection)
            return try check.run(stream: stream)
        }
    }
}
