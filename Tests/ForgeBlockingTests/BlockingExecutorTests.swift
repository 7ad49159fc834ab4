// What an actor on its own queue promises: it blocks alone, runs its jobs one at a time, and knows where it is.
// Nothing here sleeps: blocked actors wait for a semaphore that the test opens when it has seen what it came to see.

import Dispatch
import ForgeBlocking
import Testing

/// Waits for C, or for whatever else holds a thread.
private actor Blocker {
    private let executor = BlockingExecutor(label: "forge.test.blocker")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private var order: [Int] = []

    func block(until gate: DispatchSemaphore, started: AsyncStream<Void>.Continuation) {
        started.yield()
        waitOnThisThread(gate)
    }

    func append(_ number: Int) {
        order.append(number)
    }

    func appended() -> [Int] { order }

    /// What a callback from C does: it is on the actor's queue, but the compiler cannot know.
    func reenter() -> Int {
        countFromCallback()
    }

    nonisolated private func countFromCallback() -> Int {
        assumeIsolated { $0.order.count }
    }
}

/// `DispatchSemaphore.wait` may not be called from an async function; a blocking C call has no such mark.
private func waitOnThisThread(_ gate: DispatchSemaphore) {
    gate.wait()
}

@Test(.timeLimit(.minutes(5)))
func `blocked actors, more of them than cores, stop neither another actor nor the default executor`() async {
    let blockers = (0..<24).map { _ in Blocker() }
    let gate = DispatchSemaphore(value: 0)
    let (started, continuation) = AsyncStream.makeStream(of: Void.self)

    await withTaskGroup(of: Void.self) { group in
        for blocker in blockers { group.addTask { await blocker.block(until: gate, started: continuation) } }
        var startedCount = 0
        for await _ in started {
            startedCount += 1
            if startedCount == blockers.count { break }
        }

        let free = Blocker()
        await free.append(1)
        let onDefaultExecutor = await Task.detached { 2 }.value
        #expect(await free.appended() == [1])
        #expect(onDefaultExecutor == 2)

        for _ in blockers { gate.signal() }
    }
}

@Test func `an actor's jobs run one at a time, none lost, in the order one task asks for them`() async {
    let actor = Blocker()
    for number in 0..<200 { await actor.append(number) }
    #expect(await actor.appended() == Array(0..<200))

    await withTaskGroup(of: Void.self) { group in
        for number in 200..<400 { group.addTask { await actor.append(number) } }
    }
    #expect(await actor.appended().sorted() == Array(0..<400))
}

@Test func `code on the actor's queue may assume its isolation`() async {
    let actor = Blocker()
    await actor.append(1)
    #expect(await actor.reenter() == 1)
}
