// Connections that only read, each on a thread of its own: with the write-ahead log a reader sees the last commit and waits for nobody.

import ForgeBlocking
import ForgeCore
import Synchronization

actor Reader {
    private let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private var connection: Connection?

    init(connection: sending Connection, number: Int) {
        executor = BlockingExecutor(label: "forge.store.reader.\(number)")
        self.connection = connection
    }

    func read<Success: Sendable>(
        _ call: String, _ body: @Sendable (Connection) throws(StoreError) -> Success
    ) throws(StoreError) -> Success {
        guard let connection else { throw .closed(call) }
        do throws(StoreError) {
            return try connection.transaction("BEGIN") { () throws(StoreError) in try body(connection) }
        } catch {
            throw StoreError(code: error.code, call: call, message: error.message)
        }
    }

    func close() { connection = nil }
}

/// Hands each read to the reader with the fewest waiting.
final class ReaderPool: Sendable {
    private let readers: [Reader]
    private let waiting: Mutex<[Int]>

    init(_ readers: [Reader]) {
        precondition(!readers.isEmpty, "somebody has to read")
        self.readers = readers
        self.waiting = Mutex(Array(repeating: 0, count: readers.count))
    }

    func read<Success: Sendable>(
        _ call: String, _ body: @escaping @Sendable (Connection) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        let index = waiting.withLock { waiting in
            let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
            waiting[index] += 1
            return index
        }
        defer { waiting.withLock { $0[index] -= 1 } }
        return try await readers[index].read(call, body)
    }

    func close() async {
        for reader in readers { await reader.close() }
    }
}
