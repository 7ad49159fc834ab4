// A pack file to a pack of rules. It must never accept a key it does not know, a rule twice, or a rule that shows no example; whether the
// patterns compile is looked at by `PatternPack.compiled`.

package import ForgeCore
internal import ForgeYAML

extension PatternPack {
    /// Reads a pack. Patterns are not compiled, and examples not run, so that starting stays cheap.
    package init(yaml bytes: [UInt8], file: String, layer: RuleLayer) throws(PackError) {
        try self.init(tree: packTree(bytes, file: file, limits: .of(layer)), file: file, layer: layer)
    }

    /// Without `readsExamples` they are left as they are, and the rules have none: for a pack whose examples have all been run before.
    init(tree: YAMLNode, file: String, layer: RuleLayer, readsExamples: Bool = true) throws(PackError) {
        let problems = PackProblems()
        var reader = PatternPackReader(file: file, layer: layer, limits: .of(layer), readsExamples: readsExamples)
        let pack = reader.read(PackEntry(tree, problems))
        guard problems.list.isEmpty else { throw PackError(name: file, problems: problems.list) }
        self = pack
    }
}

/// The text of a pack as a tree, within the limits of who supplied it.
func packTree(_ bytes: [UInt8], file: String, limits: PackLimits) throws(PackError) -> YAMLNode {
    var yamlLimits = YAMLLimits()
    yamlLimits.bytesMax = limits.bytesMax
    do throws(YAMLError) {
        return try parseYAML(bytes, limits: yamlLimits)
    } catch {
        let problems = error.problems.map { PackProblem(line: $0.position.line, column: $0.position.column, message: $0.message) }
        throw PackError(name: file, problems: problems)
    }
}

/// A rule's name: small letters and digits in words with `-` between them.
func isRuleName(_ text: String) -> Bool {
    let isWord = text.utf8.allSatisfy { Byte.isDigit($0) || (0x61...0x7A).contains($0) || $0 == Byte.minus }
    return isWord && !text.isEmpty && text.utf8.count <= 80 && !text.hasPrefix("-") && !text.hasSuffix("-") && !text.contains("--")
}

private struct PatternPackReader {
    let file: String
    let layer: RuleLayer
    let limits: PackLimits
    let readsExamples: Bool
    private static let subjects = named(RuleSubject.self)
    private static let severities = named(FindingSeverity.self)
    private static let confidences = named(RuleConfidence.self)
    private var subject = RuleSubject.text
    private var isRequired = false

    init(file: String, layer: RuleLayer, limits: PackLimits, readsExamples: Bool) {
        self.file = file
        self.layer = layer
        self.limits = limits
        self.readsExamples = readsExamples
    }

    mutating func read(_ root: PackEntry) -> PatternPack {
        var head = root
        if head.number("version") != 1 { head.problem("'version' is 1") }
        let name = head.required("pack")
        if !isRuleName(name) { head.problem("a pack's name is words of small letters and digits with '-' between them") }
        // Packs about a change look at what it adds.
        subject = head.choice("on", Self.subjects) ?? (["review", "tests"].contains(name) ? .added : .text)
        isRequired = head.flag("required")
        var lines: [String: Int] = [:]
        var rules: [PatternRule] = []
        let entries = head.entries("rules")
        if entries.count > limits.rulesMax { head.problem("a pack of this kind has at most \(limits.rulesMax) rules") }
        for entry in entries.prefix(limits.rulesMax) {
            var rule = entry
            let description = self.rule(&rule)
            if let line = lines.updateValue(entry.position.line, forKey: description.id), !description.id.isEmpty {
                rule.problem("there is already a rule '\(description.id)' on line \(line)")
            }
            rules.append(PatternRule(description, pack: name))
        }
        if rules.isEmpty { head.problem("a pack has 'rules'") }
        head.finish()
        return PatternPack(name: name, layer: layer, file: file, rules: rules)
    }

    private func rule(_ entry: inout PackEntry) -> RuleDescription {
        let id = entry.required("id")
        if !id.isEmpty, !isRuleName(id) { entry.problem("an id is words of small letters and digits with '-' between them, not '\(id)'") }
        let title = entry.required("title")
        if !entry.has("severity") { entry.problem("'severity' is missing") }
        var rule = RuleDescription(
            id: id, title: title, severity: entry.choice("severity", Self.severities) ?? .critical,
            family: entry.required("family"), subject: entry.choice("on", Self.subjects) ?? subject,
            message: entry.required("message"), origin: RuleOrigin(layer: layer, file: file, line: entry.position.line))
        readPatterns(&rule, &entry)
        readConditions(&rule, &entry)
        readAllowance(&rule, &entry)
        rule.confidence = entry.choice("confidence", Self.confidences) ?? .high
        rule.isGeneric = entry.flag("generic")
        rule.isRequired = entry.has("required") ? entry.flag("required") : isRequired
        rule.fix = entry.text("fix")
        rule.references = entry.texts("references")
        readExamples(&rule, &entry)
        entry.finish()
        return rule
    }

    private func readExamples(_ rule: inout RuleDescription, _ entry: inout PackEntry) {
        guard readsExamples else {
            // Asked for, so that they are no unknown keys.
            _ = (entry.node("matches"), entry.node("ignores"))
            return
        }
        rule.matches = examples("matches", &entry)
        rule.ignores = examples("ignores", &entry)
        if rule.matches.isEmpty { entry.problem("a rule shows an example under 'matches'") }
        if rule.ignores.isEmpty { entry.problem("a rule shows under 'ignores' what it leaves alone") }
    }

    private func readPatterns(_ rule: inout RuleDescription, _ entry: inout PackEntry) {
        if entry.has("pattern"), entry.has("patterns") { entry.problem("a rule has 'pattern' or 'patterns', not both") }
        rule.patterns = located(entry.locatedTexts("pattern") + entry.locatedTexts("patterns"), entry)
        if rule.patterns.count > limits.patternsPerRuleMax {
            entry.problem("a rule has at most \(limits.patternsPerRuleMax) patterns: write an alternation")
        }
        rule.acrossLines = entry.flag("across_lines")
        rule.isUnicode = entry.flag("unicode")
        rule.capture = entry.number("capture") ?? 0
        if !(0...99).contains(rule.capture) { entry.problem("'capture' is the number of a group") }
        let place = entry.place(of: "check")
        rule.check = entry.text("check")
        guard let name = rule.check else {
            if rule.patterns.isEmpty { entry.problem("a rule has a 'pattern', or is 'on: change' with a 'check'") }
            if rule.subject == .change { entry.problem("a rule 'on: change' has a 'check'") }
            return
        }
        guard let check = RuleChecks.all[name] else {
            let nearest = Nearest.name(to: name, in: RuleChecks.all.keys).map { ", did you mean '\($0)'?" } ?? ""
            return entry.problem(at: place, "there is no check '\(name)'\(nearest)")
        }
        fit(check, rule, entry)
    }

    /// A check of hits needs a pattern; a check of a change has none.
    private func fit(_ check: RuleCheck, _ rule: RuleDescription, _ entry: PackEntry) {
        switch check {
        case .hit where rule.subject == .change:
            entry.problem("the check '\(rule.check ?? "")' is about hits of a pattern, not 'on: change'")
        case .hit: if rule.patterns.isEmpty { entry.problem("a rule has a 'pattern'") }
        case .change:
            if rule.subject != .change { entry.problem("the check '\(rule.check ?? "")' is for rules 'on: change'") }
            if !rule.patterns.isEmpty { entry.problem("a rule 'on: change' has a check and no pattern") }
        }
    }

    private func readConditions(_ rule: inout RuleDescription, _ entry: inout PackEntry) {
        rule.keywords = entry.texts("keywords").map { Array($0.lowercased().utf8) }
        if rule.keywords.contains([]) { entry.problem("a keyword is not empty") }
        let lengthPlace = entry.place(of: "length")
        if var length = entry.entry("length") {
            let (least, most) = (length.number("min") ?? 0, length.number("max") ?? Int.max)
            length.finish()
            if least < 0 || least > most {
                entry.problem(at: lengthPlace, "'length' has 'min' and 'max', the first not above the second")
            } else {
                rule.length = least...most
            }
        }
        let entropyPlace = entry.place(of: "entropy")
        rule.entropy = entry.decimal("entropy")
        if let entropy = rule.entropy, !(0...8).contains(entropy) {
            entry.problem(at: entropyPlace, "'entropy' is in bits per byte, from 0 to 8")
        }
        let wherePlace = entry.place(of: "where")
        rule.places = Set(entry.choices("where", named(RulePlace.self)))
        let suggestPlace = entry.place(of: "suggest")
        rule.suggestion = entry.text("suggest")
        if rule.subject != .added, rule.subject != .removed, !rule.places.isEmpty || rule.suggestion != nil {
            entry.problem(
                at: rule.places.isEmpty ? suggestPlace : wherePlace,
                "'where' and 'suggest' are for lines of a diff: 'on: added' or 'on: removed'")
        }
        rule.paths = entry.texts("paths")
        rule.pathsIgnore = entry.texts("paths_ignore")
    }

    private func readAllowance(_ rule: inout RuleDescription, _ entry: inout PackEntry) {
        guard var allow = entry.entry("allow") else { return }
        rule.allow.captures = located(allow.locatedTexts("captures"), allow)
        rule.allow.lines = located(allow.locatedTexts("lines"), allow)
        rule.allow.words = allow.texts("words").map { Array($0.lowercased().utf8) }
        rule.allow.paths = allow.texts("paths")
        if rule.allow.words.contains([]) { allow.problem("a word is not empty: every text has it") }
        allow.finish()
    }

    private func located(_ texts: [LocatedText], _ entry: PackEntry) -> [LocatedPattern] {
        for text in texts {
            if text.text.isEmpty { entry.problem(at: text.position, "a pattern is not empty: it would fit everywhere") }
            if text.text.utf8.count > limits.patternBytesMax {
                entry.problem(at: text.position, "a pattern has at most \(limits.patternBytesMax) bytes")
            }
        }
        return texts.map { LocatedPattern(expression: $0.text, line: $0.position.line, column: $0.position.column) }
    }

    private func examples(_ key: String, _ entry: inout PackEntry) -> [RuleExample] {
        guard let node = entry.node(key) else { return [] }
        guard case .sequence(let items) = node.content else {
            entry.problem(at: node.position, "'\(key)' is a list")
            return []
        }
        if items.count > limits.examplesPerRuleMax {
            entry.problem(at: node.position, "'\(key)' has at most \(limits.examplesPerRuleMax) examples")
        }
        return items.prefix(limits.examplesPerRuleMax).compactMap { example($0, entry) }
    }

    private func example(_ node: YAMLNode, _ rule: PackEntry) -> RuleExample? {
        if case .scalar(let scalar) = node.content {
            return RuleExample(text: assembled(LocatedText(scalar.text, node.position), rule), line: node.position.line)
        }
        guard case .mapping = node.content else {
            rule.problem(at: node.position, "an example is a text, or has 'path', 'text', 'removed' or 'diff'")
            return nil
        }
        var entry = rule.nested(node)
        let example = RuleExample(
            path: part("path", &entry).map { RepositoryPath(bytes: $0) }, text: part("text", &entry), removed: part("removed", &entry),
            diff: part("diff", &entry), line: node.position.line)
        if example.diff != nil, example.text != nil || example.removed != nil || example.path != nil {
            entry.problem("an example with a 'diff' has nothing else")
        }
        if example.diff == nil, example.text == nil, example.removed == nil, example.path == nil {
            entry.problem("an example shows something")
        }
        entry.finish()
        return example
    }

    private func part(_ key: String, _ entry: inout PackEntry) -> [UInt8]? {
        let place = entry.place(of: key)
        return entry.text(key).map { assembled(LocatedText($0, place), entry) }
    }

    private func assembled(_ text: LocatedText, _ entry: PackEntry) -> [UInt8] {
        switch ExampleText(bytesMax: limits.exampleBytesMax).assembled(text.text) {
        case .success(let bytes): return bytes
        case .failure(let problem):
            entry.problem(at: text.position, problem.message)
            return []
        }
    }
}

private func named<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> [String: Value] where Value.RawValue == String {
    Dictionary(uniqueKeysWithValues: Value.allCases.map { ($0.rawValue, $0) })
}
