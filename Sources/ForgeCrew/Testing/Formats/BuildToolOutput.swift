// What CTest, Meson and Bazel print: a line a test, each in its own columns, and a summary that says whether that was all.

enum CTestOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var collector = TestCollector()
        var ended = false
        var isEmpty = false
        var open: String?
        for line in TextLines(bytes) {
            let line = line.prefix(4_000)
            if let (name, end) = entry(line) {
                collector.add(name, outcome(end), message: end.after("***")?.text ?? "")
                open = nil
            } else if let (_, name) = line.trimmed.after("Start ")?.trimmed.parted(by: ": ") {
                open = name.text
            } else if line.contains("% tests passed, ") {
                ended = true
            } else if line.starts("No tests were found") {
                isEmpty = true
            }
        }
        if let open, !collector.has(open) { collector.add(open, .errored, message: "it did not end") }
        if isEmpty { return collector.outcomes(.ctest, doubts: [TestOutcomes.nothingRan]) }
        return collector.outcomes(.ctest, doubts: ended ? [] : ["the output ends before CTest's summary"])
    }

    /// `1/3 Test #1: adds .......   Passed    0.01 sec`
    private static func entry(_ line: TextLine) -> (String, TextLine)? {
        guard let slash = line.trimmed.number?.1.after("/")?.number?.1.trimmed, let rest = slash.after("Test")?.trimmed.after("#") else {
            return nil
        }
        guard let test = rest.number?.1.after(":")?.trimmed, let (name, end) = test.parted(by: " ..") ?? test.parted(by: "***") else {
            return nil
        }
        var result = end.bytes
        while let first = result.first, first == 0x2E || first == 0x20 { result.removeFirst() }
        let starred = test.contains(" ..") ? TextLine(result) : TextLine("***" + end.text)
        return (name.trimmed.text, starred)
    }

    private static func outcome(_ end: TextLine) -> TestOutcome {
        if end.starts("Passed") { return .passed }
        if end.starts("***Skipped") || end.contains("Not Run (Disabled)") { return .skipped }
        return end.starts("***Failed") ? .failed : .errored
    }
}

enum MesonOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var collector = TestCollector()
        var ended = false
        for line in TextLines(bytes) {
            let line = line.prefix(4_000)
            if let (name, word) = entry(line) {
                collector.add(name, outcomes[word] ?? .errored, message: word == "OK" ? "" : word)
            } else if line.starts("Ok: ") {
                ended = true
            }
        }
        return collector.outcomes(.meson, doubts: ended ? [] : ["the output ends before Meson's summary"])
    }

    private static let outcomes: [String: TestOutcome] = [
        "OK": .passed, "FAIL": .failed, "SKIP": .skipped, "EXPECTEDFAIL": .skipped, "UNEXPECTEDPASS": .failed, "TIMEOUT": .errored,
        "ERROR": .errored, "INTERRUPT": .errored,
    ]

    /// ` 1/12 suite - shop:adds        OK              0.01s`
    static func entry(_ line: TextLine) -> (name: String, word: String)? {
        guard let rest = line.trimmed.number?.1.after("/")?.number?.1, rest.starts(" "), !rest.trimmed.starts("Test ") else { return nil }
        let words = rest.prefix(1_000).words
        guard let place = words.lastIndex(where: { outcomes[$0.text] != nil }), place > 0, place + 1 < words.count,
            words[place + 1].ends("s")
        else {
            return nil
        }
        return (words[..<place].map(\.text).joined(separator: " "), words[place].text)
    }
}

enum BazelOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var collector = TestCollector()
        var ended = false
        for line in TextLines(bytes) where line.starts("//") || line.starts("@") || line.starts("Executed ") {
            let words = line.prefix(2_000).words
            if line.starts("Executed ") {
                ended = ended || line.contains(" out of ") && line.contains(" test")
            } else if let name = words.first, let (outcome, told) = outcome(words.dropFirst().map(\.text).filter { $0 != "(cached)" }) {
                collector.add(name.text, outcome, message: told)
            }
        }
        return collector.outcomes(.bazel, doubts: ended ? [] : ["the output ends before Bazel's summary"])
    }

    private static func outcome(_ words: [String]) -> (TestOutcome, String)? {
        let told = words.joined(separator: " ")
        switch words.first {
        case "PASSED": return (.passed, "")
        case "FLAKY,": return (.passed, told)
        case "FAILED": return (words.dropFirst().first == "TO" ? .errored : .failed, told)
        case "TIMEOUT", "NO", "INCOMPLETE", "CANCELLED", "REMOTE": return (.errored, told)
        case "SKIPPED": return (.skipped, "")
        default: return nil
        }
    }
}
