// The store in memory keeps the whole contract, and fails when it is told to.
import ForgeCore
import ForgeTestSupport
import Testing

@Test(arguments: StoreContract.cases)
func `the store in memory keeps the store's promises`(_ promise: StoreContract.Case) async throws {
    try await StoreContract { MemoryStore(clock: $0) }.check(promise)
}

@Test func `every promise has a name of its own`() {
    let names = StoreContract.cases.map(\.name)
    #expect(Set(names).count == names.count)
}

private func accept(_ store: MemoryStore, _ key: String) async -> StoreError.Code? {
    do throws(StoreError) {
        let body: [UInt8] = []
        _ = try await store.accept(NewDelivery(source: .github, transportKey: key, body: body, receivedAt: TestClock.epoch))
        return nil
    } catch {
        return error.code
    }
}

@Test func `a store that is told to fail fails so often, and writes nothing then`() async throws {
    let store = MemoryStore(clock: TestClock().wallClock)
    store.failNext(.full, times: 2)
    let answers = [await accept(store, "a"), await accept(store, "b"), await accept(store, "c")]
    #expect(answers == [.full, .full, nil])
    #expect(try await store.pendingDeliveries(after: nil, limit: 10).map(\.transportKey) == ["c"])
}

@Test func `a failure meant for one call leaves the others alone`() async throws {
    let store = MemoryStore(clock: TestClock().wallClock)
    store.failNext(.busy, call: "accept")
    try await store.probe()
    let answers = [await accept(store, "a"), await accept(store, "a")]
    #expect(answers == [.busy, nil])
}

@Test func `an answer lost after the commit leaves what was written`() async throws {
    let store = MemoryStore(clock: TestClock().wallClock)
    store.failNext(.inputOutput, call: "accept", afterCommit: true)
    let answer = await accept(store, "a")
    #expect(answer == .inputOutput)
    #expect(try await store.pendingDeliveries(after: nil, limit: 10).map(\.transportKey) == ["a"])
    let again = try await store.accept(NewDelivery(source: .github, transportKey: "a", body: [], receivedAt: TestClock.epoch))
    #expect(again.kind == .repeated)
}
