// What `dotnet test` prints with normal verbosity, and `mix test` with `--trace`.

import ForgeCore

enum DotnetOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var collector = TestCollector()
        var ended = false
        var failed: String?
        var message: [String] = []
        for line in TextLines(bytes) {
            let line = line.prefix(8_000)
            if let (name, outcome) = entry(line) {
                if let failed { collector.explain(failed, message.joined(separator: "\n").trimmingBlanks) }
                message = []
                failed = outcome == .failed ? name : nil
                collector.add(name, outcome)
            } else if line.isAny("Total tests: ", "Passed!  - ", "Failed!  - ", "Test Run Successful.", "Test Run Failed.") {
                ended = true
            } else if failed != nil, message.count < 40 {
                message.append(line.trimmed.text)
            }
        }
        if let failed { collector.explain(failed, message.joined(separator: "\n").trimmingBlanks) }
        return collector.outcomes(.dotnet, doubts: ended ? [] : ["the output ends before its summary"])
    }

    /// `  Passed Shop.Tests.Adds(prices: [1, 2]) [3 ms]`
    private static func entry(_ line: TextLine) -> (String, TestOutcome)? {
        guard line.indentation == 2 else { return nil }
        let words: [(String, TestOutcome)] = [("Passed ", .passed), ("Failed ", .failed), ("Skipped ", .skipped)]
        for (word, outcome) in words {
            guard let rest = line.dropFirst(2).after(word) else { continue }
            if let (name, time) = rest.parted(by: " [", last: true), time.hasAnySuffix(" ms]", " s]", " m]", " h]") {
                return (name.text, outcome)
            }
            return outcome == .skipped || rest.bytes.contains(UInt8(ascii: ".")) ? (rest.trimmed.text, outcome) : nil
        }
        return nil
    }
}

enum MixOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var reading = MixReading()
        for line in TextLines(bytes) { reading.take(line.prefix(8_000)) }
        return reading.outcomes()
    }
}

private struct MixReading {
    private var collector = TestCollector()
    private var module = ""
    private var file: String?
    private var telling: String?
    private var message: [String] = []
    private var ended = false
    private var sawLines = false

    mutating func take(_ line: TextLine) {
        if let (name, path) = line.parted(by: " ["), line.ends("]"), path.contains("_test.exs") || path.contains(".exs]"),
            !name.contains(" ")
        {
            module = name.text
            file = path.dropLast(1).text
        } else if let rest = line.trimmed.after("* "), rest.contains("[L#"), let (name, end) = rest.parted(by: " (") {
            sawLines = true
            let isSkipped = end.isAny("skipped", "excluded", "invalid")
            collector.add("\(module) \(name.text)", file: file, isSkipped ? .skipped : .passed)
        } else if let (name, group) = Self.failure(line) {
            endMessage()
            telling = "\(group) \(name)"
            collector.add("\(group) \(name)", .failed)
        } else if line.contains(" test"), line.contains(" failure"), line.bytes.first?.isDigit == true {
            endMessage()
            ended = true
        } else if telling != nil, message.count < 40 {
            message.append(line.trimmed.text)
        }
    }

    /// `  1) test adds (ShopTest)`
    private static func failure(_ line: TextLine) -> (String, String)? {
        guard line.indentation > 0, let (name, group) = line.trimmed.number?.1.after(") ")?.parted(by: " (", last: true), group.ends(")")
        else { return nil }
        return (name.text, group.dropLast(1).text)
    }

    private mutating func endMessage() {
        if let telling { collector.explain(telling, message.joined(separator: "\n").trimmingBlanks) }
        telling = nil
        message = []
    }

    mutating func outcomes() -> TestOutcomes {
        endMessage()
        return collector.outcomes(.mix, namesPassed: sawLines, doubts: ended ? [] : ["the output ends before its summary"])
    }
}
