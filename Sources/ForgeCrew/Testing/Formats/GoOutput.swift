// What `go test` prints. Without `-v` only what failed is named; a package's line follows its tests.

enum GoOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var reading = GoLines()
        for line in TextLines(bytes) { reading.take(line) }
        return reading.outcomes()
    }
}

private struct GoLines {
    private var collector = TestCollector()
    private var pending: [TestCase] = []
    private var running: [String] = []
    private var ended: Set<String> = []
    private var isTelling = false
    private var isVerbose = false
    private var packages = 0

    mutating func take(_ line: TextLine) {
        let trimmed = line.trimmed
        if let name = trimmed.after("=== RUN ") {
            isVerbose = true
            isTelling = false
            running.append(name.trimmed.text.cut(toBytes: TestCollector.nameBytesMax))
        } else if let (outcome, name) = Self.result(trimmed) {
            isTelling = outcome != .passed
            ended.insert(name)
            if pending.count < TestCollector.casesMax { pending.append(TestCase(name, outcome)) }
        } else if let (package, outcome, why) = Self.package(line) {
            finish(package, outcome, why)
        } else if isTelling, !pending.isEmpty, line.indentation > 0 || line.starts("\t") {
            let place = pending.count - 1
            guard pending[place].message.utf8.count < TestCollector.messageBytesMax else { return }
            pending[place].message += (pending[place].message.isEmpty ? "" : "\n") + trimmed.prefix(TestCollector.messageBytesMax).text
        } else {
            isTelling = false
        }
    }

    /// `--- FAIL: TestA/part (0.00s)`
    private static func result(_ line: TextLine) -> (TestOutcome, String)? {
        let marks: [(String, TestOutcome)] = [("--- PASS: ", .passed), ("--- FAIL: ", .failed), ("--- SKIP: ", .skipped)]
        for (mark, outcome) in marks {
            guard let rest = line.after(mark) else { continue }
            return (outcome, (rest.parted(by: " (", last: true)?.0 ?? rest).text.cut(toBytes: TestCollector.nameBytesMax))
        }
        return nil
    }

    /// `ok  \tpackage\t0.1s`, `FAIL\tpackage [build failed]`, `?   \tpackage\t[no test files]`
    private static func package(_ line: TextLine) -> (String, TestOutcome, String)? {
        let marks: [(String, TestOutcome)] = [("ok  \t", .passed), ("FAIL\t", .failed), ("?   \t", .skipped)]
        for (mark, outcome) in marks {
            guard let rest = line.after(mark) else { continue }
            let words = rest.words
            guard let name = words.first else { return nil }
            return (name.text, outcome, words.dropFirst().map(\.text).joined(separator: " "))
        }
        return nil
    }

    private mutating func finish(_ package: String, _ outcome: TestOutcome, _ why: String) {
        packages += 1
        for test in pending { collector.add(package + "." + test.name, test.outcome, message: test.message) }
        let open = running.filter { !ended.contains($0) }
        for name in open { collector.add(package + "." + name, .errored, message: "it did not end") }
        if outcome == .failed, open.isEmpty, !pending.contains(where: \.outcome.isBad) { collector.add(package, .errored, message: why) }
        pending = []
        running = []
        ended = []
        isTelling = false
    }

    mutating func outcomes() -> TestOutcomes {
        let isCut = !pending.isEmpty || !running.isEmpty || packages == 0
        if isCut {
            for test in pending { collector.add(test.name, test.outcome, message: test.message) }
            for name in running where !ended.contains(name) { collector.add(name, .errored, message: "it did not end") }
        }
        return collector.outcomes(.go, namesPassed: isVerbose, doubts: isCut ? ["the output ends before its last package"] : [])
    }
}
