// Moves the write-ahead log into the database beside the writer, on a thread and a connection of its own. Without it every few megabytes
// the writer would do that between two groups: half of what it can do, and all that wait would wait for it.
//
// Under a steady load a move beside the writer never reaches the end of the log, and only a log that was moved to its end is begun anew. So
// the last, short pass is the writer's (`advance` says when), the only one who knows that nothing is being written just then.

import CSQLite
import Dispatch
import ForgeCore
import Synchronization

final class Checkpointer: Sendable {
    private enum Stage { case resting, moving, nearlyDone }

    /// Each pass leaves what was written during it, a fraction of the one before: they go on while there is much to move, and not for ever
    /// when the disk is slower than the writer.
    private static let passesMax = 8
    private static let passPagesMin = 512

    private let queue = DispatchQueue(label: "forge.store.checkpoint")
    // Proof: touched on `queue` alone, after `init`.
    private nonisolated(unsafe) var connection: Connection?
    private let stage = Mutex(Stage.resting)
    private let duePages: Int
    private let log: Log

    init(connection: sending Connection, duePages: Int, log: Log) throws(StoreError) {
        // A connection that has read nothing yet does not know that there is a log, and its checkpoints do nothing.
        try connection.run("SELECT count(*) FROM sqlite_schema")
        unsafe self.connection = connection
        self.duePages = duePages
        self.log = log
    }

    /// The writer says after each commit how long the log is. True when it is to make the last pass now.
    func advance(logPages: Int) -> Bool {
        let (isLastPass, begins) = stage.withLock { stage in
            switch stage {
            case .nearlyDone:
                stage = .resting
                return (true, false)
            case .resting where logPages >= duePages:
                stage = .moving
                return (false, true)
            case .resting, .moving: return (false, false)
            }
        }
        if begins { queue.async { self.moveMost() } }
        return isLastPass
    }

    private func moveMost() {
        guard let connection = unsafe connection else { return }
        var moved = 0
        for _ in 0..<Self.passesMax {
            let before = moved
            do throws(StoreError) {
                moved = try connection.moveLog()
                // SQLite syncs the database only with the pass that reaches the end of the log, the writer's: without this one it would wait
                // there for all that was moved here.
                try connection.syncFile()
            } catch {
                log.warning("the log was not moved into the database", [.init("error", .string(error.description))])
                break
            }
            if moved - before < Self.passPagesMin { break }
        }
        stage.withLock { $0 = .nearlyDone }
    }

    /// Returns when nothing is moved any more and the connection is closed.
    func close() { queue.sync { unsafe connection = nil } }
}
