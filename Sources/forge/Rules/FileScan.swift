// One file, read and scanned in bounded memory whatever its size. It must never keep what it read: a report has places and no text.

import ForgeCore
import ForgeRules
import ForgeSystem

/// What became of one file.
struct FileReport: Sendable {
    enum Outcome: Sendable {
        case scanned
        /// Not text that rules can read.
        case skipped(TextKind)
        case unreadable(SystemError)
    }

    var path: WalkedPath
    var outcome = Outcome.scanned
    var scan = RuleScan()
    /// How much of it was scanned.
    var byteCount = 0
}

/// What one worker reads and scans with.
final class FileScan {
    /// A larger file is read in pieces. Small enough that the memory of all workers is no matter, large enough for nearly every source file.
    private static let wholeBytesMax = 1 << 20
    private static let pieceBytes = 256 << 10

    private let scanner: RuleScanner
    /// Grows to the largest file that was read as a whole.
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(_ rules: RuleSet) {
        scanner = RuleScanner(rules)
    }

    func report(on path: WalkedPath) -> FileReport {
        var report = FileReport(path: path)
        do throws(SystemError) {
            try scan(path, &report)
        } catch {
            report.outcome = .unreadable(error)
        }
        return report
    }

    private func scan(_ path: WalkedPath, _ report: inout FileReport) throws(SystemError) {
        let file = try FoundFile(path.bytes, followsSymlink: path.isNamed)
        guard file.facts.kind == .file else { throw SystemError(call: "read", subject: path.shown, number: 0, message: "no file any more") }
        // Files of /proc say that they are empty.
        let expected = file.facts.byteCount
        var filled = try file.read(into: &buffer, from: 0, to: expected == 0 ? buffer.count : min(expected, buffer.count))
        let kind = TextKind.of(buffer.span.extracting(0..<filled))
        guard kind == .text else {
            report.outcome = .skipped(kind)
            return
        }
        if filled == buffer.count, expected > filled, expected <= Self.wholeBytesMax {
            buffer += [UInt8](repeating: 0, count: min(Self.wholeBytesMax, max(expected, 2 * buffer.count)) - buffer.count)
            filled += try file.read(into: &buffer, from: filled, to: expected)
        }
        guard expected > Self.wholeBytesMax || (expected == 0 && filled == buffer.count) else {
            report.byteCount = filled
            report.scan = scanner.scan(buffer, in: 0..<filled, path: path.inRepository)
            return
        }
        try scanInPieces(file, filled, &report)
    }

    /// `filled` bytes are in the buffer, and more are to come.
    private func scanInPieces(_ file: borrowing FoundFile, _ filled: Int, _ report: inout FileReport) throws(SystemError) {
        if buffer.count < Self.pieceBytes { buffer += [UInt8](repeating: 0, count: Self.pieceBytes - buffer.count) }
        var pieces = PieceScan(scanner, path: report.path.inRepository)
        var count = filled
        while count > 0 {
            report.byteCount += count
            report.add(pieces.add(buffer[..<count]))
            count = try file.read(into: &buffer, from: 0, to: Self.pieceBytes)
        }
        report.add(pieces.finish())
    }
}

extension FileReport {
    fileprivate mutating func add(_ more: RuleScan) {
        scan.hits += more.hits
        scan.problems.formUnion(more.problems)
    }
}
