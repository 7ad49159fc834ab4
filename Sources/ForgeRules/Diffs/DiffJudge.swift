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
        var work = JudgeWork(view)
        for number in view.files.indices {
            judgeTexts(number, &work)
            judgeLines(number, &work, only: only)
            judgeName(number, &work, only: only)
        }
        judgeChange(&work, only: only)
        return work.judgement()
    }

    private func judgeTexts(_ number: Int, _ work: inout JudgeWork) {
        let file = work.view.files[number]
        guard let texts, !file.new.bytes.isEmpty else { return }
        let scan = texts.scan(file.new.bytes, path: file.path)
        work.report(scan.problems, number)
        for hit in scan.hits where hit.rule.pack == "secrets" { work.secrets[number, default: []].append(hit.capture) }
        for hit in scan.hits {
            guard let line = file.changedLine(hit.capture) else { continue }
            work.add(hit, on: line, number)
        }
    }

    private func judgeLines(_ number: Int, _ work: inout JudgeWork, only: Int?) {
        let file = work.view.files[number]
        guard file.change.new?.mode != .symlink, file.change.new?.mode != .submodule else { return }
        if !file.new.bytes.isEmpty, !file.isDeleted {
            let scan = scanner.scan(file.new.bytes, path: file.path, as: .added, only: only)
            report(scan.problems, number, &work)
            for hit in scan.hits where file.isPlace(of: hit, file.new) {
                let span = hit.rule.acrossLines ? hit.match : hit.capture
                if let line = file.changedLine(span) { work.add(hit, on: line, number) }
            }
        }
        guard hasRemovedRules, !file.old.bytes.isEmpty else { return }
        let scan = scanner.scan(file.old.bytes, path: file.path, as: .removed, only: only)
        report(scan.problems, number, &work)
        for hit in scan.hits where file.isPlace(of: hit, file.old) {
            guard let line = file.old.line(at: hit.capture.lowerBound), file.old.lines[line].isChanged else { continue }
            work.addRemoved(hit, line, number)
        }
    }

    /// What a rule would not report in files from elsewhere, it need not find there: their lines are often a megabyte.
    private func report(_ problems: Set<RuleProblem>, _ number: Int, _ work: inout JudgeWork) {
        guard !problems.isEmpty, work.view.files[number].isForeign else { return work.report(problems, number) }
        let foreign = Set(scanner.rules.rules.filter { $0.places.contains(.foreign) }.map(\.id))
        work.report(problems.filter { foreign.contains($0.rule) }, number)
    }

    /// Names that are new; a file that was there before is no news.
    private func judgeName(_ number: Int, _ work: inout JudgeWork, only: Int?) {
        let file = work.view.files[number]
        guard let new = file.change.new, file.change.old?.path != new.path, new.mode != .submodule else { return }
        let scan = scanner.scan(file.path.bytes, path: file.path, as: .path, only: only)
        work.report(scan.problems, number)
        for hit in scan.hits { work.add(hit.rule, ChangeHit(path: file.path), number) }
    }

    private func judgeChange(_ work: inout JudgeWork, only: Int?) {
        for index in scanner.rules.indices(on: .change) where only == nil || only == index {
            let rule = scanner.rules.rules[index]
            guard let check = rule.check.flatMap({ DiffChecks.changes[$0] }) else { continue }
            for hit in check(work.view) {
                let number = hit.path.flatMap { work.numbers[$0] }
                guard scanner.rules.compiled[index].isAbout(hit.path) else { continue }
                var hit = hit
                hit.message = hit.message.map(masked)
                work.add(rule, hit, number ?? Int.max)
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
