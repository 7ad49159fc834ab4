// A text that comes in pieces, such as a file too large to hold, scanned in bounded memory. Rules about a line find exactly what they would
// find in the whole; it must never hold more than a piece and what a match may reach back to.

package import ForgeCore

/// One text on its way through a scanner. Offsets and lines of hits count from the start of the text.
package struct PieceScan {
    /// So much is waited for before it is looked at: what is looked at again for matches over line ends is then little beside it.
    private static let pieceBytes = 256 << 10
    /// A line longer than this is cut.
    private static let lineBytesMax = 1 << 20

    private let scanner: RuleScanner
    private let path: RepositoryPath?
    private let subjects: RuleSubjects
    /// What a match may reach back over.
    private let reachBytes: Int
    /// The end of the text so far, and where it begins.
    private var held: [UInt8] = []
    private var heldOffset = 0
    private var heldLine = 1
    /// Bytes of its line before it.
    private var heldColumn = 0
    /// In `held`: what ends up to here has been reported.
    private var reportedTo = 0
    /// By rule: the end of what was reported last, from the start of the text.
    private var lastEnds: [Int: Int] = [:]

    package init(_ scanner: RuleScanner, path: RepositoryPath? = nil, as subjects: RuleSubjects = .text) {
        self.scanner = scanner
        self.path = path
        self.subjects = subjects
        reachBytes = scanner.rules.rules.contains { $0.acrossLines } ? 2 * Window.blockBytesMax : 0
    }

    /// Takes the next piece of the text; what is found may come with a later one.
    package mutating func add(_ piece: some Collection<UInt8>) -> RuleScan {
        letGo()
        held += piece
        guard held.count - reportedTo >= Self.pieceBytes else { return RuleScan() }
        if let feed = held[reportedTo...].lastIndex(of: Byte.newline) { return look(to: feed + 1) }
        guard held.count - reportedTo >= Self.lineBytesMax else { return RuleScan() }
        return look(to: held.count - Window.blockBytesMax)
    }

    /// The text has ended.
    package mutating func finish() -> RuleScan {
        letGo()
        return look(to: held.count)
    }

    /// Part of what is still held, by its place in the text: at least what the hits of the last answer are on.
    package func text(_ range: Range<Int>) -> ArraySlice<UInt8>? {
        let inHeld = range.lowerBound - heldOffset..<range.upperBound - heldOffset
        return inHeld.lowerBound >= 0 && inHeld.upperBound <= held.count ? held[inHeld] : nil
    }

    private mutating func look(to end: Int) -> RuleScan {
        var scan = scanner.scan(held, in: 0..<end, firstLine: heldLine, path: path, as: subjects)
        let known = reportedTo
        scan.hits = scan.hits.filter { $0.match.upperBound > known }.map(placed).filter { hit in
            if let last = lastEnds[hit.index], hit.match.lowerBound < last { return false }
            return true
        }
        for hit in scan.hits { lastEnds[hit.index] = max(lastEnds[hit.index] ?? 0, hit.match.upperBound) }
        reportedTo = end
        return scan
    }

    /// Drops what no later match can reach back to; at the start of a line where there is one.
    private mutating func letGo() {
        var dropped = max(0, reportedTo - reachBytes)
        guard dropped > 0 else { return }
        if held[dropped - 1] != Byte.newline, let feed = held[dropped..<reportedTo].firstIndex(of: Byte.newline) { dropped = feed + 1 }
        let feeds = held[..<dropped].count { $0 == Byte.newline }
        let lineStart = held[..<dropped].lastIndex(of: Byte.newline).map { $0 + 1 }
        heldColumn = lineStart.map { dropped - $0 } ?? heldColumn + dropped
        heldLine += feeds
        heldOffset += dropped
        reportedTo -= dropped
        held.removeFirst(dropped)
    }

    private func placed(_ hit: RuleHit) -> RuleHit {
        var hit = hit
        if hit.lines.lowerBound == heldLine { hit.column += heldColumn }
        hit.match = hit.match.lowerBound + heldOffset..<hit.match.upperBound + heldOffset
        hit.capture = hit.capture.lowerBound + heldOffset..<hit.capture.upperBound + heldOffset
        return hit
    }
}
