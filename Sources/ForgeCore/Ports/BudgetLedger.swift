// Where money is set aside before it is spent, and counted after. Whoever cannot reserve does not call: an error here is a no.
//
// What holds at every moment, however many ask at once: in each account, what was spent and what is set aside together stay within the
// limits that were asked with, as long as no call costs more than was set aside for it. What a call really cost is always counted, also when
// it was more, or comes after the reservation ended by itself.

package protocol BudgetLedger: Sendable {
    /// Sets money aside in all accounts of the payer, or in none. With a lease only while that is held (`leaseLost`); whatever earlier
    /// attempts of the job had set aside for the same run ends, since nobody carries it on. What costs nothing is never refused. `refused`
    /// when there is no such run.
    func reserve(_ reservation: BudgetReservation, lease: Lease?) async throws(StoreError) -> BudgetAnswer
    /// Its lifetime begins anew. False when it has ended.
    func extendReservation(_ id: ReservationID, by lifetime: Duration) async throws(StoreError) -> Bool
    /// Counts what it came to in the accounts in which it was set aside, whatever day it is now. A second settlement of the same one changes
    /// nothing. One that ended by itself was counted at its least, and is corrected. `refused` when there is none such.
    func settle(_ settlements: [BudgetSettlement]) async throws(StoreError)
    /// In the order of the accounts. What has run out by this moment is counted as ended.
    func standings(of accounts: [BudgetAccount], at moment: Timestamp) async throws(StoreError) -> [BudgetStanding]
    /// Newest first.
    func standings(
        _ filter: BudgetFilter, page: PageRequest, at moment: Timestamp, scope: TenantScope
    ) async throws(StoreError) -> Page<BudgetStanding>
}

extension BudgetLedger {
    /// Nothing was sent.
    package func release(_ id: ReservationID) async throws(StoreError) { try await settle([BudgetSettlement(id, spent: 0)]) }
}
