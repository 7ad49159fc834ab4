// How many requests each address may still make: a bucket per address that fills evenly over a minute. The table is bounded, and the address
// not heard of for longest makes room, so that a flood from many addresses costs memory once and no more.
//
// Accepted: an address that was pushed out starts with a full bucket. Whoever commands more addresses than the table holds is not stopped by
// counting addresses.

package import ForgeCore
import Synchronization

package final class RequestAllowance: Sendable {
    private let perMinute: Int
    private let addressesMax: Int
    private let table = Mutex(Table())

    /// Entries form a ring by index, from the one heard of last to the one not heard of for longest; entry 0 is the ring's clasp.
    private struct Table {
        var index: [IPAddress: Int] = [:]
        var entries = [Entry(address: IPAddress(high: 0, low: 0), tokens: 0, filled: 0, newer: 0, older: 0)]
    }

    private struct Entry {
        var address: IPAddress
        var tokens: Double
        var filled: UInt64
        var newer: Int
        var older: Int
    }

    package init(perMinute: Int, addressesMax: Int) {
        precondition(perMinute > 0 && addressesMax > 0, "an allowance of nothing answers nobody")
        self.perMinute = perMinute
        self.addressesMax = addressesMax
    }

    package var addressesRemembered: Int { table.withLock { $0.index.count } }

    /// Takes one request off the address's allowance. Nil, or the seconds until there is one again.
    package func take(_ address: IPAddress, at now: UInt64) -> Int? {
        table.withLock { table in
            let position = find(address, at: now, in: &table)
            let elapsed = Double(now &- table.entries[position].filled) / 60e9
            table.entries[position].filled = now
            let tokens = min(Double(perMinute), table.entries[position].tokens + elapsed * Double(perMinute))
            guard tokens >= 1 else {
                table.entries[position].tokens = tokens
                return max(1, Int(((1 - tokens) * 60 / Double(perMinute)).rounded(.up)))
            }
            table.entries[position].tokens = tokens - 1
            return nil
        }
    }

    /// The request turned out to come from somebody who holds a secret: it does not count.
    package func giveBack(_ address: IPAddress) {
        table.withLock { table in
            guard let position = table.index[address] else { return }
            table.entries[position].tokens = min(Double(perMinute), table.entries[position].tokens + 1)
        }
    }

    /// The address's entry, moved to the front; a new one is full.
    private func find(_ address: IPAddress, at now: UInt64, in table: inout Table) -> Int {
        if let known = table.index[address] {
            if table.entries[0].older != known {
                unlink(known, in: &table)
                link(known, in: &table)
            }
            return known
        }
        let fresh = Entry(address: address, tokens: Double(perMinute), filled: now, newer: 0, older: 0)
        let position: Int
        if table.index.count < addressesMax {
            position = table.entries.count
            table.entries.append(fresh)
        } else {
            position = table.entries[0].newer
            unlink(position, in: &table)
            table.index[table.entries[position].address] = nil
            table.entries[position] = fresh
        }
        table.index[address] = position
        link(position, in: &table)
        return position
    }

    private func unlink(_ position: Int, in table: inout Table) {
        let entry = table.entries[position]
        table.entries[entry.newer].older = entry.older
        table.entries[entry.older].newer = entry.newer
    }

    /// Puts the entry in front: the clasp's `older` is the newest, its `newer` the oldest.
    private func link(_ position: Int, in table: inout Table) {
        let second = table.entries[0].older
        table.entries[position].newer = 0
        table.entries[position].older = second
        table.entries[second].newer = position
        table.entries[0].older = position
    }
}
