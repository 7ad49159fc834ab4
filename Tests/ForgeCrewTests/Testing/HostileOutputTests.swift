// Outputs that are made to harm: escapes, endless lines, deep nesting, a million names. Reading takes time in proportion, and nothing in it ends
// the program.

import ForgeCrew
import ForgeTestSupport
import Testing

@Suite struct HostileOutputTests {
    private static let formats = TestFormat.allCases

    private func read(_ bytes: [UInt8], _ format: TestFormat) -> TestOutcomes {
        TestOutput(printed: bytes, report: format.isReport || format == .swift ? bytes : nil).outcomes(format)
    }

    /// Long enough that what is quadratic in their bytes shows; the long lists below are for what is quadratic in lines.
    private static let shapes: [[UInt8]] = [
        [UInt8](repeating: 0x61, count: 150_000), [UInt8](repeating: 0x20, count: 150_000),
        [UInt8](repeating: 0x1B, count: 150_000),
        [UInt8](repeating: 0x3C, count: 150_000), repeated("<testsuite><testcase name=\"a\">"),
        repeated("<testcase name=\""), repeated("<!--"), repeated("<![CDATA["),
        repeated("{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n"), repeated("=== RUN   TestA\n"),
        repeated("test a ... "), repeated("ok 1 - a\n    ok 1 - b\n"),
        repeated("not ok\n  ---\n"),
        repeated("tests/a.py::b PASSED "), repeated("a (b.c) ... \n"), repeated("\u{1B}["),
        repeated("\u{1B}]0;"), repeated(" - - - ["), repeated("&amp;&#65;&"),
        repeated("::"), repeated("{"), repeated("✘ Test a recorded an issue at x: \n"),
        repeated("[["),
    ].map { Array($0.prefix(150_000)) }

    @Test(arguments: formats) func `every reader takes each hostile shape in a moment`(format: TestFormat) {
        for shape in Self.shapes {
            let started = ContinuousClock.now
            _ = read(shape, format)
            #expect(ContinuousClock.now - started < .seconds(20), "\(String(decoding: shape.prefix(60), as: UTF8.self))")
        }
    }

    @Test func `ten megabytes of results are read`() {
        var text = ""
        for number in 0..<90_000 {
            text += "test tests::number_\(number)_of_a_long_list_of_tests_that_all_pass_with_one_exception ... ok\n"
        }
        let output =
            "     Running unittests src/lib.rs (target/debug/deps/shop-1)\n\nrunning 90000 tests\n" + text
            + "\ntest result: ok. 90000 passed\n"
        let outcomes = TestOutput(printed: Array(output.utf8)).outcomes(nil)
        #expect(outcomes.format == .cargo && outcomes.isComplete)
        #expect(outcomes.count(.passed) == 90_000)
    }

    @Test func `more tests than are kept are counted as a doubt`() {
        let lines = (0..<100_010).map { "ok \($0 + 1) - test number \($0)" }.joined(separator: "\n")
        let outcomes = TestOutput(printed: Array("TAP version 13\n\(lines)\n1..100010\n".utf8)).outcomes(.tap)
        #expect(outcomes.cases.count <= 100_000 && !outcomes.isComplete)
    }

    @Test func `messages and names are bounded, and stay whole characters`() {
        let long = String(repeating: "é", count: 100_000)
        let outcomes = TestOutput(printed: Array("not ok 1 - \(long)\n  ---\n  message: '\(long)'\n  ...\n1..1\n".utf8)).outcomes(.tap)
        #expect(outcomes.cases[0].name.utf8.count < 1_100 && outcomes.cases[0].message.utf8.count < 2_100)
        #expect(!outcomes.cases[0].name.contains("\u{FFFD}"))
    }

    @Test(arguments: UInt64(0)..<20) func `mutated outputs are read without harm`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for name in [
            "pytest-summary.txt", "pytest.xml", "unittest-verbose.txt", "cargo.txt", "node.tap", "node.xml", "swift.txt", "swift.xml",
        ] {
            var bytes = try fixture(name)
            for _ in 0..<20 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
                }
            }
            for format in TestFormat.allCases { #expect(read(bytes, format).cases.count <= 100_000) }
        }
    }

    private static func repeated(_ text: String) -> [UInt8] { Array(String(repeating: text, count: 150_000 / text.utf8.count).utf8) }
}
