// The rules that are on, compiled: one database over all patterns of all packs, so that a text is read once whatever the number of rules.
// It must never change: every worker reads the same one. What a rule is about (`on:`) is told apart after the hit.

internal import ForgeCore
package import ForgePatterns

package final class RuleSet: Sendable {
    package let rules: [PatternRule]
    package let database: PatternDatabase
    /// By rule.
    let compiled: [CompiledRule]
    /// By pattern of the database.
    let patterns: [CompiledPattern]
    /// By pattern of the database: in what portions a long text is given to it.
    let blockBytes: [Int]
    /// By pattern of the database: whether a match may begin before the portion that it is looked for in.
    let mayReachFar: [Bool]

    /// Compiles the patterns; half a second for several hundred rules is usual, so keep `serializedDatabase` and give it back.
    package convenience init(_ rules: [PatternRule]) throws(PackError) {
        let patterns = Self.patterns(of: rules)
        do throws(PatternError) {
            let isUntrusted = rules.allSatisfy { $0.origin.layer == .repository } && !rules.isEmpty
            let database = try PatternDatabase.compile(patterns.map(\.exact.source), limits: isUntrusted ? .untrusted : .trusted)
            self.init(rules, patterns, database)
        } catch {
            throw PatternPack.error(error, rules, patterns)
        }
    }

    /// From what `serializedDatabase` wrote for the same `identity`.
    package convenience init(_ rules: [PatternRule], serializedDatabase bytes: [UInt8], key: [UInt8]) throws(SerializedDatabaseError) {
        let database = try PatternDatabase(serialized: bytes, key: key)
        let patterns = Self.patterns(of: rules)
        guard database.patterns.count == patterns.count else { throw .otherKey }
        self.init(rules, patterns, database)
    }

    private init(_ rules: [PatternRule], _ patterns: [CompiledPattern], _ database: PatternDatabase) {
        self.rules = rules
        self.patterns = patterns
        self.database = database
        compiled = rules.map(CompiledRule.init)
        blockBytes = zip(patterns, database.patterns).map { Window.blockBytes($1, acrossLines: rules[$0.rule].acrossLines) }
        mayReachFar = zip(database.patterns, blockBytes).map { Window.mayReachFar($0, blockBytes: $1) }
    }

    /// What the database of these rules depends on, as bytes: the digest of them is its key in a cache. A digest, and a strong one, because
    /// some of the patterns may be a stranger's.
    package static func identity(of rules: [PatternRule]) -> [UInt8] {
        var bytes: [UInt8] = []
        for pattern in patterns(of: rules) {
            bytes += Array(String(pattern.exact.source.options.rawValue).utf8) + [0] + Array(pattern.exact.source.expression.utf8) + [0]
        }
        return bytes
    }

    package func serializedDatabase(key: [UInt8]) -> [UInt8] { database.serialized(key: key) }

    /// The numbers of the rules that are about this.
    package func indices(on subject: RuleSubject) -> [Int] { rules.indices.filter { rules[$0].subject == subject } }

    private static func patterns(of rules: [PatternRule]) -> [CompiledPattern] {
        rules.enumerated().flatMap { index, rule in
            rule.patterns.enumerated().map { number, pattern in
                CompiledPattern(rule: index, number: number, exact: LazyPattern(rule.source(pattern), rule.matchLimits))
            }
        }
    }
}

struct CompiledPattern: Sendable {
    let rule: Int
    /// Which of the rule's patterns.
    let number: Int
    let exact: LazyPattern
}

/// What of a rule is looked at after a hit.
final class CompiledRule: Sendable {
    let rule: PatternRule
    /// What is asked at every hit, out of the rule's description.
    let subject: RuleSubject
    let acrossLines: Bool
    let capture: Int
    let keywords: [[UInt8]]
    let length: ClosedRange<Int>?
    let entropy: Double?
    let allowWords: [[UInt8]]
    let allowCaptures: [LazyPattern]
    let allowLines: [LazyPattern]
    let check: (@Sendable (RuleCheckInput) -> RuleCheckAnswer)?
    /// Nil when the rule is about every path.
    private let paths: PathPatternList?
    private let pathsIgnore: PathPatternList

    init(_ rule: PatternRule) {
        self.rule = rule
        let description = rule.description
        subject = description.subject
        acrossLines = description.acrossLines
        capture = description.capture
        keywords = description.keywords
        length = description.length
        entropy = description.entropy
        allowWords = description.allow.words
        allowCaptures = rule.allow.captures.map { LazyPattern(rule.source($0), rule.matchLimits) }
        allowLines = rule.allow.lines.map { LazyPattern(rule.source($0), rule.matchLimits) }
        paths = rule.paths.isEmpty ? nil : PathPatternList(rule.paths)
        pathsIgnore = PathPatternList(rule.pathsIgnore + rule.allow.paths)
        check =
            switch rule.check.flatMap({ RuleChecks.all[$0] }) {
            case .hit(let check)?: check
            case .change?, nil: nil
            }
    }

    /// A text without a path is not left out for it, unless the rule is about some paths only.
    func isAbout(_ path: RepositoryPath?) -> Bool {
        guard let path else { return paths == nil }
        return paths?.contains(path) ?? true && !pathsIgnore.contains(path)
    }
}

extension PatternRule {
    /// `^` and `$` are about lines, since a rule is about a line unless it says otherwise.
    func source(_ pattern: LocatedPattern) -> PatternSource {
        PatternSource(pattern.expression, options: description.isUnicode ? [.multiline, .unicode] : [.multiline])
    }

    var matchLimits: PatternLimits { description.origin.layer == .repository ? .untrusted : .trusted }
}
