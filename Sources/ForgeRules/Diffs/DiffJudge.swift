// Rules over a change to findings: every file is read once and looked through in one pass, and what is found is placed on lines that the
// change adds. It must never report a line that the change only shows, and never repeat a secret that it has seen.

package import ForgeCore

package struct DiffJudgement: Sendable {
    /// In the order of the diff's files and their lines.
    package var findings: [Finding] = []
    /// Rules that could not be carried out, and on which file first.
    package var problems: [RuleProblem: RepositoryPath] = [:]
}

/// One belongs to one worker, like the scanners inside it.
package final class DiffJudge {
    private let scanner: RuleScanner
    private let texts: SecretScanner?
    private let hasRemovedRules: Bool

    /// - Parameters:
    ///   - rules: those over lines, names and changes; others among them are left alone.
    ///   - texts: looks for credentials and instructions in what is added.
    package init(_ rules: RuleSet, texts: SecretScanner? = nil) {
        scanner = RuleScanner(rules)
        self.texts = texts
        hasRemovedRules = !rules.indices(on: .removed).isEmpty
    }

    init(scanner: RuleScanner) {
        self.scanner = scanner
        texts = nil
        hasRemovedRules = true
    }

    package func findings(of diff: Diff, repository: RepositoryView = .unknown) -> [Finding] {
        judgement(of: diff, repository: repository).findings
    }

    package func judgement(of diff: Diff, repository: RepositoryView = .unknown) -> DiffJudgement {
        judgement(of: ChangeView(diff, repository: repository))
    }

    /// With `only`, no other rule than that one is asked: for examples.
    func judgement(of view: ChangeView, only: Int? = nil) -> DiffJudgement {
        var work = JudgeWork()
        for (number, file) in view.files.enumerated() { judge(file, number, &work, only: only) }
        add(Self.changeChecks(scanner.rules, only: only).map { (rule: $0.rule, hits: $0.check(view)) }, in: view, &work)
        return work.judgement()
    }

    /// Everything that is told by one file alone.
    func judge(_ file: ChangedFile, _ number: Int, _ work: inout JudgeWork, only: Int? = nil) {
        judgeTexts(file, number, &work)
        judgeLines(file, number, &work, only: only)
        judgeName(file, number, &work, only: only)
    }

    private func judgeTexts(_ file: ChangedFile, _ number: Int, _ work: inout JudgeWork) {
        guard let texts, !file.new.bytes.isEmpty else { return }
        let scan = texts.scan(file.new.bytes, path: file.path)
        work.report(scan.problems, in: file)
        for hit in scan.hits where hit.rule.pack == "secrets" { work.secrets[number, default: []].append(hit.capture) }
        for hit in scan.hits {
            guard let line = file.changedLine(hit.capture) else { continue }
            work.add(hit, on: line, of: file, number)
        }
    }

    private func judgeLines(_ file: ChangedFile, _ number: Int, _ work: inout JudgeWork, only: Int?) {
        guard file.change.new?.mode != .symlink, file.change.new?.mode != .submodule else { return }
        if !file.new.bytes.isEmpty, !file.isDeleted {
            let scan = scanner.scan(file.new.bytes, path: file.path, as: .added, only: only)
            report(scan.problems, in: file, &work)
            for hit in scan.hits where file.isPlace(of: hit, file.new) {
                let span = hit.rule.acrossLines ? hit.match : hit.capture
                if let line = file.changedLine(span) { work.add(hit, on: line, of: file, number) }
            }
        }
        guard hasRemovedRules, !file.old.bytes.isEmpty else { return }
        let scan = scanner.scan(file.old.bytes, path: file.path, as: .removed, only: only)
        report(scan.problems, in: file, &work)
        for hit in scan.hits where file.isPlace(of: hit, file.old) {
            guard let line = file.old.line(at: hit.capture.lowerBound), file.old.lines[line].isChanged else { continue }
            work.addRemoved(hit, line, of: file, number)
        }
    }

    /// What a rule would not report in files from elsewhere, it need not find there: their lines are often a megabyte.
    private func report(_ problems: Set<RuleProblem>, in file: ChangedFile, _ work: inout JudgeWork) {
        guard !problems.isEmpty, file.isForeign else { return work.report(problems, in: file) }
        let foreign = Set(scanner.rules.rules.filter { $0.places.contains(.foreign) }.map(\.id))
        work.report(problems.filter { foreign.contains($0.rule) }, in: file)
    }

    /// Names that are new; a file that was there before is no news.
    private func judgeName(_ file: ChangedFile, _ number: Int, _ work: inout JudgeWork, only: Int?) {
        guard let new = file.change.new, file.change.old?.path != new.path, new.mode != .submodule else { return }
        let scan = scanner.scan(file.path.bytes, path: file.path, as: .path, only: only)
        work.report(scan.problems, in: file)
        for hit in scan.hits { work.add(hit.rule, ChangeHit(path: file.path), of: file, number) }
    }

    /// Rules about the change as a whole, by their numbers.
    static func changeChecks(_ rules: RuleSet, only: Int? = nil) -> [(rule: Int, check: ChangeCheck)] {
        rules.indices(on: .change).filter { only == nil || only == $0 }.compactMap { index in
            rules.rules[index].check.flatMap { DiffChecks.changes[$0] }.map { (index, $0) }
        }
    }

    func add(_ found: [(rule: Int, hits: [ChangeHit])], in view: ChangeView, _ work: inout JudgeWork) {
        let numbers = Dictionary(view.files.enumerated().map { ($1.path, $0) }) { first, _ in first }
        for (index, hits) in found {
            for var hit in hits where scanner.rules.compiled[index].isAbout(hit.path) {
                let number = hit.path.flatMap { numbers[$0] }
                hit.message = hit.message.map(masked)
                work.add(scanner.rules.rules[index], hit, of: number.map { view.files[$0] }, number ?? Int.max)
            }
        }
    }

    /// A sentence that quotes the code, without what is secret in it.
    private func masked(_ message: String) -> String {
        guard let texts else { return message }
        let bytes = Array(message.utf8)
        let secrets = texts.scan(bytes).hits.filter { $0.rule.pack == "secrets" }.map(\.capture)
        return secrets.isEmpty ? message : Snippet.text(bytes[...], without: secrets)
    }
}
