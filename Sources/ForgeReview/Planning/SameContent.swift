// Whether two looks at a pull request saw the same change: the same hunks in the same files, wherever they stand now. A rebase, a merge of
// the base branch, or a new commit message then asks for no second review. A line that moved to another place has other lines around it,
// and is another change.

package import ForgeCore

extension Diff {
    /// Line numbers and the headings of hunks do not count; paths, modes and every byte that the diff shows do.
    package func hasSameContent(as other: Diff) -> Bool {
        files.count == other.files.count && zip(files, other.files).allSatisfy { $0.hasSameContent(as: $1) }
    }
}

extension FileChange {
    fileprivate func hasSameContent(as other: FileChange) -> Bool {
        guard kind == other.kind, old?.path == other.old?.path, new?.path == other.new?.path, new?.mode == other.new?.mode,
            omitted == nil, other.omitted == nil
        else { return false }
        let isEmpty = hunks.isEmpty && other.hunks.isEmpty
        // A rename without a change of lines says all there is to say; what has no lines and is no rename cannot be compared.
        if isEmpty { return kind == .renamed || new?.byteCount == other.new?.byteCount && new?.byteCount == 0 }
        return hunks.count == other.hunks.count
            && zip(hunks, other.hunks).allSatisfy { $0.lines.elementsEqual($1.lines, by: isSameLine) }
    }
}

private func isSameLine(_ left: DiffLine, _ right: DiffLine) -> Bool {
    left.kind == right.kind && left.text == right.text && left.hasLineFeed == right.hasLineFeed
}
