// The promises of ForgeCore/Ports/Store.swift as tests, for any store. It knows a store only through its port: no case may depend on how
// one is built, on real time, or on another case.
//
// A test target runs it with a few lines:
//
//     @Test(arguments: StoreContract.cases)
//     func `SQLite keeps the store's promises`(_ promise: StoreContract.Case) async throws {
//         try await StoreContract { clock in try await SQLiteStore(…, clock: clock) }.check(promise)
//     }
package import ForgeCore
import Testing

package struct StoreContract: Sendable {
    /// A new, empty store that takes its stamps from this clock.
    package typealias MakeStore = @Sendable (WallClock) async throws -> any Store

    /// One promise.
    package struct Case: Sendable, CustomTestStringConvertible {
        package let name: String
        let check: @Sendable (StoreScene) async throws -> Void

        init(_ name: String, _ check: @escaping @Sendable (StoreScene) async throws -> Void) {
            self.name = name
            self.check = check
        }

        package var testDescription: String { name }
    }

    private let makeStore: MakeStore

    package init(makeStore: @escaping MakeStore) { self.makeStore = makeStore }

    package static let cases: [Case] =
        acceptanceCases + settlementCases + repositoryCases + deliveryListingCases + ticketCases + ticketJoiningCases
        + enqueueCases + claimCases + leaseCases + endingCases + operatorCases + runCases + evidenceCases + journalCases
        + followingCases + tokenCases + answerCases + reviewCases + laneCases + budgetCases + budgetHistoryCases + localHostCases
        + sweepCases + pagingCases + tenancyCases + propertyCases

    /// The case of this name. A name that is not there is a mistake in the test.
    package static func named(_ name: String) -> Case {
        guard let found = cases.first(where: { $0.name == name }) else { preconditionFailure("no such promise: \(name)") }
        return found
    }

    /// Holds a fresh store to one promise.
    package func check(_ promise: Case) async throws {
        let clock = TestClock()
        let store = try await makeStore(clock.wallClock)
        do {
            try await promise.check(StoreScene(store: store, clock: clock))
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}
