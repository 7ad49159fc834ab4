// The store for a command that is no service: opened beside a running one, closed again at the end.

import ForgeConfig
import ForgeCore
import ForgeStore

/// Opens the store of the configured data folder, beside a running service if there is one.
func withStore<Result>(
    _ arguments: Arguments, _ context: CommandContext, _ work: (any Store) async throws -> Result
) async throws -> Result {
    try await withStore(in: try loadSettings(arguments, context).data, context, work)
}

/// The store in a folder that is known.
func withStore<Result>(
    in folder: String, _ context: CommandContext, _ work: (any Store) async throws -> Result
) async throws -> Result {
    let store: SQLiteStore
    do throws(StoreError) {
        store = try SQLiteStore.open(
            folder: folder, options: SQLiteOptions(access: .shared), clock: context.clock, metrics: Metrics(), log: .silent)
    } catch {
        throw CommandFailure.failed("the store in \(folder) cannot be opened: \(error.message)")
    }
    do {
        let result = try await work(store)
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}
