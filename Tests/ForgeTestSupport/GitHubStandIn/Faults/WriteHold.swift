// Stops a client at one of its writes, before or after it is done, so that a test can end the client right there.

import Foundation

package enum HoldMoment: Hashable, Sendable, CaseIterable {
    case before, after
}

/// Proof for `@unchecked`: every field is touched under the condition's lock.
final class WriteHold: @unchecked Sendable {
    private let condition = NSCondition()
    private var target: (number: Int, moment: HoldMoment)?
    private var count = 0
    private var heldLine: String?
    private var isReleased = false

    /// The first write from now on is number 1.
    func set(_ number: Int, _ moment: HoldMoment) {
        condition.withLock {
            target = (number, moment)
            count = 0
            heldLine = nil
            isReleased = false
        }
    }

    /// Numbers a write that has come.
    func arrive() -> Int {
        condition.withLock {
            count += 1
            return count
        }
    }

    /// Waits if this is the place. True when it was: whoever asked is dead by then and gets no answer.
    func pass(_ number: Int, _ moment: HoldMoment, line: String) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard let target, target.number == number, target.moment == moment, !isReleased else { return false }
        heldLine = line
        condition.broadcast()
        while !isReleased { condition.wait() }
        return true
    }

    var heldNow: String? { condition.withLock { isReleased ? nil : heldLine } }

    /// Lets go of what is held, which ends without an answer, and holds nothing more.
    func release() {
        condition.withLock {
            isReleased = true
            target = nil
            condition.broadcast()
        }
    }

    /// What is held, or nil when nothing came so far.
    func wait(until limit: Date) -> String? {
        condition.lock()
        defer { condition.unlock() }
        while heldLine == nil, !isReleased { if !condition.wait(until: limit) { return nil } }
        return heldLine
    }
}

/// Counts what happens, for those who wait for something to happen.
/// Proof for `@unchecked`: the count is touched under the condition's lock.
final class Activity: @unchecked Sendable {
    private let condition = NSCondition()
    private var moves = 0

    func note() {
        condition.withLock {
            moves += 1
            condition.broadcast()
        }
    }

    var count: Int { condition.withLock { moves } }

    /// Returns when there was more than this, or at the limit.
    func wait(past count: Int, until limit: Date) {
        condition.lock()
        defer { condition.unlock() }
        while moves <= count { if !condition.wait(until: limit) { return } }
    }
}

/// Waiting on a thread of its own, so that no task's thread is kept.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: work()) }
    }
}
