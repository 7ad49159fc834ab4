// Why a pack is not loaded. Packs are strict: a rule that is half understood protects nobody.

package struct PackProblem: Sendable, Equatable {
    package let line: Int
    package let column: Int
    package let message: String
}

/// Everything wrong with a pack, in the order of its text.
package struct PackError: Error, Equatable, CustomStringConvertible {
    package let name: String
    package let problems: [PackProblem]

    package var description: String {
        problems.map { "\(name):\($0.line):\($0.column): \($0.message)" }.joined(separator: "\n")
    }
}
