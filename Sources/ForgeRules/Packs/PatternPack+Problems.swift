// Whether a pack's patterns compile, in both engines and within the limits of who supplied them. It must never be skipped for a pack that is
// not part of the binary.

internal import ForgeCore
internal import ForgePatterns

extension PatternPack {
    /// All rules compiled, whether they are on or not; else everything wrong with their patterns, in the order of the file.
    func compiled() throws(PackError) -> RuleSet {
        let problems = problems(Self.exactProblem)
        guard problems.isEmpty else { throw PackError(name: file, problems: problems) }
        do throws(PackError) {
            return try RuleSet(rules)
        } catch {
            // Together they name the first one only, and each alone takes longer: so this is left for when there is something to tell.
            let each = self.problems(Self.scanProblem)
            throw each.isEmpty ? error : PackError(name: file, problems: each)
        }
    }

    private func problems(_ problem: (LocatedPattern, PatternRule, _ isScanned: Bool) -> PackProblem?) -> [PackProblem] {
        rules.flatMap { rule in
            rule.patterns.compactMap { problem($0, rule, true) }
                + (rule.allow.captures + rule.allow.lines).compactMap { problem($0, rule, false) }
        }.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private static func exactProblem(_ pattern: LocatedPattern, _ rule: PatternRule, _ isScanned: Bool) -> PackProblem? {
        do throws(PatternError) {
            let exact = try ExactPattern(rule.source(pattern), limits: rule.matchLimits)
            guard isScanned else { return nil }
            if !rule.acrossLines, let anchor = textAnchor(pattern.expression) {
                return PackProblem(pattern, "'\(anchor)' is about the whole text: '^' and '$' are the ends of a line")
            }
            guard rule.capture > exact.groupCount else { return nil }
            return PackProblem(pattern, "the pattern has \(exact.groupCount) groups, 'capture' asks for \(rule.capture)")
        } catch {
            return refusal(pattern, error)
        }
    }

    private static func scanProblem(_ pattern: LocatedPattern, _ rule: PatternRule, _ isScanned: Bool) -> PackProblem? {
        guard isScanned else { return nil }
        do throws(PatternError) {
            _ = try PatternDatabase.compile([rule.source(pattern)], limits: rule.matchLimits)
            return nil
        } catch {
            return refusal(pattern, error)
        }
    }

    private static func refusal(_ pattern: LocatedPattern, _ error: PatternError) -> PackProblem {
        PackProblem(pattern, "the pattern is refused: \(error.message)\(error.offset.map { " at byte \($0)" } ?? "")")
    }

    /// `\A`, `\Z`, `\z` or `\G`, in which a line of a text and the line alone would differ.
    private static func textAnchor(_ expression: String) -> String? {
        var isEscaped = false
        for character in expression.unicodeScalars {
            if isEscaped, "AZzG".unicodeScalars.contains(character) { return "\\\(character)" }
            isEscaped = !isEscaped && character == "\\"
        }
        return nil
    }

    /// A failure to compile the whole, told of the file and line that it comes from.
    static func error(_ error: PatternError, _ rules: [PatternRule], _ patterns: [CompiledPattern]) -> PackError {
        guard let index = error.pattern, patterns.indices.contains(index) else {
            return PackError(name: rules.first?.origin.file ?? "rules", problems: [PackProblem(line: 1, column: 1, message: error.message)])
        }
        let rule = rules[patterns[index].rule]
        let problem = PackProblem(rule.patterns[patterns[index].number], "the pattern of '\(rule.id)' is refused: \(error.message)")
        return PackError(name: rule.origin.file, problems: [problem])
    }
}

extension PackProblem {
    init(_ pattern: LocatedPattern, _ message: String) {
        self.init(line: pattern.line, column: pattern.column, message: message)
    }
}
