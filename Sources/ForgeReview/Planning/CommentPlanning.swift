// Which findings become comments and where they hang: new ones on new lines and what came back, the gravest first, several on one line
// together, no more than asked for. Everything else is told elsewhere, never left out.

import ForgeCore

struct CommentPlanning {
    private let change: PlannedChange
    private let settings: PlanSettings
    private let link: Permalink
    private var placement: Placement

    private struct Place: Hashable {
        var path: RepositoryPath
        var side: DiffSide?
        var line: Int
    }

    private struct Group {
        var anchor: ReviewAnchor
        var findings: [OpenFinding]
        /// Of the finding with this index.
        var suggestion: (index: Int, text: Suggestion)?
    }

    init(_ change: PlannedChange, _ settings: PlanSettings, _ link: Permalink) {
        self.change = change
        self.settings = settings
        self.link = link
        placement = Placement(change.diff)
    }

    /// Findings come with the gravest first.
    mutating func comments(_ findings: [OpenFinding]) -> [PlannedComment] {
        guard settings.postsReview, settings.showsInline, settings.commentsMax > 0 else { return [] }
        var groups: [Group] = []
        var indices: [Place: Int] = [:]
        var paths: Set<RepositoryPath> = []
        var fileCount = 0
        for open in findings where isComment(open) {
            // Once no more comments are made, only a place that has one takes more.
            guard let path = open.finding.path, groups.count < settings.commentsMax || paths.contains(path),
                let (anchor, suggestion) = anchor(of: open, path)
            else { continue }
            let place = Self.place(path, anchor)
            if let index = indices[place] {
                if groups[index].suggestion == nil, let suggestion, groups[index].anchor == anchor {
                    groups[index].suggestion = (groups[index].findings.count, suggestion)
                }
                groups[index].findings.append(open)
                continue
            }
            guard groups.count < settings.commentsMax, anchor != .file || fileCount < settings.fileCommentsMax else { continue }
            if anchor == .file { fileCount += 1 }
            indices[place] = groups.count
            paths.insert(path)
            groups.append(Group(anchor: anchor, findings: [open], suggestion: suggestion.map { (0, $0) }))
        }
        return groups.compactMap(comment)
    }

    private func isComment(_ open: OpenFinding) -> Bool {
        guard !open.isOpinion, open.finding.severity >= settings.severityMin else { return false }
        switch open.novelty {
        case .regressed: return true
        case .new: return open.isOnNewLines || settings.scope == .full
        case .known: return settings.scope == .full && open.entry?.place == .summary
        case .unseen: return false
        }
    }

    /// A suggestion replaces the lines that its comment hangs on, so it decides which they are.
    private mutating func anchor(of open: OpenFinding, _ path: RepositoryPath) -> (ReviewAnchor, Suggestion?)? {
        if settings.suggestsChanges, let suggestion = open.finding.suggestion, let lines = open.finding.lines,
            lines.overlaps(suggestion.lines), placement.isExact(suggestion, path: path)
        {
            let lines = suggestion.lines
            return (lines.count == 1 ? .line(.right, lines.lowerBound) : .range(.right, lines), suggestion)
        }
        return placement.anchor(of: open.finding).map { ($0, nil) }
    }

    private static func place(_ path: RepositoryPath, _ anchor: ReviewAnchor) -> Place {
        switch anchor {
        case .range(let side, let lines): Place(path: path, side: side, line: lines.upperBound)
        case .line(let side, let line): Place(path: path, side: side, line: line)
        case .file: Place(path: path, side: nil, line: 0)
        }
    }

    private func comment(_ group: Group) -> PlannedComment? {
        guard let path = group.findings.first?.finding.path else { return nil }
        // A comment of a hundred findings on one line says less than one of the gravest.
        let shown = group.findings.prefix(5)
        func body(anchor: ReviewAnchor?, suggests: Bool) -> String {
            var blocks = shown.enumerated().map { index, open in
                let suggestion = suggests && group.suggestion?.index == index ? group.suggestion?.text : nil
                return FindingText.block(open, place: place(of: open.finding, shownAt: anchor), suggestion: suggestion)
            }
            let more = group.findings.count - shown.count
            if more > 0 { blocks.append("And \(counted(more, "more finding")) here; all of them are in the check run.\n") }
            let ids = group.findings.prefix(100).map(\.id).joined(separator: ",")
            return blocks.joined(separator: "\n---\n\n") + "\n" + HiddenMarker(.finding, ["id": ids]).text
        }
        return PlannedComment(
            findings: group.findings.map(\.id), path: path, anchor: group.anchor, body: body(anchor: group.anchor, suggests: true),
            movableBody: body(anchor: nil, suggests: false))
    }

    /// Where it is, when the comment does not hang there. Without an anchor nobody knows yet where it will hang.
    private func place(of finding: Finding, shownAt anchor: ReviewAnchor?) -> String? {
        guard let lines = finding.lines else { return nil }
        switch anchor {
        case .range(_, let shown) where shown.contains(lines.lowerBound) && shown.contains(lines.upperBound): return nil
        case .line(_, let line) where lines == line...line: return nil
        default: return link.text(finding.path, lines)
        }
    }
}
