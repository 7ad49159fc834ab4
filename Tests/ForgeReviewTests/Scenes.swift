// Diffs and findings in a line each, for tests of what becomes of them.

import ForgeCore
import ForgeReview

/// A file that is new, with these lines.
func newFile(_ path: String, _ lines: String...) -> FileChange {
    modified(path, "@0", lines.map { "+\($0)" }, kind: .added)
}

/// A hunk that begins at `start` on both sides: lines open with ` `, `+` or `-`.
func modified(_ path: String, _ start: String = "@1", _ lines: [String], kind: ChangeKind = .modified, from oldPath: String? = nil)
    -> FileChange
{
    let start = Int(start.dropFirst()) ?? 1
    var (old, new) = (max(1, start), max(1, start))
    var rows: [DiffLine] = []
    for line in lines {
        let text = ArraySlice(Array(line.utf8.dropFirst()))
        switch line.first {
        case "+":
            rows.append(DiffLine(.added, old: nil, new: new, text: text))
            new += 1
        case "-":
            rows.append(DiffLine(.removed, old: old, new: nil, text: text))
            old += 1
        default:
            rows.append(DiffLine(.context, old: old, new: new, text: text))
            old += 1
            new += 1
        }
    }
    let side = FileSide(path: RepositoryPath(path))
    let before = FileSide(path: RepositoryPath(oldPath ?? path))
    return FileChange(
        kind: kind, old: kind == .added ? nil : before, new: kind == .deleted ? nil : side,
        hunks: [Hunk(oldStart: kind == .added ? 0 : start, newStart: max(1, start), lines: rows)])
}

func finding(
    _ rule: String = "sql-from-text", _ path: String? = "a.py", _ line: Int? = 1, _ severity: FindingSeverity = .high,
    family: String = "injection", columns: Range<Int>? = nil, snippet: String = "", message: String = "Something is wrong.",
    fix: String? = nil, source: FindingSource = .rules
) -> Finding {
    Finding(
        rule: rule, family: family, severity: severity, source: source, path: path.map(RepositoryPath.init), lines: line.map { $0...$0 },
        columns: columns, message: message, fix: fix, snippet: snippet)
}

func material(_ files: [FileChange] = [], found: [Finding] = [], imported: [Finding] = []) -> ReviewMaterial {
    var material = ReviewMaterial(input: ReviewInput(diff: Diff(files: files), base: "main (1a2b3c4d)", head: "HEAD (5e6f7a8b)"))
    material.found = found
    material.imported = imported
    material.coverage.filesChanged = files.count
    material.coverage.linesAdded = files.reduce(0) { $0 + $1.addedCount }
    material.rules = [ReportedRule(id: "sql-from-text", title: "SQL put together from text", family: "injection", severity: .high)]
    return material
}

func report(_ material: ReviewMaterial, _ change: (inout ReviewSettings) -> Void = { _ in }) -> ReviewReport {
    var settings = ReviewSettings()
    settings.version = "0.0.0"
    change(&settings)
    return settle(material, settings)
}
