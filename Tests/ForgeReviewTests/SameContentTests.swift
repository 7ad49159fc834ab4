// Which changes are the same under another head, and which only look so.

import ForgeCore
import ForgeReview
import Testing

struct SameContentTests {
    private func line(_ kind: DiffLine.Kind, _ number: Int, _ text: String, hasLineFeed: Bool = true) -> DiffLine {
        DiffLine(
            kind, old: kind == .added ? nil : number, new: kind == .removed ? nil : number, text: Array(text.utf8)[...],
            hasLineFeed: hasLineFeed)
    }

    private func change(
        _ path: String = "a.txt", at start: Int = 1, _ lines: [(DiffLine.Kind, String)] = [(.context, "x"), (.added, "new")],
        mode: FileMode = .regular, heading: String = ""
    ) -> FileChange {
        let hunk = Hunk(
            oldStart: start, newStart: start, heading: Array(heading.utf8),
            lines: lines.enumerated().map { line($1.0, start + $0, $1.1) })
        let side = FileSide(path: RepositoryPath(path), mode: mode)
        return FileChange(kind: .modified, old: side, new: side, hunks: [hunk])
    }

    private func check(_ left: FileChange, _ right: FileChange, _ isSame: Bool) {
        #expect(Diff(files: [left]).hasSameContent(as: Diff(files: [right])) == isSame)
        #expect(Diff(files: [right]).hasSameContent(as: Diff(files: [left])) == isSame)
    }

    @Test func `where a hunk stands and what git writes above it do not count`() {
        check(change(at: 1), change(at: 90, heading: "func other()"), true)
    }

    @Test func `every byte that the diff shows counts, and so do paths and modes`() {
        check(change(), change([(.context, "x"), (.added, "new ")]), false)
        check(change(), change([(.context, "y"), (.added, "new")]), false)
        check(change(), change([(.context, "x"), (.removed, "new")]), false)
        check(change(), change([(.added, "new"), (.context, "x")]), false)
        check(change(), change("b.txt"), false)
        check(change(), change(mode: .executable), false)
    }

    private func change(_ lines: [(DiffLine.Kind, String)]) -> FileChange { change("a.txt", lines) }

    @Test func `the end of the last line counts`() {
        var other = change()
        other.hunks[0].lines[1].hasLineFeed = false
        check(change(), other, false)
    }

    @Test func `another number of files or hunks is another change`() {
        #expect(!Diff(files: [change()]).hasSameContent(as: Diff(files: [change(), change("b.txt")])))
        var other = change()
        other.hunks.append(other.hunks[0])
        check(change(), other, false)
    }

    @Test func `what has no lines is never taken for the same, but a mere rename and an empty file`() {
        let old = FileSide(path: RepositoryPath("a"))
        let new = FileSide(path: RepositoryPath("b"), byteCount: 7)
        let rename = FileChange(kind: .renamed, old: old, new: new)
        check(rename, rename, true)
        let binary = FileChange(kind: .modified, old: new, new: new, omitted: .binary)
        check(binary, binary, false)
        let empty = FileChange(kind: .added, old: nil, new: FileSide(path: RepositoryPath("c"), byteCount: 0))
        check(empty, empty, true)
        let unknown = FileChange(kind: .added, old: nil, new: FileSide(path: RepositoryPath("c"), byteCount: 5))
        check(unknown, unknown, false)
        #expect(Diff().hasSameContent(as: Diff()))
    }
}
