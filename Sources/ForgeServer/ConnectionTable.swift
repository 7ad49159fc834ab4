// The open connections, by descriptor and counted by address. A connection is in the table from before the library gets it until the
// library says that it is closed.

import ForgeCore
import Synchronization

final class ConnectionTable: Sendable {
    fileprivate struct Contents {
        var open: [Int32: Connection] = [:]
        var perAddress: [IPAddress: Int] = [:]
    }

    private let contents = Mutex(Contents())

    var count: Int { contents.withLock { $0.open.count } }

    var all: [Connection] { contents.withLock { Array($0.open.values) } }

    func count(of address: IPAddress) -> Int { contents.withLock { $0.perAddress[address.counted] ?? 0 } }

    func connection(_ descriptor: Int32) -> Connection? { contents.withLock { $0.open[descriptor] } }

    /// A number that is still in the table belongs to a connection which the library dropped without a word, out of memory; it is replaced.
    func insert(_ connection: Connection) {
        contents.withLock {
            if let stale = $0.open.updateValue(connection, forKey: connection.descriptor) { $0.forget(stale.peer.counted) }
            $0.perAddress[connection.peer.counted, default: 0] += 1
        }
    }

    func remove(_ connection: Connection) {
        contents.withLock {
            guard $0.open[connection.descriptor] === connection else { return }
            $0.open[connection.descriptor] = nil
            $0.forget(connection.peer.counted)
        }
    }
}

extension ConnectionTable.Contents {
    fileprivate mutating func forget(_ address: IPAddress) {
        guard let count = perAddress[address] else { return }
        perAddress[address] = count > 1 ? count - 1 : nil
    }
}
