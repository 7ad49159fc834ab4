// What `swift test` prints, of XCTest and of Swift Testing. The latter names no module and no suite beside a test; where the runner wrote its
// own report, the names are taken from there.

enum SwiftOutput {
    static func read(_ bytes: [UInt8], report: [UInt8]? = nil) -> TestOutcomes {
        var reading = SwiftReading()
        for line in TextLines(bytes) { reading.take(line) }
        return reading.outcomes(named: report.map { JUnitReport.read($0, folders: []) })
    }
}

private struct SwiftReading {
    private var collector = TestCollector()
    private var newer = TestCollector()
    private var open: [String] = []
    private var ended: Set<String> = []
    private var endings = 0
    private var beginnings = 0
    private var failedBuild = false
    private var last: String?
    private var testing = 0

    mutating func take(_ line: TextLine) {
        let line = line.prefix(8_000)
        if line.starts("Test Case '") { return takeCase(line) }
        if line.starts("Test Suite '"), !line.contains(".xctest'") {
            if line.containsAny(" started at ") { beginnings += 1 } else { endings += 1 }
        } else if let (place, message) = line.parted(by: ": error: ") ?? line.parted(by: " : Test skipped") {
            takeMessage(place, message)
        } else if line.bytes.first == 0xE2 {
            takeSymbol(line)
        } else if line.starts("error: ") {
            failedBuild = true
        } else if line.starts("[") {
            takeParallel(line)
        }
    }

    /// `Test Case 'Old.testA' failed (0.1 seconds)`
    private mutating func takeCase(_ line: TextLine) {
        guard let (name, rest) = line.dropFirst("Test Case '".utf8.count).parted(by: "' ") else { return }
        if rest.starts("started") {
            open.append(name.text)
            return
        }
        ended.insert(name.text)
        let outcome: TestOutcome = rest.starts("passed") ? .passed : rest.starts("skipped") ? .skipped : .failed
        collector.add(name.text, outcome, message: messages.removeValue(forKey: name.text) ?? "")
    }

    private var messages: [String: String] = [:]

    /// `a.swift:5: error: Old.testA : XCTAssertEqual failed: …`
    private mutating func takeMessage(_ place: TextLine, _ message: TextLine) {
        guard messages.count < 10_000 else { return }
        if let (name, what) = message.parted(by: " : ") {
            if messages[name.text] == nil { messages[name.text] = what.text }
        } else if !message.starts(" - "), !message.isEmpty {
            failedBuild = true
        } else if let (_, name) = place.parted(by: ": ", last: true), messages[name.text] == nil {
            messages[name.text] = (message.after(" - ") ?? message).text
        }
    }

    /// `[3/9] Testing Module.Case/testA` is all that a parallel run prints of a test that passed.
    private mutating func takeParallel(_ line: TextLine) {
        if line.contains("] Testing ") { testing += 1 }
    }

    private mutating func takeSymbol(_ line: TextLine) {
        guard let space = line.place(of: " ") else { return }
        let rest = TextLine(line.bytes[(space + 1)...])
        if let run = rest.after("Test run ") {
            if run.starts("started") { beginnings += 1 } else { endings += 1 }
            return
        }
        if line.starts("↳"), let last {
            newer.explain(last, rest.text)
            return
        }
        last = nil
        guard let test = rest.after("Test "), !test.starts("case passing ") else { return }
        takeTest(test)
    }

    private mutating func takeTest(_ test: TextLine) {
        if let name = test.before(ending: " started.") {
            open.append(name.text)
        } else if let (name, _) = test.parted(by: " skipped", last: true), test.ends("skipped.") || test.contains(" skipped: ") {
            newer.add(Self.name(name), .skipped)
        } else if let (name, rest) = test.parted(by: " recorded an issue ") {
            let shown = Self.name(name)
            issues[shown, default: []].append((rest.parted(by: ": ")?.1 ?? rest).text)
            last = shown
        } else if let (name, _) = test.parted(by: " passed after ", last: true) {
            end(name, .passed)
        } else if let (name, _) = test.parted(by: " failed after ", last: true) {
            end(name, .failed)
        }
    }

    private var issues: [String: [String]] = [:]

    private mutating func end(_ name: TextLine, _ outcome: TestOutcome) {
        ended.insert(Self.plain(name).text)
        let shown = Self.name(name)
        let found = issues.removeValue(forKey: shown) ?? []
        newer.add(shown, outcome, message: found.prefix(5).joined(separator: "\n"))
    }

    /// `many(_:) with 3 test cases` is `many(_:)`; a display name stands in quotes.
    private static func plain(_ name: TextLine) -> TextLine {
        guard name.ends(" test cases") || name.ends(" test case"), let (before, _) = name.parted(by: " with ", last: true) else {
            return name
        }
        return before
    }

    private static func name(_ line: TextLine) -> String {
        let name = plain(line)
        return name.starts("\"") && name.ends("\"") && name.count > 1 ? name.dropFirst(1).dropLast(1).text : name.text
    }

    mutating func outcomes(named report: TestOutcomes?) -> TestOutcomes {
        var all = collector
        let named = report?.cases ?? []
        let known = Set(collector.cases.map { $0.name.replacing("/", with: ".") })
        // A report may hold the old tests, too, under names with their module.
        let fresh = named.filter { test in
            !known.contains(String(test.name.drop { $0 != "." }.dropFirst()).replacing("/", with: "."))
        }
        for test in fresh.isEmpty ? newer.cases : fresh { all.add(test.name, test.outcome, message: test.message) }
        let unended = open.filter { !ended.contains($0) }
        for name in unended { all.add(Self.name(TextLine(name)), .errored, message: "it did not end") }
        var doubts: [String] = []
        if endings < beginnings { doubts.append("a suite began and did not end") }
        if beginnings == 0, all.cases.isEmpty { doubts.append(failedBuild ? "it does not build" : "no suite began") }
        return all.outcomes(.swift, doubts: doubts)
    }
}
