// Rules that come another way than in a pack file: the patterns of a `.forge.yml`. They must never be taken for less dangerous than a pack of
// their layer: the same limits hold, and every example is run.

package import ForgeCore

extension LocatedPattern {
    package init(_ expression: String, line: Int, column: Int = 1) {
        self.expression = expression
        self.line = line
        self.column = column
    }
}

extension RuleExample {
    /// From texts as they are written, in which `{{}}` and its like are put together as in a pack.
    package init(
        written text: String?, path: String? = nil, removed: String? = nil, diff: String? = nil, line: Int, layer: RuleLayer
    ) throws(PackError) {
        let assembler = ExampleText(bytesMax: PackLimits.of(layer).exampleBytesMax)
        func bytes(_ text: String?) throws(PackError) -> [UInt8]? {
            guard let text else { return nil }
            switch assembler.assembled(text) {
            case .success(let bytes): return bytes
            case .failure(let problem):
                throw PackError(name: "example", problems: [PackProblem(line: line, column: 1, message: problem.message)])
            }
        }
        try self.init(
            path: bytes(path).map { RepositoryPath(bytes: $0) }, text: bytes(text), removed: bytes(removed), diff: bytes(diff), line: line)
    }
}

extension PatternPack {
    /// Rules of a layer's configuration, as a pack that is checked like any other of that layer.
    package init(own descriptions: [RuleDescription], name: String, file: String, layer: RuleLayer) throws(PackError) {
        let limits = PackLimits.of(layer)
        var problems: [PackProblem] = []
        var lines: [String: Int] = [:]
        if descriptions.count > limits.rulesMax {
            problems.append(PackProblem(line: 1, column: 1, message: "there are at most \(limits.rulesMax) rules of this kind"))
        }
        for rule in descriptions {
            let line = rule.origin.line ?? 1
            func complain(_ message: String) { problems.append(PackProblem(line: line, column: 1, message: "\(rule.id): \(message)")) }
            if let first = lines.updateValue(line, forKey: rule.id) { complain("there is already such a rule on line \(first)") }
            if !isRuleName(rule.id) { complain("an id is words of small letters and digits with '-' between them") }
            if rule.patterns.isEmpty { complain("a rule has a pattern") }
            if rule.subject == .change || rule.check != nil { complain("a rule here is about lines or names, and has no check") }
            if rule.patterns.count > limits.patternsPerRuleMax { complain("a rule has at most \(limits.patternsPerRuleMax) patterns") }
            if (rule.patterns + rule.allow.captures + rule.allow.lines).contains(where: {
                $0.expression.utf8.count > limits.patternBytesMax
            }) {
                complain("a pattern has at most \(limits.patternBytesMax) bytes")
            }
            if rule.matches.isEmpty { complain("a rule shows an example under 'matches'") }
            if max(rule.matches.count, rule.ignores.count) > limits.examplesPerRuleMax {
                complain("a rule shows at most \(limits.examplesPerRuleMax) examples of a kind")
            }
        }
        guard problems.isEmpty else { throw PackError(name: file, problems: problems) }
        let pack = PatternPack(name: name, layer: layer, file: file, rules: descriptions.map { PatternRule($0, pack: name) })
        self = try pack.checked()
    }
}
