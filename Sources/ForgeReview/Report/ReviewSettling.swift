// From everything that was found to the one report: placed, named, accepted or open, each thing once. Pure: the same material gives the
// same report, so that a repeated run says the same.

package import ForgeCore

package struct ReviewSettings: Sendable {
    package var failOn: FindingSeverity = .medium
    package var severityMin: FindingSeverity = .info
    /// Rules that no comment in the source can accept.
    package var required: Set<String> = []
    /// Findings of other tools count wherever they are, not only on lines of the change.
    package var keepsAll = false
    package var version = ""

    package init() {}
}

/// Everything a report is made of.
package struct ReviewMaterial: Sendable {
    package var input: ReviewInput
    /// What the rules found.
    package var found: [Finding] = []
    /// What other tools found.
    package var imported: [Finding] = []
    package var coverage = ReviewCoverage()
    /// Those that looked.
    package var rules: [RuleDescription] = []
    package var baseline = Baseline()
    /// A text with its secrets masked.
    package var masked: @Sendable (String) -> String = { $0 }

    package init(input: ReviewInput) {
        self.input = input
    }
}

package func settle(_ material: ReviewMaterial, _ settings: ReviewSettings) -> ReviewReport {
    var settling = ReviewSettling(material, settings)
    return settling.report()
}

private struct ReviewSettling {
    let material: ReviewMaterial
    let settings: ReviewSettings
    let changed: ChangedLines
    var coverage: ReviewCoverage
    /// Lines of files that the diff does not show in full, read once.
    var files: [RepositoryPath: [ArraySlice<UInt8>]] = [:]

    init(_ material: ReviewMaterial, _ settings: ReviewSettings) {
        self.material = material
        self.settings = settings
        changed = ChangedLines(material.input.diff)
        coverage = material.coverage
    }

    mutating func report() -> ReviewReport {
        var findings = identified(material.found + importedHere())
        findings += identified(applySuppressions(to: &findings))
        let found = Set(findings.map(\.id))
        for index in findings.indices {
            if findings[index].state.isOpen, let entry = material.baseline[findings[index].id] {
                findings[index].state = .baselined(reason: entry.reason)
            }
        }
        findings.removeAll { $0.finding.severity < settings.severityMin }
        findings = deduplicated(findings.sorted { standsBefore($0.finding, $1.finding) })
        for index in findings.indices { findings[index].characters = characters(of: findings[index].finding) }
        return ReviewReport(
            base: material.input.base, head: material.input.head, coverage: coverage, findings: findings,
            removable: material.baseline.removable(found: found, in: changed), failOn: settings.failOn, severityMin: settings.severityMin,
            rules: descriptions(of: findings), version: settings.version)
    }

    // MARK: Findings of other tools

    /// Those that concern the change, each once, with the line they are on.
    private mutating func importedHere() -> [Finding] {
        struct Place: Hashable {
            var path: RepositoryPath
            var line: Int
        }
        guard !material.imported.isEmpty else { return [] }
        var masked: [Place: String] = [:]
        for finding in material.found where !finding.snippet.isEmpty {
            guard let path = finding.path, let line = finding.lines?.lowerBound else { continue }
            masked[Place(path: path, line: line)] = finding.snippet
        }
        var seen: Set<Finding> = []
        var kept: [Finding] = []
        for var finding in material.imported where seen.insert(finding).inserted {
            guard settings.keepsAll || changed.concerns(finding) else {
                coverage.importedElsewhere += 1
                continue
            }
            finding.message = material.masked(finding.message)
            if let path = finding.path, let line = finding.lines?.lowerBound, let text = text(of: path, line: line) {
                let shown = masked[Place(path: path, line: line)] ?? material.masked(String(decoding: text, as: UTF8.self))
                finding.snippet = shown
            }
            kept.append(finding)
        }
        return kept
    }

    private mutating func text(of path: RepositoryPath, line: Int) -> ArraySlice<UInt8>? {
        if let shown = changed[path]?.line(line) { return shown.text }
        let lines = lines(of: path)
        return lines.indices.contains(line - 1) ? lines[line - 1] : nil
    }

    private mutating func lines(of path: RepositoryPath) -> [ArraySlice<UInt8>] {
        if let known = files[path] { return known }
        let bytes = material.input.readNewFile(path) ?? []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        files[path] = lines
        return lines
    }

    // MARK: Comments in the source

    /// Marks what comments accept; what is wrong with comments is returned.
    private mutating func applySuppressions(to findings: inout [ReviewedFinding]) -> [Finding] {
        var pass = SuppressionPass(required: settings.required, knownRules: Set(material.rules.map(\.id)))
        var byPath: [RepositoryPath: Suppressions] = [:]
        for (path, file) in changed.files {
            let suppressions = Suppressions(file.lines.lazy.map { (number: $0.newNumber ?? 0, text: $0.text) })
            if !suppressions.isEmpty { byPath[path] = suppressions }
        }
        var outside: [RepositoryPath: Suppressions] = [:]
        for index in findings.indices {
            guard let path = findings[index].finding.path, let lines = findings[index].finding.lines else { continue }
            if changed[path]?.line(lines.lowerBound) != nil {
                if let known = byPath[path] { pass.apply(known, to: &findings[index]) }
            } else {
                let known =
                    outside[path] ?? Suppressions(self.lines(of: path).enumerated().lazy.map { (number: $0.offset + 1, text: $0.element) })
                outside[path] = known
                pass.apply(known, to: &findings[index])
            }
        }
        return byPath.keys.sorted().flatMap { path in
            guard let known = byPath[path], let file = changed[path] else { return [Finding]() }
            return pass.problems(of: known, path: path, file: file)
        }
    }

    // MARK: What formats need

    /// Characters instead of bytes, counted on the line itself where it is at hand.
    private func characters(of finding: Finding) -> Range<Int>? {
        guard let path = finding.path, let line = finding.lines?.lowerBound, let columns = finding.columns else { return nil }
        let text = changed[path]?.line(line)?.text ?? ArraySlice(Array(finding.snippet.utf8))
        let start = String(decoding: text.prefix(columns.lowerBound), as: UTF8.self).unicodeScalars.count
        let length = String(decoding: text.dropFirst(columns.lowerBound).prefix(columns.count), as: UTF8.self).unicodeScalars.count
        return start..<start + length
    }

    /// Of the findings alone, so that a report of one finding does not carry two hundred rules.
    private func descriptions(of findings: [ReviewedFinding]) -> [RuleDescription] {
        var known: [String: RuleDescription] = [:]
        for rule in SuppressionPass.rules + material.rules { known[rule.id] = rule }
        var used: [String: RuleDescription] = [:]
        for finding in findings.map(\.finding) where used[finding.rule] == nil {
            used[finding.rule] =
                known[finding.rule]
                ?? RuleDescription(
                    id: finding.rule, title: finding.rule, family: finding.family, severity: finding.severity, fix: nil,
                    references: finding.references)
        }
        return used.values.sorted { $0.id < $1.id }
    }
}
