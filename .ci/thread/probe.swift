// Shows that ThreadSanitizer can be believed here: what is in order passes in silence, and a planted race is reported.
// Run by .ci/test before the tests, once for each word below. Must never be part of the product.

import Dispatch
import Synchronization

/// As unsafe as its users make it: that is what is being tested.
final class Count: @unchecked Sendable {
    var value = 0
}

actor Keeper {
    private var value = 0
    func add() -> Int {
        value += 1
        return value
    }
}

let rounds = 20_000

/// Enough threads on two cores that some have to wait for the lock.
func contend(_ body: @Sendable (_ thread: Int) -> Void) {
    DispatchQueue.concurrentPerform(iterations: 4) { thread in for _ in 0..<rounds { body(thread) } }
}

func locked() {
    let count = Mutex(0)
    let beside = Count()
    contend { _ in
        count.withLock {
            $0 += 1
            beside.value += 1
        }
    }
    contend { _ in _ = count.withLockIfAvailable { _ in beside.value += 1 } }
}

func published() {
    for _ in 0..<100 {
        let count = Count()
        let ready = Atomic(false)
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            if thread == 0 {
                count.value = 1
                ready.store(true, ordering: .releasing)
            } else {
                while !ready.load(ordering: .acquiring) {}
                count.value += 1
            }
        }
    }
}

func hopped() async {
    let keeper = Keeper()
    let count = Count()
    let queue = DispatchQueue(label: "probe")
    await withTaskGroup { group in
        for _ in 0..<4 {
            group.addTask {
                for _ in 0..<1_000 {
                    _ = await keeper.add()
                    await withCheckedContinuation { continuation in
                        queue.async {
                            count.value += 1
                            continuation.resume()
                        }
                    }
                }
            }
        }
    }
}

/// One thread keeps to the lock, the others do not.
func raced() {
    let count = Count()
    let lock = Mutex(())
    contend { thread in
        if thread == 0 { lock.withLock { _ in count.value += 1 } } else { count.value += 1 }
    }
}

/// Each thread keeps to a lock, but not to the same one.
func racedUnderTwoLocks() {
    let count = Count()
    let odd = Mutex(())
    let even = Mutex(())
    contend { thread in
        if thread.isMultiple(of: 2) { even.withLock { _ in count.value += 1 } } else { odd.withLock { _ in count.value += 1 } }
    }
}

switch CommandLine.arguments.last {
case "locked": locked()
case "published": published()
case "hopped": await hopped()
case "raced": raced()
case "racedUnderTwoLocks": racedUnderTwoLocks()
default: fatalError("say locked, published, hopped, raced or racedUnderTwoLocks")
}
