// Blocking work that belongs to no actor: that it runs at once, answers and fails, and holds none of the threads of tasks.

import Dispatch
import ForgeBlocking
import Synchronization
import Testing

struct BlockingThreadsTests {
    private struct Refusal: Error, Equatable {}

    @Test func `work answers or fails as its own`() async {
        let threads = BlockingThreads(label: "test")
        #expect(await threads.run { 7 } == 7)
        await #expect(throws: Refusal()) { try await threads.run { () throws(Refusal) -> Int in throw Refusal() } }
    }

    @Test(.timeLimit(.minutes(1))) func `many pieces block at once while tasks go on`() async {
        let threads = BlockingThreads(label: "test")
        let count = 20
        let (arrived, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    await threads.run {
                        arrived.signal()
                        gate.wait()
                    }
                }
            }
            // All wait at the gate together, and this is still carried out.
            group.addTask {
                await threads.run { for _ in 0..<count { arrived.wait() } }
                for _ in 0..<count { gate.signal() }
            }
        }
    }

    @Test func `shared work is done once for each number`() {
        let seen = Mutex<[Int]>([])
        BlockingThreads.share(50) { number in seen.withLock { $0.append(number) } }
        #expect(seen.withLock { $0.sorted() } == Array(0..<50))
    }
}
