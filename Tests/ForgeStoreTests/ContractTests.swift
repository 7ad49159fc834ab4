// SQLite held to the promises of the port.

import ForgeCore
import ForgeStore
import ForgeTestSupport
import Synchronization
import Testing

struct ContractTests {
    @Test(arguments: StoreContract.cases)
    func `SQLite keeps the store's promises`(_ promise: StoreContract.Case) async throws {
        let folder = try TemporaryFolder()
        try await StoreContract { clock in
            try SQLiteStore.open(folder: folder.path, clock: clock, metrics: Metrics(), log: .silent)
        }.check(promise)
    }
}
