// One file, searched in bounded memory whatever its size. It must never map a file: one that is cut short meanwhile would end the process.

import CSandbox
import ForgeCore

/// What one worker reads and searches with.
final class FileSearch {
    private let top: TopFolder
    private let plan: SearchPlan
    private let judge: LineJudge
    private let watch: SearchWatch
    /// Grows to the largest file that was read as a whole.
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)

    /// A larger file is read in pieces that end with a line; a longer line is searched in pieces of its own.
    private static let pieceBytes = 8 << 20
    private static let kindBytes = 8 << 10

    enum Answer {
        case text([WorkMatch])
        /// It is no text, or gone.
        case nothing
        /// It stands there and may not be read.
        case unread
    }

    /// What is known between the pieces of a file.
    fileprivate struct Progress {
        var matches: [WorkMatch] = []
        /// Of the line that the next piece begins in or with.
        var line = 1
        /// Whether that line is known to match.
        var isLineShown = false
        /// Where in the piece that line begins.
        var counted = 0
    }

    init(_ top: TopFolder, _ plan: SearchPlan, _ watch: SearchWatch) {
        self.top = top
        self.plan = plan
        self.watch = watch
        judge = LineJudge(plan, watch)
    }

    /// Up to `matchesMax` lines.
    func matches(in path: [UInt8], matchesMax: Int) throws(SearchFailure) -> Answer {
        // Gone, behind a symlink by now, or not to be read, which is asked next.
        guard let file = try? top.open(path, forge_for_reading), let facts = try? FileFacts(of: file), facts.kind == .file else {
            return mayNotBeRead(path) ? .unread : .nothing
        }
        // Files of some file systems say that they are empty.
        let expected = min(max(facts.size, 4_096), Self.pieceBytes)
        if buffer.count < expected { buffer = [UInt8](repeating: 0, count: max(expected, min(2 * buffer.count, Self.pieceBytes))) }
        var progress = Progress()
        var kept = 0
        var isFirst = true
        // What cannot be read any further ends here.
        while let count = try? file.read(into: &buffer, from: kept, to: buffer.count) {
            if isFirst, buffer.span.extracting(0..<count).holdsZero(inFirst: Self.kindBytes) { return .nothing }
            isFirst = false
            let isLast = count < buffer.count
            let end = isLast ? count : buffer.span.extracting(0..<count).endOfLastLine ?? count
            try search(0..<end, path, matchesMax, &progress)
            if !isLast { progress.endPiece(buffer.span.extracting(0..<end)) }
            if isLast || progress.matches.count >= matchesMax { break }
            kept = count - end
            if kept > 0 { buffer.replaceSubrange(0..<kept, with: buffer[end..<count]) }
        }
        return isFirst ? .unread : .text(progress.matches)
    }

    private func mayNotBeRead(_ path: [UInt8]) -> Bool {
        do throws(SystemRefusal) {
            _ = try top.open(path, forge_for_reading)
            return false
        } catch {
            return [EACCES, EPERM, EIO].contains(error.number)
        }
    }

    private func search(
        _ range: Range<Int>, _ path: [UInt8], _ matchesMax: Int, _ progress: inout Progress
    ) throws(SearchFailure) {
        let bytes = buffer
        let text = bytes.span.extracting(range)
        judge.begin()
        var counted = 0
        var at = 0
        while progress.matches.count < matchesMax, let line = try judge.next(in: text, from: at) {
            try watch.check()
            let feeds = text.lineFeeds(in: counted..<line.range.lowerBound)
            progress.pass(feeds)
            counted = line.range.lowerBound
            if !progress.isLineShown {
                let shown = text.shown(line.range, match: line.match)
                progress.matches.append(WorkMatch(path: RepositoryPath(bytes: path), line: progress.line, text: shown))
                progress.isLineShown = true
            }
            at = line.range.upperBound + 1
        }
        try watch.check()
        progress.counted = counted
    }
}

extension FileSearch.Progress {
    fileprivate mutating func endPiece(_ text: Span<UInt8>) {
        pass(text.lineFeeds(in: counted..<text.count))
        counted = 0
    }

    fileprivate mutating func pass(_ lineFeeds: Int) {
        line += lineFeeds
        if lineFeeds > 0 { isLineShown = false }
    }
}
