// Where a line of an older commit is in a newer one, told from the diff between the two: what keeps a comment on its line when others are
// put in above it, and shows that it is outdated when its own line was changed.

import ForgeCore

struct ThreadPlace: Hashable {
    var path: RepositoryPath
    var line: Int?
    var isOutdated: Bool
}

struct LineMoves {
    private let changes: [RepositoryPath: FileChange]

    init(_ diff: Diff) {
        changes = Dictionary(diff.files.compactMap { change in change.old.map { ($0.path, change) } }) { first, _ in first }
    }

    func place(of thread: LocalThread) -> ThreadPlace {
        let change = changes[thread.path]
        if let change, change.new == nil { return ThreadPlace(path: thread.path, line: nil, isOutdated: true) }
        let path = change?.kind == .renamed ? change?.path ?? thread.path : thread.path
        switch thread.anchor {
        case .file: return ThreadPlace(path: path, line: nil, isOutdated: false)
        // A removed line is one of the base, which the branch does not move.
        case .line(.left, let line): return ThreadPlace(path: path, line: line, isOutdated: false)
        case .range(.left, let lines): return ThreadPlace(path: path, line: lines.upperBound, isOutdated: false)
        case .line(.right, let line): return place(of: line...line, in: change, path)
        case .range(.right, let lines): return place(of: lines, in: change, path)
        }
    }

    private func place(of lines: ClosedRange<Int>, in change: FileChange?, _ path: RepositoryPath) -> ThreadPlace {
        guard let change else { return ThreadPlace(path: path, line: lines.upperBound, isOutdated: false) }
        guard change.omitted == nil else { return ThreadPlace(path: path, line: nil, isOutdated: true) }
        var shift = 0
        for line in change.hunks.lazy.flatMap(\.lines) {
            switch line.kind {
            case .added: shift += isAbove(line, lines.upperBound, shift) ? 1 : 0
            case .removed:
                guard let number = line.oldNumber, number <= lines.upperBound else { continue }
                if lines.contains(number) { return ThreadPlace(path: path, line: nil, isOutdated: true) }
                shift -= 1
            case .context: continue
            }
        }
        return ThreadPlace(path: path, line: lines.upperBound + shift, isOutdated: false)
    }

    /// Whether an added line pushes the line down that was at `old`, and by the lines before is at `old + shift` so far.
    private func isAbove(_ line: DiffLine, _ old: Int, _ shift: Int) -> Bool { (line.newNumber ?? .max) <= old + shift }
}
