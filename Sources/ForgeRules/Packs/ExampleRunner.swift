// Runs the examples of a pack. It must never pass a rule whose examples could not be run.

internal import ForgeCore

/// An example that does not do what it shows.
package struct ExampleFailure: Hashable, Sendable {
    package let rule: String
    package let line: Int
    package let message: String

    package init(rule: String, line: Int, message: String) {
        self.rule = rule
        self.line = line
        self.message = message
    }

    /// As a compiler would print it.
    package func text(file: String) -> String { "\(file):\(line): \(rule): \(message)" }
}

package struct ExampleReport: Sendable {
    package let pack: String
    package let file: String
    package let ruleCount: Int
    package let exampleCount: Int
    package let failures: [ExampleFailure]

    package init(pack: String, file: String, ruleCount: Int, exampleCount: Int, failures: [ExampleFailure]) {
        self.pack = pack
        self.file = file
        self.ruleCount = ruleCount
        self.exampleCount = exampleCount
        self.failures = failures
    }
}

extension PatternPack {
    /// Every rule, whether it is on or not, on each of its own examples.
    package func exampleReport() throws(PackError) -> ExampleReport {
        let rules = try compiled()
        let scanner = RuleScanner(rules)
        var failures: [ExampleFailure] = []
        for (index, rule) in self.rules.enumerated() {
            for example in rule.matches { failures += Self.failure(index, example, isFinding: true, scanner) }
            for example in rule.ignores { failures += Self.failure(index, example, isFinding: false, scanner) }
        }
        let count = self.rules.reduce(0) { $0 + $1.matches.count + $1.ignores.count }
        return ExampleReport(pack: name, file: file, ruleCount: self.rules.count, exampleCount: count, failures: failures)
    }

    private static func failure(_ index: Int, _ example: RuleExample, isFinding: Bool, _ scanner: RuleScanner) -> [ExampleFailure] {
        let rule = scanner.rules.rules[index]
        guard let fires = fires(index, example, scanner) else {
            return [ExampleFailure(rule: rule.id, line: example.line, message: "the example shows nothing that the rule looks at")]
        }
        guard fires != isFinding else { return [] }
        let message = isFinding ? "the rule finds nothing in this example" : "the rule finds something in what it should leave alone"
        return [ExampleFailure(rule: rule.id, line: example.line, message: message)]
    }

    /// Nil when the example has nothing that such a rule looks at.
    private static func fires(_ index: Int, _ example: RuleExample, _ scanner: RuleScanner) -> Bool? {
        let subject = scanner.rules.rules[index].subject
        guard subject == .text, example.diff == nil else { return DiffExamples.fires(index, example, scanner) }
        return example.text == nil ? nil : TextExamples.fires(index, example, scanner)
    }
}
