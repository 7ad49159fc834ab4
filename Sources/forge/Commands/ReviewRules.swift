// The rules of a review: those that the configuration leaves on, compiled once, over the lines that a change adds. What is found must never
// carry a credential: a line is shown with every one in it masked.

import ForgeConfig
import ForgeCore
import ForgeReview
import ForgeRules

struct ReviewRules: Sendable {
    private let selection: RuleSelection
    private let compiled: RuleSet
    private let secretRules: Set<String>

    /// What the configuration wanted of the rules and did not get.
    var remarks: [String] { selection.problems.map { "\($0.origin.file)\($0.origin.line.map { ":\($0)" } ?? ""): \($0.message)" } }

    init(_ packs: RulePacks, _ config: RepositoryConfig, configName: String) throws(CommandFailure) {
        selection = RuleSelection(packs.library.packs, adjustments: Self.adjustments(packs.library, config.rules, configName))
        // Hidden instructions in code are a reader's concern: a model's, which gets them scrubbed.
        let rules = selection.rulesOn.filter { $0.pack != "injection" }
        secretRules = Set(rules.filter { $0.pack == "secrets" }.map(\.id))
        do throws(PackError) {
            compiled = try RuleSet(rules)
        } catch {
            throw .badInput("the rules cannot be used:\n\(error)")
        }
    }

    var described: [ReportedRule] {
        compiled.rules.map {
            ReportedRule(
                id: $0.id, title: $0.title, family: $0.family, severity: $0.severity, message: $0.message, fix: $0.fix,
                references: $0.references)
        }
    }

    /// No comment in the source accepts what these find.
    var required: Set<String> { Set(compiled.rules.filter(\.isRequired).map(\.id)) }

    /// Whether a rule looks at every file, whatever `review.paths` says.
    func looksEverywhere(_ rule: String) -> Bool { secretRules.contains(rule) }

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

    func findings(in diff: Diff, progress: ReviewProgress?) -> (found: [Finding], problems: [UnreadPart]) {
        let scanner = RuleScanner(compiled)
        var found: [Finding] = []
        var problems: Set<UnreadPart> = []
        for (index, file) in diff.files.enumerated() {
            if index.isMultiple(of: 256) { progress?.show("looking at", index, of: diff.files.count) }
            for run in addedRuns(file) {
                let scan = scanner.scan(run.text, firstLine: run.line, path: file.path, as: [.text, .added])
                found += scan.hits.map { finding($0, among: scan.hits, in: run.text, file.path) }
                for problem in scan.problems { problems.insert(UnreadPart(path: file.path, reason: "\(problem)")) }
            }
        }
        return (found, problems.sorted { ($0.path?.text ?? "", $0.reason) < ($1.path?.text ?? "", $1.reason) })
    }

    /// Added lines that follow each other, as one text.
    private func addedRuns(_ file: FileChange) -> [(line: Int, text: [UInt8])] {
        var runs: [(line: Int, text: [UInt8])] = []
        var next: Int?
        for line in file.hunks.lazy.flatMap(\.lines) where line.kind == .added {
            guard let number = line.newNumber else { continue }
            if number != next { runs.append((number, [])) }
            runs[runs.count - 1].text += line.text
            runs[runs.count - 1].text.append(UInt8(ascii: "\n"))
            next = number + 1
        }
        return runs
    }

    private func finding(_ hit: RuleHit, among hits: [RuleHit], in text: [UInt8], _ path: RepositoryPath) -> Finding {
        let start = hit.capture.lowerBound - hit.column
        let end = text[hit.capture.lowerBound...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        let secrets = hits.filter { secretRules.contains($0.rule.id) && $0.capture.overlaps(start..<end) }.map(\.capture)
        return Finding(
            rule: hit.rule.id, family: hit.rule.family, severity: hit.rule.severity, path: path, lines: hit.lines,
            columns: hit.column..<hit.column + (min(hit.capture.upperBound, end) - hit.capture.lowerBound), message: hit.rule.message,
            fix: hit.rule.fix, references: hit.rule.references, snippet: Self.masked(text, start..<end, secrets))
    }

    /// Other tools' texts, which may quote what they found.
    func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let hits = RuleScanner(compiled).scan(bytes, as: .text).hits.filter { secretRules.contains($0.rule.id) }
        return hits.isEmpty ? text : Self.masked(bytes, 0..<bytes.count, hits.map(\.capture))
    }

    /// A dot for each character, so that a caret below stays in its place.
    private static func masked(_ text: [UInt8], _ range: Range<Int>, _ secrets: [Range<Int>]) -> String {
        var shown = ""
        var at = range.lowerBound
        for secret in secrets.map({ $0.clamped(to: range) }).sorted(by: { $0.lowerBound < $1.lowerBound }) where secret.upperBound > at {
            let start = max(at, secret.lowerBound)
            shown += String(decoding: text[at..<start], as: UTF8.self)
            shown += String(repeating: "•", count: String(decoding: text[start..<secret.upperBound], as: UTF8.self).unicodeScalars.count)
            at = secret.upperBound
        }
        return shown + String(decoding: text[at..<range.upperBound], as: UTF8.self)
    }
}
