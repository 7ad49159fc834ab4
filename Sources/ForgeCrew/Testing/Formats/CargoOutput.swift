// What `cargo test` prints: a line a test, the failures' output below, once for each binary. Tests of different binaries may share a name, so
// a name begins with its target's source file.

enum CargoOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var reading = CargoReading()
        for line in TextLines(bytes) { reading.take(line) }
        return reading.outcomes()
    }
}

private struct CargoReading {
    private var collector = TestCollector()
    private var target = ""
    private var begun: String?
    private var binaries = 0
    private var results = 0
    private var telling: String?
    private var message: [String] = []
    private var messageBytes = 0
    private var compileError: String?

    mutating func take(_ line: TextLine) {
        if takesMessage(line) { return }
        if let name = line.after("     Running ") ?? line.after("Running ") {
            target = Self.target(name.prefix(2_000))
        } else if let name = line.after("   Doc-tests ") {
            target = "doc " + name.trimmed.text
        } else if let rest = line.after("running "), let (_, after) = rest.number, after.starts(" test") {
            binaries += 1
        } else if line.starts("test result: ") {
            results += 1
            begun = nil
        } else if let rest = line.after("test ") {
            takeTest(rest.prefix(4_000))
        } else if let name = line.after("---- "), let rest = name.before(ending: " ----"), let test = rest.parted(by: " std", last: true)?.0
        {
            telling = full(test.text)
        } else if let name = begun, let outcome = Self.outcome(line.trimmed) {
            // The test printed something between its name and its outcome.
            begun = nil
            collector.add(full(name), file: file, outcome)
        } else if compileError == nil, line.starts("error: could not compile") {
            compileError = line.text.cut(toBytes: 500)
        }
    }

    private mutating func takeTest(_ rest: TextLine) {
        guard let (name, end) = rest.parted(by: " ... ", last: false) else { return }
        let plain = name.before(ending: " - should panic") ?? name
        if let outcome = Self.outcome(end) {
            collector.add(full(plain.text), file: file, outcome, message: outcome == .skipped ? Self.why(end) : "")
        } else {
            begun = plain.text
        }
    }

    private static func outcome(_ end: TextLine) -> TestOutcome? {
        if end == TextLine("ok") || end.starts("ok ") || end.starts("bench:") { return .passed }
        if end.starts("FAILED") { return .failed }
        return end.starts("ignored") ? .skipped : nil
    }

    private static func why(_ end: TextLine) -> String { end.after("ignored, ")?.text ?? "" }

    private mutating func takesMessage(_ line: TextLine) -> Bool {
        guard let name = telling else { return false }
        let ends = line.starts("---- ") && line.ends(" ----") || line.starts("failures:") || line.starts("test result: ")
        if ends {
            collector.explain(name, message.joined(separator: "\n").trimmingBlanks)
            telling = nil
            message = []
            messageBytes = 0
            return false
        }
        if messageBytes < TestCollector.messageBytesMax {
            message.append(line.prefix(TestCollector.messageBytesMax).text)
            messageBytes += line.count
        }
        return true
    }

    private var file: String? { target.hasSuffix(".rs") ? target : nil }
    private func full(_ name: String) -> String { target.isEmpty ? name : "\(target) > \(name)" }

    /// `unittests src/lib.rs (target/debug/deps/shop-5079)` is `src/lib.rs`.
    private static func target(_ line: TextLine) -> String {
        let source = (line.parted(by: " (", last: true)?.0 ?? line).trimmed
        return (source.after("unittests ") ?? source).text.cut(toBytes: 300)
    }

    mutating func outcomes() -> TestOutcomes {
        if let name = begun { collector.add(full(name), file: file, .errored, message: "it did not end") }
        var doubts: [String] = []
        if let compileError { doubts.append("something does not build: \(compileError)") }
        if binaries > results { doubts.append("a test binary began and did not end") }
        if binaries == 0, compileError == nil { doubts.append("no test binary ran") }
        return collector.outcomes(.cargo, doubts: doubts)
    }
}
