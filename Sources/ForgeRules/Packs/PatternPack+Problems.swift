// Whether a pack's patterns compile, in both engines and within the limits of who supplied them. It must never be skipped for a pack that is
// not part of the binary.

internal import ForgeCore
internal import ForgePatterns

extension PatternPack {
    /// Everything wrong with the patterns, in the order of the file.
    package func patternProblems() -> [PackProblem] {
        var problems: [PackProblem] = []
        for rule in rules {
            for pattern in rule.patterns {
                if let problem = Self.problem(pattern, rule, isScanned: true) { problems.append(problem) }
            }
            for pattern in rule.allow.captures + rule.allow.lines {
                if let problem = Self.problem(pattern, rule, isScanned: false) { problems.append(problem) }
            }
        }
        return problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private static func problem(_ pattern: LocatedPattern, _ rule: PatternRule, isScanned: Bool) -> PackProblem? {
        do throws(PatternError) {
            let exact = try ExactPattern(rule.source(pattern), limits: rule.matchLimits)
            if isScanned {
                if !rule.acrossLines, let anchor = textAnchor(pattern.expression) {
                    return PackProblem(pattern, "'\(anchor)' is about the whole text: '^' and '$' are the ends of a line")
                }
                _ = try PatternDatabase.compile([rule.source(pattern)], limits: rule.matchLimits)
                if rule.capture > exact.groupCount {
                    return PackProblem(pattern, "the pattern has \(exact.groupCount) groups, 'capture' asks for \(rule.capture)")
                }
            }
            return nil
        } catch {
            return PackProblem(pattern, "the pattern is refused: \(error.message)\(error.offset.map { " at byte \($0)" } ?? "")")
        }
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
