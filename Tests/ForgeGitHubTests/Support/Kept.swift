// A value that several tasks of a test change.

import Synchronization

final class Kept<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    var now: Value { value.withLock { $0 } }

    @discardableResult
    func change<Answer: Sendable>(_ body: (inout Value) -> Answer) -> Answer { value.withLock { body(&$0) } }
}
