// What a step may leave behind: values with a JSON form, stored before anything is made of them. It must never hold a credential, nor a
// text from outside that is longer than it needs to be.

package import ForgeCore

package protocol StepResult: Sendable {
    var stepJSON: JSON { get }
    /// Nil when it is not what `stepJSON` writes: another version of the program wrote it.
    init?(stepJSON: JSON)
}

/// A step whose doing is all there is to say.
package struct Done: StepResult, Hashable {
    package init() {}
    package var stepJSON: JSON { .object([]) }
    package init?(stepJSON: JSON) { self.init() }
}

extension Int64: StepResult {
    package var stepJSON: JSON { .integer(self) }
    package init?(stepJSON: JSON) {
        guard case .integer(let number) = stepJSON else { return nil }
        self = number
    }
}

extension Bool: StepResult {
    package var stepJSON: JSON { .bool(self) }
    package init?(stepJSON: JSON) {
        guard case .bool(let flag) = stepJSON else { return nil }
        self = flag
    }
}

extension String: StepResult {
    package var stepJSON: JSON { .string(self) }
    package init?(stepJSON: JSON) {
        guard case .string(let text) = stepJSON else { return nil }
        self = text
    }
}

extension JSON: StepResult {
    package var stepJSON: JSON { self }
    package init?(stepJSON: JSON) { self = stepJSON }
}

/// In a list of its own, so that nothing and a result that is written as `null` differ.
extension Optional: StepResult where Wrapped: StepResult {
    package var stepJSON: JSON { .array(map { [$0.stepJSON] } ?? []) }
    package init?(stepJSON: JSON) {
        guard let items = stepJSON.array, items.count <= 1 else { return nil }
        guard let item = items.first else {
            self = .none
            return
        }
        guard let value = Wrapped(stepJSON: item) else { return nil }
        self = .some(value)
    }
}
