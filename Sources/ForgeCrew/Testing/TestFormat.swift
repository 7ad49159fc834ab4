// The formats that results are read from, and which of them an unknown output is in. An output that fits none is left to its exit code.

package enum TestFormat: String, Hashable, Sendable, CaseIterable {
    case junit
    case jest
    case rspec
    case goEvents = "go-json"
    case go
    case tap
    case swift
    case cargo
    case pytest
    case unittest
    case ctest
    case meson
    case dotnet
    case mix
    case bazel

    /// Who writes it; a row of docs/tests.md.
    package var writers: String {
        switch self {
        case .junit: "JUnit XML: pytest, Maven Surefire, Gradle, PHPUnit, Deno, Bun and others, as a report or in the output"
        case .jest: "the JSON report of Jest and Vitest"
        case .rspec: "the JSON report of RSpec"
        case .goEvents: "`go test -json`"
        case .go: "`go test` with or without `-v`"
        case .tap: "TAP 12 to 14: Node's own runner, Mocha, node-tap, tape, AVA, `prove -v`, Bats"
        case .swift: "the output of `swift test`: XCTest and Swift Testing"
        case .cargo: "the output of `cargo test` (libtest), documentation tests included"
        case .pytest: "the output of pytest with `-v` or `-rA`"
        case .unittest: "the output of Python's unittest and of Django"
        case .ctest: "the output of CTest"
        case .meson: "the output of `meson test`"
        case .dotnet: "the output of `dotnet test`, normal verbosity"
        case .mix: "the output of `mix test --trace`"
        case .bazel: "the summary of `bazel test`"
        }
    }

    /// Whether it is a report that the runner writes to a file, rather than what it prints.
    package var isReport: Bool { self == .junit || self == .jest || self == .rspec }
}

/// What a run left behind.
package struct TestOutput: Sendable {
    /// Standard output and error as they came.
    package var printed: [UInt8]
    /// What the runner wrote to a file because it was asked to; nil when it was not asked.
    package var report: [UInt8]?
    /// Whether some of it was left out.
    package var isCut: Bool
    /// Folders that paths may begin with, as the commands saw them; taken off.
    package var folders: [String]

    package init(printed: [UInt8], report: [UInt8]? = nil, isCut: Bool = false, folders: [String] = []) {
        self.printed = printed
        self.report = report
        self.isCut = isCut
        self.folders = folders
    }

    /// Per test what it says, in the format that was asked for, else in the one that fits.
    package func outcomes(_ format: TestFormat?) -> TestOutcomes {
        var outcomes = read(format)
        if isCut, outcomes.format != nil {
            outcomes.doubts.append("the output was longer than what is kept")
            // What is missing may be what was not kept.
            outcomes.fallsShort = false
        }
        return outcomes
    }

    private func read(_ format: TestFormat?) -> TestOutcomes {
        guard let format, format.isReport else { return readPrinted(format) }
        // A run that ended before its report was written may still have printed something.
        guard let report, report.contains(where: { $0 > 0x20 }) else {
            var outcomes = readPrinted(nil)
            if outcomes.format != nil { outcomes.doubts.append("the report that was asked for was not written") }
            return outcomes
        }
        let outcomes = parse(report, format)
        guard outcomes.cases.isEmpty else { return outcomes }
        // Nothing in the report: why stands in the output, such as a test file that does not load.
        let printed = readPrinted(nil)
        return printed.cases.isEmpty ? outcomes : printed
    }

    private func readPrinted(_ format: TestFormat?) -> TestOutcomes {
        let text = TerminalText.plain(printed)
        if let format, !format.isReport {
            let outcomes = parse(text, format)
            if !outcomes.cases.isEmpty || !outcomes.doubts.isEmpty { return outcomes }
        }
        guard let fitting = TestFormat.fitting(text) else { return .none }
        return parse(text, fitting)
    }

    private func parse(_ bytes: [UInt8], _ format: TestFormat) -> TestOutcomes {
        switch format {
        case .junit: JUnitReport.read(bytes, folders: folders)
        case .jest: JestReport.read(bytes, folders: folders)
        case .rspec: RSpecReport.read(bytes)
        case .goEvents: GoEvents.read(bytes)
        case .go: GoOutput.read(bytes)
        case .tap: TAPOutput.read(bytes)
        case .swift: SwiftOutput.read(bytes, report: report)
        case .cargo: CargoOutput.read(bytes)
        case .pytest: PytestOutput.read(bytes)
        case .unittest: UnittestOutput.read(bytes)
        case .ctest: CTestOutput.read(bytes)
        case .meson: MesonOutput.read(bytes)
        case .dotnet: DotnetOutput.read(bytes)
        case .mix: MixOutput.read(bytes)
        case .bazel: BazelOutput.read(bytes)
        }
    }
}

extension TestFormat {
    /// The format whose own marks stand in an output, by how many lines of it; nil when none has any. The more telling one wins a tie.
    static func fitting(_ text: [UInt8]) -> TestFormat? {
        var marks: [TestFormat: Int] = [:]
        for line in TextLines(text) {
            if let format = mark(in: line.prefix(400)) { marks[format, default: 0] += 1 }
        }
        return allCases.filter { marks[$0] != nil }.max { marks[$0, default: 0] < marks[$1, default: 0] }
    }

    private static func mark(in line: TextLine) -> TestFormat? {
        guard let first = line.trimmed.bytes.first else { return nil }
        let trimmed = line.trimmed
        switch first {
        case UInt8(ascii: "<"):
            return trimmed.starts("<testsuite") || trimmed.starts("<?xml") && trimmed.contains("<testsuite") ? .junit : nil
        case UInt8(ascii: "{"):
            if trimmed.contains("\"Action\":\""), trimmed.contains("\"Package\":\"") { return .goEvents }
            return trimmed.contains("\"numTotalTests\":") ? .jest : nil
        case UInt8(ascii: "-"): return trimmed.isAny("--- PASS: ", "--- FAIL: ", "--- SKIP: ") ? .go : nil
        case UInt8(ascii: "="): return equalsMark(line)
        case UInt8(ascii: "o"), UInt8(ascii: "n"), UInt8(ascii: "1"), UInt8(ascii: "F"), UInt8(ascii: "?"), UInt8(ascii: "T"):
            return wordMark(trimmed)
        case UInt8(ascii: "t"):
            if line.starts("test result: ") { return .cargo }
            return line.starts("test ") && line.hasAnySuffix(" ... ok", " ... FAILED", " ... ignored") ? .cargo : pythonMark(line)
        case UInt8(ascii: "R"): return line.starts("Ran ") && line.contains(" test") && line.contains(" in ") ? .unittest : nil
        case UInt8(ascii: "E"): return trimmed.starts("Executed ") && line.contains(" failure") ? .swift : pythonMark(line)
        case UInt8(ascii: "/"):
            return line.starts("//") && line.containsAny(" PASSED in ", " FAILED in ", "FAILED TO BUILD") ? .bazel : nil
        case UInt8(ascii: "*"): return trimmed.starts("* test ") && trimmed.contains("[L#") ? .mix : nil
        case 0xE2: return line.containsAny("✔ Test ", "✘ Test ") ? .swift : nil
        default: return otherMark(line)
        }
    }

    private static func equalsMark(_ line: TextLine) -> TestFormat? {
        if line.starts("=== RUN ") { return .go }
        return line.starts("=")
            && line.containsAny(" test session starts ", " short test summary ", " passed in ", " failed in ", " passed, ", " failed, ")
            ? .pytest : nil
    }

    private static func wordMark(_ line: TextLine) -> TestFormat? {
        if line.starts("ok  \t") || line.starts("FAIL\t") || line.starts("?   \t") { return .go }
        if line.starts("TAP version ") || line.starts("1..") || line.starts("ok ") || line.starts("not ok ") { return .tap }
        if line.starts("Test Case '") { return .swift }
        if line.starts("Test run with ") || line.starts("Test Suite '") { return .swift }
        if line.starts("FAILED (") || line.starts("FAIL: ") { return .unittest }
        return otherMark(line)
    }

    private static func pythonMark(_ line: TextLine) -> TestFormat? {
        if line.contains("::"), line.containsAny(" PASSED", " FAILED", " ERROR", " SKIPPED") { return .pytest }
        if line.contains(" ("), line.hasAnySuffix(" ... ok", " ... FAIL", " ... ERROR") { return .unittest }
        return line.starts("ERROR: ") ? .unittest : nil
    }

    private static func otherMark(_ line: TextLine) -> TestFormat? {
        if line.contains(" Test "), line.contains("#"), line.containsAny("   Passed ", "***") { return .ctest }
        if line.contains("% tests passed, ") { return .ctest }
        if line.trimmed.isAny("Passed ", "Failed "), line.starts("  "), line.hasAnySuffix(" ms]", " s]", "< 1 ms]") { return .dotnet }
        if MesonOutput.entry(line) != nil { return .meson }
        return pythonMark(line)
    }
}
