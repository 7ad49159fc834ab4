// Examples about a change: what a rule finds in a diff that shows it. An example must never be taken for more than what stands in it.

internal import ForgeCore

enum DiffExamples {
    /// Whether a rule finds something; nil when the example shows no change.
    static func fires(_ index: Int, _ example: RuleExample, _ scanner: RuleScanner) -> Bool? {
        guard let diff = diff(of: example) else { return nil }
        let judge = DiffJudge(scanner: scanner)
        // Where there is a manifest there is a lock file; nothing else is known of the tree.
        let repository = RepositoryView { FileTraits.lockFiles.contains($0.nameText) }
        return !judge.judgement(of: ChangeView(diff, repository: repository), only: index).findings.isEmpty
    }

    private static func diff(of example: RuleExample) -> Diff? {
        if let text = example.diff {
            // A patch that cannot be read shows nothing, and that is what is told of it.
            return try? PatchText.parse(text)
        }
        let path = example.path ?? RepositoryPath("example")
        guard example.text != nil || example.removed != nil else {
            return Diff(files: [FileChange(kind: .added, old: nil, new: FileSide(path: path))])
        }
        guard let removed = example.removed else {
            let hunk = Hunk(oldStart: 0, newStart: 1, lines: lines(example.text ?? [], .added))
            return Diff(files: [FileChange(kind: .added, old: nil, new: FileSide(path: path), hunks: [hunk])])
        }
        let new = example.text.map { _ in FileSide(path: path) }
        let hunk = Hunk(oldStart: 1, newStart: new == nil ? 0 : 1, lines: lines(removed, .removed) + lines(example.text ?? [], .added))
        return Diff(files: [FileChange(kind: new == nil ? .deleted : .modified, old: FileSide(path: path), new: new, hunks: [hunk])])
    }

    private static func lines(_ text: [UInt8], _ kind: DiffLine.Kind) -> [DiffLine] {
        var parts = text.split(separator: Byte.newline, omittingEmptySubsequences: false)
        if parts.last?.isEmpty ?? false { parts.removeLast() }
        return parts.enumerated().map { index, part in
            DiffLine(kind, old: kind == .removed ? index + 1 : nil, new: kind == .added ? index + 1 : nil, text: part)
        }
    }
}
