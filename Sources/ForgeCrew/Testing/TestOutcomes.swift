// What a run of tests said, test by test. A parser only reports what stands in the output: a test it did not see is never called passed,
// and where the output ended early, or does not name what passed, that is said.

package enum TestOutcome: String, Hashable, Sendable, CaseIterable {
    case passed
    /// Also one that was expected to fail and did.
    case skipped
    case failed
    /// It never came to a judgement: its file does not load, its fixture broke, it began and did not end.
    case errored

    package var isBad: Bool { self == .failed || self == .errored }

    /// Of two results under one name the worse counts.
    var weight: Int {
        switch self {
        case .skipped: 0
        case .passed: 1
        case .failed: 2
        case .errored: 3
        }
    }
}

package struct TestCase: Hashable, Sendable {
    /// Unique in a run, and the same in every run of the same test.
    package var name: String
    package var file: String?
    package var outcome: TestOutcome
    /// Why it failed or was skipped; bounded, may be empty.
    package var message: String

    package init(_ name: String, file: String? = nil, _ outcome: TestOutcome, message: String = "") {
        self.name = name
        self.file = file
        self.outcome = outcome
        self.message = message
    }
}

package struct TestOutcomes: Hashable, Sendable {
    /// How it was read; nil when nothing in the output says which test ended how, so that the exit code is all there is.
    package var format: TestFormat?
    /// In the order of the output, one for each name.
    package var cases: [TestCase]
    /// Whether tests that passed are named, too.
    package var namesPassed: Bool
    /// Why this may not be all. Sentences for people, each once.
    package var doubts: [String]
    /// Whether fewer tests told their outcome than the output itself had announced.
    package var fallsShort: Bool

    package init(
        format: TestFormat?, cases: [TestCase] = [], namesPassed: Bool = true, doubts: [String] = [], fallsShort: Bool = false
    ) {
        self.format = format
        self.cases = cases
        self.namesPassed = namesPassed
        self.doubts = doubts
        self.fallsShort = fallsShort
    }

    package static let none = TestOutcomes(format: nil, namesPassed: false, doubts: ["nothing in the output names single tests"])

    package var isComplete: Bool { format != nil && doubts.isEmpty }
    package func count(_ outcome: TestOutcome) -> Int { cases.count { $0.outcome == outcome } }
    package var bad: [TestCase] { cases.filter { $0.outcome.isBad } }
    /// Tests that were not skipped.
    package var ranCount: Int { cases.count { $0.outcome != .skipped } }
}

/// Collects cases in order, merges repeated names, and keeps everything within bounds.
struct TestCollector {
    static let casesMax = 100_000
    static let nameBytesMax = 1_000
    static let messageBytesMax = 2_000
    static let messagesBytesMax = 4 << 20

    private(set) var cases: [TestCase] = []
    private var places: [String: Int] = [:]
    private var messageBytes = 0
    private(set) var isFull = false

    mutating func add(_ name: String, file: String? = nil, _ outcome: TestOutcome, message: String = "") {
        let name = name.isEmpty ? "(no name)" : name.cut(toBytes: Self.nameBytesMax)
        guard let place = places[name] else {
            guard cases.count < Self.casesMax else {
                isFull = true
                return
            }
            places[name] = cases.count
            cases.append(TestCase(name, file: file?.cut(toBytes: Self.nameBytesMax), outcome, message: bounded(message)))
            return
        }
        if outcome.weight > cases[place].outcome.weight { cases[place].outcome = outcome }
        explain(name, message)
    }

    /// A message that stands apart from its test; the first one stays.
    mutating func explain(_ name: String, _ message: String) {
        guard let place = places[name.cut(toBytes: Self.nameBytesMax)], cases[place].message.isEmpty else { return }
        cases[place].message = bounded(message)
    }

    func has(_ name: String) -> Bool { places[name.cut(toBytes: Self.nameBytesMax)] != nil }

    func outcomes(_ format: TestFormat, namesPassed: Bool = true, doubts: [String] = []) -> TestOutcomes {
        let full = isFull ? ["there are more than \(Self.casesMax) tests, and the others were not read"] : []
        return TestOutcomes(format: format, cases: cases, namesPassed: namesPassed, doubts: doubts + full)
    }

    private mutating func bounded(_ message: String) -> String {
        guard messageBytes < Self.messagesBytesMax else { return "" }
        let cut = message.cut(toBytes: Self.messageBytesMax)
        messageBytes += cut.utf8.count
        return cut
    }
}

extension String {
    /// No longer than this, ending in `…` when something was left out; never in the middle of a character.
    func cut(toBytes bytesMax: Int) -> String {
        guard utf8.count > bytesMax else { return self }
        var end = utf8.index(startIndex, offsetBy: bytesMax)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end]) + "…"
    }
}
