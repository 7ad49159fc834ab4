// A model that asks the ledger before it asks the model. What a call came to is handed to the step that it is made for, which stores it
// together with its result; without a step it is settled at once. It must never call without a reservation.

package import ForgeCore
import Synchronization

package struct BudgetedModel: Model {
    private let inner: any Model
    private let budget: CallBudget
    private let owed: OwedCalls?

    package init(_ inner: any Model, _ budget: CallBudget) { self.init(inner, budget, owed: nil) }

    init(_ inner: any Model, _ budget: CallBudget, owed: OwedCalls?) {
        self.inner = inner
        self.budget = budget
        self.owed = owed
    }

    package var name: String { inner.name }

    package func reply(
        to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) -> ModelReply {
        let call = try await budget.reserve(for: request, asking: inner.name)
        let discarded = Mutex(DiscardedTries())
        let result = await budget.keeping(call) { () async -> Result<ModelReply, ModelError> in
            do throws(ModelError) {
                return .success(
                    try await inner.reply(to: request) { event in
                        if case .discarded(_, let paid) = event { discarded.withLock { $0.add(paid) } }
                        await events(event)
                    })
            } catch {
                return .failure(error)
            }
        }
        let tries = discarded.withLock { $0 }
        let lost = tries.unknown * call.least
        switch result {
        case .success(let reply):
            // The price of a reply has what is known of the tries before in it.
            let known = reply.usage.microUSD == nil ? tries.known : 0
            let settlement = budget.settlement(of: call, reply.usage, isWhole: true, lost: lost + known)
            if let owed { owed.add(settlement) } else { try await budget.settle([settlement]) }
            return reply
        case .failure(let error):
            let settlement =
                error.kind.isBeforeWork
                ? BudgetSettlement(call.reservation, spent: lost + tries.known)
                : budget.settlement(of: call, nil, isWhole: false, lost: lost + tries.known)
            await budget.settleAnyway([settlement])
            throw error
        }
    }
}

/// Of one call: tries that began to answer and were asked again.
private struct DiscardedTries {
    /// Those of which nobody knows what they cost.
    var unknown = 0
    /// What the others cost, in millionths of a dollar.
    var known = 0

    mutating func add(_ paid: Int?) {
        if let paid { known += paid } else { unknown += 1 }
    }
}

/// What calls came to that were made for one step.
final class OwedCalls: Sendable {
    private let settlements = Mutex<[BudgetSettlement]>([])

    var all: [BudgetSettlement] { settlements.withLock { $0 } }

    func add(_ settlement: BudgetSettlement) { settlements.withLock { $0.append(settlement) } }
}

extension ModelError.Kind {
    /// The model did no work for it, as far as is known.
    fileprivate var isBeforeWork: Bool {
        switch self {
        case .limited, .unavailable, .tooLarge, .unauthorized, .spent: true
        case .refused, .malformed, .cancelled: false
        }
    }
}
