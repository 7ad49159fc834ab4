// The hunks of a file. It must never believe a count: as many lines stand there as the hunk's head says, and no line of a file comes after
// the end of that file.

/// What the hunks of one file have said so far.
private struct HunkProgress {
    /// The first line of each side that no hunk has shown yet.
    var oldNext = 1
    var newNext = 1
    var isOldEnded = false
    var isNewEnded = false
}

private struct HunkHead {
    var oldStart = 0
    var oldCount = 1
    var newStart = 0
    var newCount = 1
    var heading: [UInt8] = []
}

extension PatchParser {
    mutating func hunks(of change: inout FileChange) throws(PatchError) {
        var progress = HunkProgress()
        while let line = lines.currentHeader, line.hasPrefix("@@ -") {
            let start = lines.number
            let head = try hunkHead(line)
            lines.advance()
            let hunk = try hunk(head, &progress, start)
            if change.old == nil, head.oldCount > 0 { throw failure("a new file has no old lines", line: start) }
            if change.new == nil, head.newCount > 0 { throw failure("a deleted file has no new lines", line: start) }
            change.hunks.append(hunk)
            try checkEnd(of: head)
        }
        if lines.current?.hasPrefix("@@@ -") == true { throw failure("a hunk of a combined diff stands in a plain one") }
    }

    /// `@@ -10,2 +10,3 @@ heading`
    private func hunkHead(_ line: ArraySlice<UInt8>) throws(PatchError) -> HunkHead {
        var head = HunkHead()
        var rest = line.dropFirst("@@ -".utf8.count)
        guard let oldStart = number(&rest) else { throw malformedHead }
        head.oldStart = oldStart
        head.oldCount = try count(&rest)
        guard let plus = rest.after(" +") else { throw malformedHead }
        rest = plus
        guard let newStart = number(&rest) else { throw malformedHead }
        head.newStart = newStart
        head.newCount = try count(&rest)
        guard let heading = rest.after(" @@") else { throw malformedHead }
        head.heading = Array(heading.first == UInt8(ascii: " ") ? heading.dropFirst() : heading)
        if head.oldCount == 0, head.newCount == 0 { throw failure("this hunk has no lines") }
        if head.oldStart == 0 && head.oldCount > 0 || head.newStart == 0 && head.newCount > 0 { throw failure("lines are counted from 1") }
        return head
    }

    private var malformedHead: PatchError { failure("a hunk begins with '@@ -LINE,COUNT +LINE,COUNT @@'") }

    private func count(_ text: inout ArraySlice<UInt8>) throws(PatchError) -> Int {
        guard let rest = text.after(",") else { return 1 }
        text = rest
        guard let count = number(&text) else { throw malformedHead }
        return count
    }

    /// Nil without a digit, and above what a file can have.
    private func number(_ text: inout ArraySlice<UInt8>) -> Int? {
        let digits = text.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard (1...10).contains(digits.count) else { return nil }
        text = text.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private mutating func hunk(_ head: HunkHead, _ progress: inout HunkProgress, _ start: Int) throws(PatchError) -> Hunk {
        // A side without lines names the line before it.
        var old = head.oldStart + (head.oldCount == 0 ? 1 : 0)
        var new = head.newStart + (head.newCount == 0 ? 1 : 0)
        if old < progress.oldNext || new < progress.newNext {
            throw failure("this hunk begins before the end of the one above it", line: start)
        }
        let ends = (old: old + head.oldCount, new: new + head.newCount)
        var hunk = Hunk(oldStart: head.oldStart, newStart: head.newStart, heading: head.heading, lines: [])
        while old < ends.old || new < ends.new || isEndMark {
            guard let line = lines.current else {
                throw failure("the patch ends within a hunk: \(ends.old - old) old and \(ends.new - new) new lines are missing")
            }
            if isEndMark {
                try endSides(&hunk, &progress)
            } else {
                try append(line, to: &hunk, &old, &new, ends, progress)
            }
            lines.advance()
        }
        progress.oldNext = ends.old
        progress.newNext = ends.new
        return hunk
    }

    /// `\ No newline at end of file`, in any language.
    private var isEndMark: Bool { lines.current?.hasPrefix("\\ ") == true }

    private func endSides(_ hunk: inout Hunk, _ progress: inout HunkProgress) throws(PatchError) {
        guard let last = hunk.lines.last, last.hasLineFeed else { throw failure("no line stands above this mark of a file's end") }
        hunk.lines[hunk.lines.count - 1].hasLineFeed = false
        if last.kind != .added { progress.isOldEnded = true }
        if last.kind != .removed { progress.isNewEnded = true }
    }

    private func append(
        _ line: ArraySlice<UInt8>, to hunk: inout Hunk, _ old: inout Int, _ new: inout Int, _ ends: (old: Int, new: Int),
        _ progress: HunkProgress
    ) throws(PatchError) {
        let kind: DiffLine.Kind
        switch line.first {
        // Some programs drop the blank of an empty line.
        case UInt8(ascii: " "), nil, UInt8(ascii: "\r"): kind = .context
        case UInt8(ascii: "+"): kind = .added
        case UInt8(ascii: "-"): kind = .removed
        default: throw failure("a line of a hunk begins with a blank, '+', '-' or '\\'")
        }
        let (isOld, isNew) = (kind != .added, kind != .removed)
        if isOld, old == ends.old { throw failure("more old lines stand here than the hunk's head says") }
        if isNew, new == ends.new { throw failure("more new lines stand here than the hunk's head says") }
        if isOld && progress.isOldEnded || isNew && progress.isNewEnded { throw failure("a line stands after the end of its file") }
        let text = line.first == UInt8(ascii: "\r") ? line : line.dropFirst()
        hunk.lines.append(DiffLine(kind, old: isOld ? old : nil, new: isNew ? new : nil, text: text))
        if isOld { old += 1 }
        if isNew { new += 1 }
    }

    /// A line right behind the hunk that looks like one of it: the head counts too few. `-- ` begins the signature of a mail, and the next
    /// file may follow.
    private func checkEnd(of head: HunkHead) throws(PatchError) {
        guard let line = lines.current, let first = line.first else { return }
        let isLine = first == UInt8(ascii: "+") || first == UInt8(ascii: "-") || first == UInt8(ascii: " ")
        let isOther =
            line.elementsEqual("-- ".utf8) || line.elementsEqual("-- \r".utf8) || line.elementsEqual("--".utf8) || line.hasPrefix("--- ")
        if isLine, !isOther { throw failure("more lines stand here than the hunk's head says") }
    }
}
