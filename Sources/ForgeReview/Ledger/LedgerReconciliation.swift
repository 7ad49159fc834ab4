// What was found now beside what the ledger knows: what is new, what is still open, what came back, what a person dismissed, and what is gone
// and why. Nothing counts as fixed because somebody did not look: only a rule that looked again can say so, and of what a model said only that
// its line is gone.

import ForgeCore

struct LedgerReconciliation: Sendable {
    /// In the order of the report, then what only the ledger knows, by id.
    private(set) var open: [OpenFinding] = []
    private(set) var ended: [EndedFinding] = []
    /// Found again, and dismissed by a person before.
    private(set) var dismissed: [OpenFinding] = []

    init(_ change: PlannedChange, _ state: PullRequestState, _ novelty: ChangeNovelty) {
        var ids = FollowedIDs(change.report.findings, novelty)
        var accepted: [String: ReviewedFinding.State] = [:]
        var found: Set<String> = []
        found.reserveCapacity(min(change.report.findings.count, state.ledger.count))
        var named: Set<IdentityKey> = []
        for reviewed in change.report.findings {
            let id = ids.id(of: reviewed)
            guard reviewed.state.isOpen else {
                accepted[id] = reviewed.state
                continue
            }
            let entry = state.ledger[id]
            // Only what the ledger knows is looked for there afterwards.
            if entry != nil { found.insert(id) }
            for rule in reviewed.alsoFoundBy { named.insert(Self.key(reviewed.finding, rule: rule)) }
            take(reviewed, id, entry, isOnNewLines: novelty.concerns(reviewed.finding))
        }
        var look = SecondLook(change, state, novelty)
        for entry in state.ledger.values.filter({ $0.state == .open && !found.contains($0.id) }).sorted(by: { $0.id < $1.id }) {
            if let state = accepted[entry.id] {
                ended.append(EndedFinding(entry: entry, ending: .accepted(reason: state.reason)))
                continue
            }
            var finding = entry.finding
            finding.path = entry.path.map { novelty.renames[$0] ?? $0 }
            switch named.contains(Self.key(finding, rule: finding.rule)) ? .stays(line: entry.line) : look.fate(of: finding) {
            case .stays(let line):
                finding.lines = line.map { $0...$0 }
                open.append(OpenFinding(id: entry.id, finding: finding, novelty: .unseen, entry: entry, isOnNewLines: false))
            case .ends(let ending): ended.append(EndedFinding(entry: entry, ending: ending))
            }
        }
    }

    private mutating func take(_ reviewed: ReviewedFinding, _ id: String, _ entry: LedgerEntry?, isOnNewLines: Bool) {
        let novelty: OpenFinding.Novelty
        var isDismissed = false
        switch entry?.state {
        case nil: novelty = .new
        case .open: novelty = .known
        case .fixed, .outdated: novelty = .regressed
        case .dismissed: (novelty, isDismissed) = (.known, true)
        }
        let found = OpenFinding(
            id: id, finding: reviewed.finding, alsoFoundBy: reviewed.alsoFoundBy, novelty: novelty, entry: entry,
            isOnNewLines: isOnNewLines)
        if isDismissed { dismissed.append(found) } else { open.append(found) }
    }

    /// One finding stands for those of its family on its line; they are still there.
    private static func key(_ finding: Finding, rule: String) -> IdentityKey {
        var other = finding
        other.rule = rule
        return IdentityKey(other)
    }
}

extension ReviewedFinding.State {
    fileprivate var reason: String? {
        switch self {
        case .open: nil
        case .baselined(let reason): reason
        case .suppressed(let reason, _): reason
        }
    }
}

/// What became of findings that were not found any more.
private struct SecondLook {
    enum Fate {
        case stays(line: Int?)
        case ends(EndedFinding.Ending)
    }

    private let change: PlannedChange
    private let novelty: ChangeNovelty
    private let isBaseMoved: Bool
    private let files: [RepositoryPath: Int]
    private let unread: Set<RepositoryPath>
    private let isWholeUnread: Bool
    private let ownRules = Set(SuppressionPass.rules.map(\.id))
    private var texts: [RepositoryPath: ShownLines] = [:]

    init(_ change: PlannedChange, _ state: PullRequestState, _ novelty: ChangeNovelty) {
        self.change = change
        self.novelty = novelty
        isBaseMoved = state.reviewed.map { $0.mergeBase != change.mergeBase } ?? false
        files = Dictionary(change.diff.files.enumerated().map { ($1.path, $0) }) { first, _ in first }
        unread = Set(change.report.coverage.unread.compactMap(\.path))
        isWholeUnread = change.report.coverage.unread.contains { $0.path == nil }
    }

    mutating func fate(of finding: Finding) -> Fate {
        let line = finding.lines?.lowerBound
        // A report that leaves out what is less grave says nothing about it.
        guard finding.severity >= change.report.severityMin else { return .stays(line: line) }
        guard let path = finding.path else { return fateOfWhole(finding) }
        if unread.contains(path) { return .stays(line: line) }
        guard let index = files[path] else { return .ends(isBaseMoved ? .leftChange : .fixed) }
        if change.leftOut.contains(path) { return .ends(.ruleOff) }
        let file = change.diff.files[index]
        switch finding.source {
        case .rules:
            guard let didRun = didRun(finding.rule) else { return .stays(line: line) }
            guard didRun else { return .ends(.ruleOff) }
            return .ends(isBaseMoved && shown(file).isContext(finding.snippet) ? .leftChange : .fixed)
        case .tool(let name):
            if change.toolsRun.contains(name) { return .ends(.fixed) }
            return lineNow(of: finding, in: file).map { .stays(line: $0) } ?? .ends(.rewritten)
        case .role:
            if let place = lineNow(of: finding, in: file) { return .stays(line: place) }
            return .ends(change.model?.full.contains(path) == true ? .fixed : .rewritten)
        }
    }

    private func fateOfWhole(_ finding: Finding) -> Fate {
        switch finding.source {
        case .rules:
            guard let didRun = didRun(finding.rule) else { return .stays(line: nil) }
            return .ends(didRun ? .fixed : .ruleOff)
        case .tool(let name): return change.toolsRun.contains(name) ? .ends(.fixed) : .stays(line: nil)
        case .role: return change.model != nil && novelty.hasNew ? .ends(.rewritten) : .stays(line: nil)
        }
    }

    /// Nil when nobody can say.
    private func didRun(_ rule: String) -> Bool? {
        guard let run = change.rulesRun else { return isWholeUnread ? nil : true }
        return run.contains(rule) || ownRules.contains(rule)
    }

    /// Where its line stands now; nil when it is gone.
    private mutating func lineNow(of finding: Finding, in file: FileChange) -> Int? {
        let before = finding.lines?.lowerBound
        guard !finding.snippet.isEmpty else { return novelty.hasNew(in: file.path) ? nil : before ?? 1 }
        return shown(file).line(of: finding.snippet, near: before ?? 1)
    }

    private mutating func shown(_ file: FileChange) -> ShownLines {
        if let known = texts[file.path] { return known }
        let lines = ShownLines(file)
        texts[file.path] = lines
        return lines
    }
}
