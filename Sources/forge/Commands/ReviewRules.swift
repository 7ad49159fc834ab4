// The rules of a review: those that the configuration leaves on, compiled once, over what a change adds. What is shown of other tools' texts
// must never carry a credential.

import ForgeConfig
import ForgeCore
import ForgeReview
import ForgeRules

struct ReviewRules: Sendable {
    private let selection: RuleSelection
    /// Why the configuration's own rules did not look.
    let problem: String?
    /// Over lines, names and the change as a whole.
    private let lines: RuleSet
    /// Over any text: credentials.
    private let texts: RuleSet

    /// What the configuration wanted of the rules and did not get.
    var remarks: [String] { selection.problems.map { "\($0.origin.file)\($0.origin.line.map { ":\($0)" } ?? ""): \($0.message)" } }

    /// `note` hears what makes this run slower than it should be.
    init(
        _ packs: RulePacks, _ config: RepositoryConfig, configName: String, _ cache: PatternCache, note: (String) -> Void
    ) throws(CommandFailure) {
        let (library, problem) = Self.adding(config.rules.patterns, to: packs.library, file: configName)
        self.problem = problem
        selection = RuleSelection(library.packs, adjustments: Self.adjustments(library, config.rules, configName))
        // Hidden instructions in code are a model's concern, which is shown nothing before it was scrubbed.
        let rules = selection.rulesOn.filter { $0.pack != "injection" }
        do throws(PackError) {
            lines = try cache.ruleSet(rules.filter { $0.subject != .text }, note: note)
            texts = try cache.ruleSet(rules.filter { $0.subject == .text }, note: note)
        } catch {
            throw .badInput("the rules cannot be used:\n\(error)")
        }
    }

    private var rules: [PatternRule] { lines.rules + texts.rules }

    var described: [ReportedRule] {
        rules.map {
            ReportedRule(
                id: $0.id, title: $0.title, family: $0.family, severity: $0.severity, message: $0.message, fix: $0.fix,
                references: $0.references)
        }
    }

    /// No comment in the source accepts what these find.
    var required: Set<String> { Set(rules.filter(\.isRequired).map(\.id)) }

    /// Whether a rule looks at every file, whatever `review.paths` says.
    func looksEverywhere(_ rule: String) -> Bool { texts.rules.contains { $0.id == rule } }

    // MARK: Which are on

    private static func adjustments(_ library: PackLibrary, _ config: RulesConfig, _ name: String) -> [RuleAdjustment] {
        var adjustments: [RuleAdjustment] = []
        for rule in library.packs.flatMap(\.rules) {
            func fits(_ pattern: ConfigPattern) -> Bool { names(pattern.text, rule.id) }
            let isOn = config.isOn(standard: rule.isOnByDefault, fits: fits)
            if isOn != rule.isOnByDefault {
                let origin = (isOn ? config.enable : config.disable.all).first(where: fits)?.origin
                adjustments.append(RuleAdjustment(rule: rule.id, isOn: isOn, origin: origin ?? RuleOrigin(layer: .repository, file: name)))
            }
        }
        for (rule, severity) in config.severity.sorted(by: { $0.key < $1.key }) {
            adjustments.append(RuleAdjustment(rule: rule, severity: severity, origin: RuleOrigin(layer: .repository, file: name)))
        }
        return adjustments
    }

    /// `todo-*` names every rule that begins so; a star stands for any letters.
    static func names(_ pattern: String, _ id: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return pattern == id }
        guard id.hasPrefix(first), id.hasSuffix(last), id.utf8.count >= first.utf8.count + last.utf8.count else { return false }
        var rest = id.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    // MARK: What they find

    func judgement(of diff: Diff) -> (found: [Finding], problems: [UnreadPart]) {
        Self.parts(DiffJudge(lines, texts: SecretScanner(texts)).judgement(of: diff))
    }

    /// The same, sooner.
    func judgement(
        of diff: Diff, repository: RepositoryView, workers: Int
    ) async -> (found: [Finding], problems: [UnreadPart]) {
        Self.parts(await DiffJudge.judgement(of: diff, lines, texts: texts, repository: repository, workers: workers))
    }

    private static func parts(_ judgement: DiffJudgement) -> (found: [Finding], problems: [UnreadPart]) {
        let problems = judgement.problems.map { UnreadPart(path: $1, reason: "\($0)") }.sorted { $0.reason < $1.reason }
        return (judgement.findings, problems)
    }

    /// Other tools' texts, which may quote what they found. A dot for each character, so that a caret below stays in its place.
    func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let secrets = SecretScanner(texts).scan(bytes).hits.map(\.capture).sorted { $0.lowerBound < $1.lowerBound }
        guard !secrets.isEmpty else { return text }
        var shown = ""
        var at = 0
        for secret in secrets where secret.upperBound > at {
            let start = max(at, secret.lowerBound)
            shown += String(decoding: bytes[at..<start], as: UTF8.self)
            shown += String(repeating: "•", count: String(decoding: bytes[start..<secret.upperBound], as: UTF8.self).unicodeScalars.count)
            at = secret.upperBound
        }
        return shown + String(decoding: bytes[at...], as: UTF8.self)
    }
}
