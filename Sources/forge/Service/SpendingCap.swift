// What one command may spend on models, and what it has spent: a limit of its own beside those of the ledger, which count for longer than it runs.

import ForgeCore
import Synchronization

final class SpendingCap: Sendable {
    private struct Sum {
        var spent = 0
        var setAside = 0
        var calls = 0
    }

    /// In millionths of a dollar.
    let limit: Int
    private let sum = Mutex(Sum())

    init(limit: Int) { self.limit = limit }

    /// Why not, or nil. What costs nothing is never refused.
    func setAside(_ most: Int) -> String? {
        sum.withLock { sum in
            let left = limit - sum.spent - sum.setAside
            guard most <= max(0, left) else {
                return
                    "this command has \(Dollars.text(max(0, left))) left of \(Dollars.text(limit)) (--usd), and the next call may cost \(Dollars.text(most))"
            }
            sum.setAside += most
            return nil
        }
    }

    /// - Parameter spent: nil when nothing was sent.
    func settle(_ most: Int, spent: Int?) {
        sum.withLock { sum in
            sum.setAside -= most
            guard let spent else { return }
            sum.spent += spent
            sum.calls += 1
        }
    }

    /// As `2 calls of a model for $0.0034`.
    var said: String {
        let sum = sum.withLock { $0 }
        let calls = sum.calls == 1 ? "1 call" : "\(sum.calls) calls"
        let open = sum.setAside > 0 ? ", and \(Dollars.text(sum.setAside)) set aside" : ""
        return sum.calls == 0 && open.isEmpty ? "no call of a model" : "\(calls) of a model for \(Dollars.text(sum.spent))\(open)"
    }
}
