// Runs the examples of the scope pack. It must never take a rule for right because another one said the same.

extension ScopePack {
    /// Every rule on each of its own examples.
    package func exampleReport() -> ExampleReport {
        let policy = ScopePolicy(pack: self)
        var failures: [ExampleFailure] = []
        for rule in rules {
            for (example, isFinding) in rule.matches.map({ ($0, true) }) + rule.ignores.map({ ($0, false) }) {
                let verdict = policy.verdict(.diff(example.diff), base: example.beside)
                guard verdict.rules.contains(rule.id) != isFinding else { continue }
                let others = verdict.rules.isEmpty ? "no rule" : verdict.rules.joined(separator: ", ")
                let message = isFinding ? "the example is found by \(others)" : "the example is found by the rule, and should be left alone"
                failures.append(ExampleFailure(rule: rule.id, line: example.line, message: message))
            }
        }
        let count = rules.reduce(0) { $0 + $1.matches.count + $1.ignores.count }
        return ExampleReport(pack: "scope", file: file, ruleCount: rules.count, exampleCount: count, failures: failures)
    }
}
