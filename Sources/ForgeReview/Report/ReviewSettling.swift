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
    package var rules: [ReportedRule] = []
    package var baseline = Baseline()
    /// Files as they were before the change, of those in `oldFilesWanted`.
    package var oldFiles: [RepositoryPath: [UInt8]] = [:]
    /// A text with its secrets masked.
    package var masked: @Sendable (String) -> String = { $0 }

    package init(input: ReviewInput) {
        self.input = input
    }

    /// Files in which another tool found something on a line that the diff does not show: they are to be read into `oldFiles`.
    package func oldFilesWanted(_ settings: ReviewSettings) -> Set<RepositoryPath> {
        guard settings.keepsAll else { return [] }
        let changed = ChangedLines(input.diff)
        var wanted: Set<RepositoryPath> = []
        for finding in imported {
            guard let path = finding.path, let line = finding.lines?.lowerBound, changed[path]?.line(line) == nil else { continue }
            if let old = changed[path].map(\.oldPath) ?? path { wanted.insert(old) }
        }
        return wanted
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
    /// Lines of old files, split once.
    var files: [RepositoryPath: [ArraySlice<UInt8>]] = [:]
    /// Lines as the rules' own findings show them.
    var maskedLines: [Place: String] = [:]

    struct Place: Hashable {
        var path: RepositoryPath
        var line: Int
    }

    init(_ material: ReviewMaterial, _ settings: ReviewSettings) {
        self.material = material
        self.settings = settings
        changed = ChangedLines(material.input.diff)
        coverage = material.coverage
        for finding in material.found where !finding.snippet.isEmpty {
            guard let path = finding.path, let line = finding.lines?.lowerBound else { continue }
            maskedLines[Place(path: path, line: line)] = finding.snippet
        }
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
        coverage.belowMinimum = findings.count { $0.state.isOpen && $0.finding.severity < settings.severityMin }
        findings.removeAll { $0.finding.severity < settings.severityMin }
        findings = deduplicated(findings.sorted { standsBefore($0.finding, $1.finding) })
        for index in findings.indices {
            findings[index].characters = characters(of: findings[index].finding)
            findings[index].mark = mark(findings[index])
        }
        return ReviewReport(
            base: material.input.base, head: material.input.head, coverage: coverage, findings: findings,
            removable: material.baseline.removable(found: found, in: changed), failOn: settings.failOn, severityMin: settings.severityMin,
            rules: descriptions(of: findings), version: settings.version)
    }

    // MARK: Findings of other tools

    /// Those that concern the change, each once, with the line they are on.
    private mutating func importedHere() -> [Finding] {
        var seen: Set<Finding> = []
        var kept: [Finding] = []
        for var finding in material.imported where seen.insert(finding).inserted {
            guard settings.keepsAll || changed.concerns(finding) else {
                coverage.importedElsewhere += 1
                continue
            }
            finding.message = material.masked(finding.message)
            kept.append(withLine(finding))
        }
        return kept
    }

    /// With the line it is on, masked as a rule did that found something there, or as the mask does.
    private mutating func withLine(_ finding: Finding) -> Finding {
        guard let path = finding.path, let line = finding.lines?.lowerBound else { return finding }
        var finding = finding
        if let shown = maskedLines[Place(path: path, line: line)] {
            finding.snippet = shown
        } else if let text = text(of: path, line: line) {
            finding.snippet = material.masked(String(decoding: text, as: UTF8.self))
        }
        return finding
    }

    /// A line of the new file: as the diff shows it, else as it was before, since then it is the same.
    private mutating func text(of path: RepositoryPath, line: Int) -> ArraySlice<UInt8>? {
        guard let file = changed[path] else { return oldLine(line, of: path) }
        if let shown = file.line(line) { return shown.text }
        guard let old = file.oldPath, let number = file.oldNumber(of: line) else { return nil }
        return oldLine(number, of: old)
    }

    private mutating func oldLine(_ number: Int, of path: RepositoryPath) -> ArraySlice<UInt8>? {
        if files[path] == nil {
            files[path] = (material.oldFiles[path] ?? []).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        }
        guard let lines = files[path], lines.indices.contains(number - 1) else { return nil }
        return lines[number - 1]
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
        for index in findings.indices {
            guard let path = findings[index].finding.path, let lines = findings[index].finding.lines else { continue }
            if changed[path]?.line(lines.lowerBound) != nil {
                if let known = byPath[path] { pass.apply(known, to: &findings[index]) }
            } else if settings.keepsAll {
                pass.apply(suppressions(around: lines, of: path), to: &findings[index])
            }
        }
        let problems = byPath.keys.sorted().flatMap { path in
            guard let known = byPath[path], let file = changed[path] else { return [Finding]() }
            return pass.problems(of: known, path: path, file: file)
        }
        return problems.map { withLine($0) }
    }

    /// Comments on these lines and just above them, where the diff does not show them.
    private mutating func suppressions(around lines: ClosedRange<Int>, of path: RepositoryPath) -> Suppressions {
        var near: [(number: Int, text: ArraySlice<UInt8>)] = []
        for number in max(1, lines.lowerBound - 5)...min(lines.upperBound, lines.lowerBound + 50) {
            if let text = text(of: path, line: number) { near.append((number, text)) }
        }
        return Suppressions(near)
    }

    // MARK: What formats need

    /// Characters instead of bytes, counted on the line itself where it is at hand.
    private mutating func characters(of finding: Finding) -> Range<Int>? {
        guard let path = finding.path, let line = finding.lines?.lowerBound, let columns = finding.columns else { return nil }
        let text = text(of: path, line: line) ?? ArraySlice(Array(finding.snippet.utf8))
        let start = String(decoding: text.prefix(columns.lowerBound), as: UTF8.self).unicodeScalars.count
        let length = String(decoding: text.dropFirst(columns.lowerBound).prefix(columns.count), as: UTF8.self).unicodeScalars.count
        return start..<start + length
    }

    /// Where the snippet shows it: behind the blanks that were trimmed, and only when nothing before it was masked with another length.
    private mutating func mark(_ reviewed: ReviewedFinding) -> Range<Int>? {
        guard let characters = reviewed.characters, let path = reviewed.finding.path, let line = reviewed.finding.lines?.lowerBound,
            let raw = text(of: path, line: line)
        else { return reviewed.characters }
        let whole = Array(String(decoding: raw, as: UTF8.self).unicodeScalars)
        let shown = Array(reviewed.finding.snippet.unicodeScalars)
        if shown.first == "…", whole.first != "…" { return Self.mark(characters, of: whole, inCut: shown) }
        let isTrimmed = shown.first?.properties.isWhitespace == false
        let lead = isTrimmed ? whole.prefix { $0.properties.isWhitespace }.count : 0
        guard characters.lowerBound >= lead, characters.upperBound <= whole.count else { return nil }
        let start = characters.lowerBound - lead
        // A dot stands for one character where the mask keeps the length.
        guard start <= shown.count, zip(shown[..<start], whole[lead...]).allSatisfy({ $0 == $1 || $0 == "•" }) else { return nil }
        if shown[start...].starts(with: whole[characters]) { return start..<start + characters.count }
        let dots = shown[start...].prefix { $0 == "•" }.count
        return dots > 0 ? start..<start + dots : nil
    }

    /// In a snippet that begins somewhere within the line: where it agrees with the line back to its own beginning, or to what is masked.
    private static func mark(_ characters: Range<Int>, of whole: [Unicode.Scalar], inCut shown: [Unicode.Scalar]) -> Range<Int>? {
        guard characters.upperBound <= whole.count else { return nil }
        let places = (1..<max(1, shown.count)).filter { place in
            // A mask may be longer or shorter than what it hides: nothing before it can be compared.
            let before = shown[1..<place].reversed().prefix { $0 != "•" }
            return place <= characters.lowerBound && whole[..<characters.lowerBound].reversed().starts(with: before)
        }
        if let place = places.first(where: { shown[$0...].starts(with: whole[characters]) }) { return place..<place + characters.count }
        if let place = places.first(where: { shown[$0] == "•" }) { return place..<place + shown[place...].prefix { $0 == "•" }.count }
        return nil
    }

    /// Of the findings alone, so that a report of one finding does not carry two hundred rules.
    private func descriptions(of findings: [ReviewedFinding]) -> [ReportedRule] {
        var known: [String: ReportedRule] = [:]
        for rule in SuppressionPass.rules + material.rules { known[rule.id] = rule }
        var used: [String: ReportedRule] = [:]
        for finding in findings.map(\.finding) where used[finding.rule] == nil {
            used[finding.rule] =
                known[finding.rule]
                ?? ReportedRule(
                    id: finding.rule, title: finding.rule, family: finding.family, severity: finding.severity, fix: nil,
                    references: finding.references)
        }
        return used.values.sorted { $0.id < $1.id }
    }
}
