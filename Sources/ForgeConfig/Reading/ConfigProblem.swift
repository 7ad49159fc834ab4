// What is wrong with a configuration, for the person who wrote it. It must never quote a value: the value may be a
// credential in the wrong place, and problems with `.forge.yml` are posted where everybody reads them.

/// One thing to mend: where it is, which key, what is wrong with it and what to do.
package struct ConfigProblem: Sendable, Equatable {
    /// Of the key in the text; nil when the value came from the environment or is missing altogether. Both begin at 1.
    package let line: Int?
    package let column: Int?
    /// The environment variable the value came from.
    package let variable: String?
    /// `http.connections`, or empty for the text as a whole.
    package let key: String
    /// Continues a sentence that begins with the key: `is not a whole number`.
    package let what: String
    /// The end of that sentence: `give one from 1 to 100000`.
    package let advice: String
    /// Which of several files it is in, and whose that is; nil where there is only one.
    package var source: ConfigSource?

    package init(line: Int? = nil, column: Int? = nil, variable: String? = nil, key: String, what: String, advice: String) {
        self.line = line
        self.column = column
        self.variable = variable
        self.key = key
        self.what = what
        self.advice = advice
    }
}

extension ConfigProblem: CustomStringConvertible {
    package var description: String {
        var place = ""
        if let variable {
            place = variable + ": "
        } else if let line {
            place = "line \(line): "
        }
        return place + [key, what].filter { !$0.isEmpty }.joined(separator: " ") + (advice.isEmpty ? "" : ": " + advice)
    }
}

/// Everything that is wrong with a configuration, in the order of the text and then of the environment's variables.
package struct ConfigProblems: Error, Equatable {
    /// Never empty.
    package let problems: [ConfigProblem]
    /// What would have been said even if nothing were wrong.
    package let warnings: [ConfigProblem]

    init(_ problems: [ConfigProblem], warnings: [ConfigProblem] = []) {
        precondition(!problems.isEmpty, "an error has a reason")
        self.problems = problems
        self.warnings = warnings
    }
}

extension ConfigProblems: CustomStringConvertible {
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
