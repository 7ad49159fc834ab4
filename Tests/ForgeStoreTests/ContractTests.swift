// SQLite held to the promises of the port.

import ForgeCore
import ForgeStore
import ForgeTestSupport
import Testing

struct ContractTests {
    @Test(arguments: StoreContract.cases)
    func `SQLite keeps the store's promises`(_ promise: StoreContract.Case) async throws {
        try await TemporaryFolder.with { folder in
            try await StoreContract { clock in
                try SQLiteStore.open(folder: folder.path, clock: clock, metrics: Metrics(), log: .silent)
            }.check(promise)
        }
    }
}
