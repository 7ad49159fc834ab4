// The new side of a diff, found by path and line: which lines the change brought, and what stands on them and around them. Made once for a
// review; every question after that is a search among sorted numbers, so that ten thousand files stay cheap.

package import ForgeCore

package struct ChangedLines: Sendable {
    /// The lines of one file's new side that the diff shows, in order.
    package struct File: Sendable {
        /// Added lines and the context around them; numbers only grow.
        package var lines: [DiffLine]
        package var isDeleted: Bool
        /// The diff shows all of it, because it is new.
        package var isWhole: Bool
        /// Where it was before; nil when it is new.
        package var oldPath: RepositoryPath?
        fileprivate var spans: [Span] = []

        /// A hunk's place in both files; a side without lines is empty and stands where they would be.
        fileprivate struct Span {
            var new: Range<Int>
            var oldCount: Int
        }

        /// The number that a line outside of all hunks had before the change.
        package func oldNumber(of number: Int) -> Int? {
            var old = number
            for span in spans {
                if span.new.contains(number) { return nil }
                if span.new.lowerBound <= number { old -= span.new.count - span.oldCount }
            }
            return old
        }

        /// The line of this number, when the diff shows it.
        package func line(_ number: Int) -> DiffLine? {
            let index = firstIndex(from: number)
            guard index < lines.count, lines[index].newNumber == number else { return nil }
            return lines[index]
        }

        package func isAdded(_ number: Int) -> Bool { line(number)?.kind == .added }

        /// One of these lines came with the change.
        package func hasAdded(in range: ClosedRange<Int>) -> Bool {
            var index = firstIndex(from: range.lowerBound)
            while index < lines.count, let number = lines[index].newNumber, number <= range.upperBound {
                if lines[index].kind == .added { return true }
                index += 1
            }
            return false
        }

        private func firstIndex(from number: Int) -> Int {
            var (low, high) = (0, lines.count)
            while low < high {
                let middle = (low + high) / 2
                if (lines[middle].newNumber ?? 0) < number { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    package private(set) var files: [RepositoryPath: File] = [:]

    package init(_ diff: Diff) {
        files.reserveCapacity(diff.files.count)
        for change in diff.files {
            var lines: [DiffLine] = []
            for hunk in change.hunks { lines.append(contentsOf: hunk.lines.lazy.filter { $0.newNumber != nil }) }
            var file = File(
                lines: Self.inOrder(lines), isDeleted: change.new == nil, isWhole: change.kind == .added && change.omitted == nil,
                oldPath: change.old?.path)
            file.spans = change.hunks.map(Self.span)
            files[change.path] = file
            // What a rename leaves behind is gone.
            if change.kind == .renamed, let old = change.old?.path, files[old] == nil {
                files[old] = File(lines: [], isDeleted: true, isWhole: false)
            }
        }
    }

    /// `@@ -3,2 +2,0 @@` names the line before the gap.
    private static func span(_ hunk: Hunk) -> File.Span {
        let count = hunk.lines.count { $0.newNumber != nil }
        let start = hunk.newStart + (count == 0 ? 1 : 0)
        return File.Span(new: start..<start + count, oldCount: hunk.lines.count { $0.oldNumber != nil })
    }

    /// A patch may bring its hunks in any order.
    private static func inOrder(_ lines: [DiffLine]) -> [DiffLine] {
        let isOrdered = zip(lines, lines.dropFirst()).allSatisfy { ($0.newNumber ?? 0) < ($1.newNumber ?? 0) }
        return isOrdered ? lines : lines.sorted { ($0.newNumber ?? 0) < ($1.newNumber ?? 0) }
    }

    package subscript(_ path: RepositoryPath) -> File? { files[path] }

    /// Whether a finding is about what the change brought: one of its lines was added, or it is about a changed file or the change as a whole.
    package func concerns(_ finding: Finding) -> Bool {
        guard let path = finding.path else { return true }
        guard let file = files[path], !file.isDeleted else { return false }
        guard let lines = finding.lines else { return true }
        return file.hasAdded(in: lines)
    }
}
