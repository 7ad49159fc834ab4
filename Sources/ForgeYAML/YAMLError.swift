// Why a text is not YAML that Forge reads. A message must never quote the text: it may hold a credential.

/// One thing wrong with a YAML text, and where.
package struct YAMLProblem: Sendable, Equatable {
    package let position: YAMLPosition
    package let message: String

    package init(position: YAMLPosition, message: String) {
        self.position = position
        self.message = message
    }
}

/// Everything wrong that could be found: the one place where the text stops being YAML, or every key written twice.
package struct YAMLError: Error, Equatable {
    /// Never empty, in the order of the text.
    package let problems: [YAMLProblem]

    init(_ problems: [YAMLProblem]) {
        precondition(!problems.isEmpty, "an error has a reason")
        self.problems = problems
    }

    init(_ position: YAMLPosition, _ message: String) {
        self.init([YAMLProblem(position: position, message: message)])
    }
}

extension YAMLError: CustomStringConvertible {
    package var description: String {
        problems.map { "line \($0.position.line), column \($0.position.column): \($0.message)" }.joined(separator: "\n")
    }
}
