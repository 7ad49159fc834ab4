// What pytest prints: with `-v` a line a test, with `-rA` a list at the end. Tests print, too: lines count only where pytest itself speaks.

import ForgeCore

enum PytestOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var reading = PytestReading()
        for line in TextLines(bytes) { reading.take(line) }
        return reading.outcomes()
    }
}

private struct PytestReading {
    private enum Part { case progress, reports, summary, ended }

    private var part = Part.progress
    private var progress = TestCollector()
    private var summary = TestCollector()
    private var totals: [String: Int]?
    private var interrupted = false

    mutating func take(_ line: TextLine) {
        let line = line.prefix(8_000)
        if let title = Self.title(line) { return enter(title) }
        // With `-q` the last line has no frame.
        if part != .progress || progress.cases.isEmpty, let counts = Self.counts(line) {
            totals = counts
            return
        }
        switch part {
        case .progress: takeProgress(line)
        case .summary: takeSummary(line)
        case .reports, .ended: return
        }
        if line.starts("!!!!!") { interrupted = interrupted || line.contains("Interrupted") }
    }

    /// `==== FAILURES ====`
    private static func title(_ line: TextLine) -> TextLine? {
        guard line.starts("="), line.ends("=") else { return nil }
        var slice = line.bytes
        while slice.first == UInt8(ascii: "=") { slice.removeFirst() }
        while slice.last == UInt8(ascii: "=") { slice.removeLast() }
        guard slice.first == 0x20, slice.last == 0x20, slice.count > 2 else { return nil }
        return TextLine(slice).trimmed
    }

    private mutating func enter(_ title: TextLine) {
        switch title.text {
        case "test session starts": part = .progress
        case "short test summary info":
            part = .summary
            // A test may have printed the title: the last one is pytest's.
            summary = TestCollector()
        default:
            if let counts = Self.counts(title) {
                totals = counts
                part = .ended
            } else if part == .progress {
                part = .reports
            }
        }
    }

    /// `6 failed, 6 passed, 2 skipped in 0.82s`
    private static func counts(_ line: TextLine) -> [String: Int]? {
        if line.starts("no tests ran in ") { return [:] }
        guard line.bytes.first?.isDigit == true, let (list, _) = line.parted(by: " in ", last: true) else { return nil }
        var counts: [String: Int] = [:]
        for entry in list.text.split(separator: ", ") {
            let words = entry.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[1].count < 40, let number = Int(words[0]) else { return nil }
            counts[words[1].hasPrefix("error") ? "error" : String(words[1])] = number
        }
        return counts.isEmpty ? nil : counts
    }

    private static let words: [(String, TestOutcome)] = [
        ("PASSED", .passed), ("FAILED", .failed), ("ERROR", .errored), ("SKIPPED", .skipped), ("XFAIL", .skipped), ("XPASS", .passed),
    ]

    /// `tests/test_a.py::test_b PASSED   [ 5%]`
    private mutating func takeProgress(_ line: TextLine) {
        guard line.contains("::") else { return }
        for (word, outcome) in Self.words {
            guard let (name, rest) = line.parted(by: " \(word)", last: true), rest.isEmpty || rest.starts(" "), name.contains("::") else {
                continue
            }
            return progress.add(name.trimmed.text, file: Self.file(name.trimmed.text), outcome)
        }
    }

    /// `FAILED tests/test_a.py::test_b - assert 3 == 4`
    private mutating func takeSummary(_ line: TextLine) {
        // `SUBFAILED(number=1) tests/…`
        if line.starts("SUBFAIL"), let (_, rest) = line.parted(by: ") ") { return add(rest, .failed) }
        for (word, outcome) in Self.words {
            guard let rest = line.after(word + " ") else { continue }
            // `SKIPPED [1] tests/test_a.py:19: not today` says where, not which.
            return rest.starts("[") ? () : add(rest, outcome)
        }
    }

    private mutating func add(_ rest: TextLine, _ outcome: TestOutcome) {
        let (name, message) = Self.node(rest.text)
        summary.add(name, file: Self.file(name), outcome, message: outcome == .passed ? "" : message)
    }

    /// A name may hold ` - ` itself, inside the brackets of its parameters.
    private static func node(_ text: String) -> (String, String) {
        var rest = text[...]
        if let bracket = text.firstRange(of: "["), let end = text.firstRange(of: "] - ") ?? (text.hasSuffix("]") ? nil : nil),
            text[..<bracket.lowerBound].firstRange(of: " - ") == nil
        {
            return (String(text[...end.lowerBound]), String(text[end.upperBound...]))
        }
        if text.hasSuffix("]"), let bracket = text.firstIndex(of: "["), text[..<bracket].firstRange(of: " - ") == nil { return (text, "") }
        guard let dash = rest.firstRange(of: " - ") else { return (text, "") }
        let message = String(rest[dash.upperBound...])
        rest = rest[..<dash.lowerBound]
        return (String(rest), message)
    }

    private static func file(_ node: String) -> String? {
        guard let end = node.firstRange(of: "::")?.lowerBound else { return node.hasSuffix(".py") ? node : nil }
        return String(node[..<end])
    }

    mutating func outcomes() -> TestOutcomes {
        var all = summary
        for test in progress.cases where !all.has(test.name) { all.add(test.name, file: test.file, test.outcome, message: test.message) }
        var doubts: [String] = []
        if totals == nil { doubts.append("the output ends before pytest's last line") }
        if interrupted { doubts.append("pytest stopped before all tests ran") }
        if totals == [:] { doubts.append(TestOutcomes.nothingRan) }
        let passed = all.cases.count { $0.outcome == .passed }
        let wanted = (totals?["passed"] ?? 0) + (totals?["xpassed"] ?? 0)
        return all.outcomes(.pytest, namesPassed: passed >= wanted, doubts: doubts)
    }
}
