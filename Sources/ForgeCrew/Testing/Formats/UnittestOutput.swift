// What Python's unittest prints, and Django with it: with `-v` a line a test, and below the failures with their traces. Tests print in between, so
// an outcome may stand lines below its test; what the trace's title says then holds.

import ForgeCore

enum UnittestOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var reading = UnittestReading()
        for line in TextLines(bytes) { reading.take(line) }
        return reading.outcomes()
    }
}

private struct UnittestReading {
    private var collector = TestCollector()
    private var pending: String?
    private var waiting: [String] = []
    private var sawLines = false
    private var telling: String?
    private var message: [String] = []
    private var messageBytes = 0
    private var wasRule = false
    private var declared: Int?
    private var ended = false

    mutating func take(_ line: TextLine) {
        let line = line.prefix(8_000)
        if line.starts("======================") {
            endMessage()
            wasRule = true
            return
        }
        defer { wasRule = false }
        if wasRule, takesTitle(line) { return }
        if let count = line.after("Ran ")?.number, count.1.starts(" test") {
            endMessage()
            declared = count.0
        } else if declared != nil, line == TextLine("OK") || line.isAny("OK (", "FAILED (", "NO TESTS RAN") {
            ended = true
        } else if telling != nil {
            keep(line)
        } else {
            takeProgress(line)
        }
    }

    /// `FAIL: test_a (tests.test_b.Group.test_a) (number=1)`
    private mutating func takesTitle(_ line: TextLine) -> Bool {
        let titles: [(String, TestOutcome)] = [("FAIL: ", .failed), ("ERROR: ", .errored), ("UNEXPECTED SUCCESS: ", .failed)]
        for (title, outcome) in titles {
            guard let rest = line.after(title), let name = Self.name(rest) else { continue }
            collector.add(name, outcome)
            telling = name
            return true
        }
        return false
    }

    private mutating func keep(_ line: TextLine) {
        guard messageBytes < 4 * TestCollector.messageBytesMax, !line.starts("--------------------") else { return }
        message.append(line.text)
        messageBytes += line.count
    }

    /// The last line of a trace says what happened.
    private mutating func endMessage() {
        if let telling {
            let said = message.last { !$0.isEmpty && $0.first != " " } ?? message.last ?? ""
            collector.explain(telling, said + "\n" + message.joined(separator: "\n").trimmingBlanks)
        }
        telling = nil
        message = []
        messageBytes = 0
    }

    private mutating func takeProgress(_ line: TextLine) {
        if let (start, end) = line.parted(by: " ... ", last: false), let name = Self.name(start.trimmed) ?? pending {
            begin(name)
            settle(end)
        } else if line.ends(" ..."), let name = Self.name(line.dropLast(4).trimmed) {
            begin(name)
        } else if let name = Self.name(line), line.ends(")") {
            // The first line of a test with a description.
            begin(name)
        } else if pending != nil {
            settle(line)
        }
    }

    private mutating func begin(_ name: String) {
        sawLines = true
        if let pending, pending != name { waiting.append(pending) }
        pending = name
    }

    private mutating func settle(_ end: TextLine) {
        guard let name = pending, let outcome = Self.outcome(end) else { return }
        pending = nil
        collector.add(name, outcome, message: end.after("skipped ")?.text ?? "")
    }

    private static func outcome(_ end: TextLine) -> TestOutcome? {
        switch end.text {
        case "ok": .passed
        case "FAIL", "unexpected success": .failed
        case "ERROR": .errored
        case "expected failure": .skipped
        default: end.starts("skipped '") || end.starts("skipped \"") || end == TextLine("skipped") ? .skipped : nil
        }
    }

    /// `test_a (tests.test_b.Group.test_a)`, before Python 3.11 `test_a (tests.test_b.Group)`: `tests.test_b.Group.test_a`.
    private static func name(_ line: TextLine) -> String? {
        guard let (method, rest) = line.parted(by: " ("), let (group, _) = rest.parted(by: ")") else { return nil }
        guard !method.isEmpty, !group.isEmpty, method.bytes.allSatisfy(isNamePart), group.bytes.allSatisfy(isNamePart),
            group.contains(".") || group.count > 1
        else { return nil }
        let test = method.text
        if let module = group.after("unittest.loader._FailedTest") { return (module.after(".") ?? method).text }
        // `setUpClass (tests.test_b.Group)` is the group's own.
        return group.text == test || group.ends("." + test) ? group.text : group.text + "." + test
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        byte.isDigit || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F || byte == 0x2E || byte >= 0x80
    }

    mutating func outcomes() -> TestOutcomes {
        endMessage()
        if let pending { waiting.append(pending) }
        // Every failure has a trace with a title, so that what has none and came to an end passed.
        for name in waiting where !collector.has(name) {
            collector.add(name, ended ? .passed : .errored, message: ended ? "" : "it did not end")
        }
        var doubts: [String] = []
        if !ended { doubts.append("the output ends before unittest's last line") }
        if declared == 0 { doubts.append(TestOutcomes.nothingRan) }
        return collector.outcomes(.unittest, namesPassed: sawLines, doubts: doubts)
    }
}
