// What is read of outputs that real runners wrote: every test, its outcome and why, and whether that was all.

import ForgeCore
import ForgeCrew
import Testing

@Suite struct RealOutputTests {
    private func check(
        _ name: String, _ format: TestFormat?, passed: Int, failed: Int, errored: Int, skipped: Int, complete: Bool = true,
        isReport: Bool = false
    ) throws -> TestOutcomes {
        let bytes = try fixture(name)
        let output = isReport ? TestOutput(printed: [], report: bytes, folders: ["/worktree"]) : TestOutput(printed: bytes)
        let outcomes = output.outcomes(format)
        let counts = [TestOutcome.passed, .failed, .errored, .skipped].map(outcomes.count)
        #expect(counts == [passed, failed, errored, skipped], "\(name): \(outcomes.cases)")
        #expect(outcomes.isComplete == complete, "\(outcomes.doubts)")
        return outcomes
    }

    private func outcome(_ name: String, in outcomes: TestOutcomes) -> TestOutcome? { outcomes.cases.first { $0.name == name }?.outcome }
    private func message(_ name: String, in outcomes: TestOutcomes) -> String { outcomes.cases.first { $0.name == name }?.message ?? "" }

    @Test(arguments: [TestFormat.pytest, nil]) func `pytest's summary names its tests, and not what a test printed`(format: TestFormat?)
        throws
    {
        let read = try check("pytest-summary.txt", format, passed: 6, failed: 6, errored: 2, skipped: 2)
        #expect(outcome("tests/test_pytest.py::test_many[prices2-x - y]", in: read) == .failed)
        #expect(message("tests/test_pytest.py::test_many[prices2-x - y]", in: read).hasPrefix("TypeError"))
        #expect(outcome("tests/test_pytest.py::test_xpass", in: read) == .passed)
        // It passed itself, and one of its parts failed.
        #expect(outcome("tests/test_total.py::TotalTests::test_parts", in: read) == .failed)
        #expect(outcome("tests/test_broken.py", in: read) == .errored)
        #expect(outcome("tests/test_pytest.py::test_forged", in: read) == nil)
        #expect(read.cases.first { $0.name.contains("TestGroup") }?.file == "tests/test_pytest.py")
    }

    @Test func `pytest's verbose lines are read with their colours`() throws {
        let read = try check("pytest-verbose.txt", .pytest, passed: 6, failed: 6, errored: 2, skipped: 4)
        #expect(outcome("tests/test_pytest.py::test_skipped", in: read) == .skipped)
        #expect(outcome("tests/test_pytest.py::test_with_fixture", in: read) == .errored)
    }

    @Test func `pytest's report gives the names that run one test`() throws {
        let read = try check("pytest.xml", .junit, passed: 6, failed: 6, errored: 2, skipped: 4, isReport: true)
        #expect(outcome("tests/test_total.py::TotalTests::test_wrong", in: read) == .failed)
        #expect(message("tests/test_total.py::TotalTests::test_wrong", in: read) == "AssertionError: 1 != 2")
        #expect(outcome("tests/test_broken.py", in: read) == .errored)
        let summary = TestOutput(printed: try fixture("pytest-verbose.txt")).outcomes(.pytest)
        #expect(Set(read.cases.map(\.name)) == Set(summary.cases.map(\.name)))
    }

    @Test func `unittest's lines are read through the noise of the tests`() throws {
        let read = try check("unittest-verbose.txt", .unittest, passed: 2, failed: 3, errored: 2, skipped: 2)
        #expect(outcome("tests.test_total.TotalTests.test_described", in: read) == .passed)
        #expect(outcome("tests.test_total.TotalTests.test_surprise", in: read) == .failed)
        #expect(outcome("tests.test_total.TotalTests.test_parts", in: read) == .failed)
        #expect(outcome("tests.test_broken", in: read) == .errored)
        #expect(message("tests.test_total.TotalTests.test_wrong", in: read).hasPrefix("AssertionError: 1 != 2"))
    }

    @Test func `unittest without lines names what failed, and says that it names no more`() throws {
        let read = try check("unittest.txt", .unittest, passed: 0, failed: 3, errored: 2, skipped: 0)
        #expect(!read.namesPassed)
    }

    @Test(arguments: [TestFormat.cargo, nil]) func `cargo's binaries keep their tests apart`(format: TestFormat?) throws {
        let read = try check("cargo.txt", format, passed: 4, failed: 3, errored: 0, skipped: 1)
        #expect(outcome("src/lib.rs > tests::panics_wrongly", in: read) == .failed)
        #expect(outcome("tests/whole.rs > whole_wrong", in: read) == .failed)
        #expect(message("tests/whole.rs > whole_wrong", in: read) == "Error: \"no shop\"")
        #expect(outcome("doc shop > src/lib.rs - (line 1)", in: read) == .passed)
        #expect(message("src/lib.rs > tests::wrong", in: read).contains("one is not two"))
        #expect(read.cases.first { $0.name == "src/lib.rs > tests::slow" }?.message == "slow")
    }

    @Test func `Node's TAP has its groups in the names, and groups are no tests`() throws {
        let read = try check("node.tap", .tap, passed: 4, failed: 4, errored: 0, skipped: 2)
        #expect(outcome("group > inner fails", in: read) == .failed)
        #expect(message("group > inner fails", in: read) == "no\nshop")
        #expect(outcome("group > deeper > is deep", in: read) == .passed)
        #expect(outcome("wrong # hash", in: read) == .failed)
        #expect(outcome("with parts", in: read) == .failed)
        #expect(outcome("group", in: read) == nil)
    }

    @Test func `Node's own report has the same names`() throws {
        let read = try check("node.xml", .junit, passed: 4, failed: 3, errored: 0, skipped: 2, isReport: true)
        #expect(outcome("group > inner fails", in: read) == .failed)
        #expect(outcome("someday", in: read) == .skipped)
    }

    @Test func `what prove prints names the file`() throws {
        let read = try check("prove.txt", .tap, passed: 1, failed: 1, errored: 0, skipped: 2)
        #expect(outcome("t/a.t > wrong", in: read) == .failed)
    }

    @Test func `XCTest and Swift Testing are read from one output`() throws {
        let read = try check("swift.txt", .swift, passed: 5, failed: 5, errored: 0, skipped: 2)
        #expect(outcome("OldTests.testWrong", in: read) == .failed)
        #expect(message("OldTests.testWrong", in: read).hasPrefix("XCTAssertEqual failed"))
        #expect(message("OldTests.testLater", in: read) == "not today")
        #expect(outcome("a sentence about \"vouchers\"", in: read) == .failed)
        #expect(outcome("many(_:)", in: read) == .failed)
        #expect(outcome("known()", in: read) == .passed)
    }

    @Test func `Swift Testing's report gives the names that a filter knows`() throws {
        let output = TestOutput(printed: try fixture("swift.txt"), report: try fixture("swift.xml"))
        let read = output.outcomes(.swift)
        #expect(read.isComplete)
        #expect([TestOutcome.passed, .failed, .skipped].map(read.count) == [5, 5, 2])
        #expect(outcome("ShopTests.ShopTests/Inner/deep()", in: read) == .passed)
        #expect(outcome("ShopTests.ShopTests/`a sentence about \"vouchers\"`()", in: read) == .failed)
        #expect(message("ShopTests.ShopTests/many(_:)", in: read).hasPrefix("Expectation failed: (number → 2)"))
        #expect(outcome("ShopTests.free()", in: read) == .passed)
    }

    @Test(arguments: ["pytest-summary.txt", "pytest-verbose.txt", "unittest-verbose.txt", "cargo.txt", "node.tap", "swift.txt"])
    func `an output that ends anywhere before its end is never complete, and no failure becomes a success`(name: String) throws {
        let bytes = try fixture(name)
        let whole = TestOutput(printed: bytes).outcomes(nil)
        let bad = Set(whole.bad.map(\.name))
        for length in stride(from: 0, to: bytes.count * 9 / 10, by: 97) {
            let cut = TestOutput(printed: Array(bytes[..<length])).outcomes(whole.format)
            // Between two binaries an output of these looks like one that has ended: the exit says that it was not.
            if name != "cargo.txt", name != "swift.txt" { #expect(!cut.isComplete, "\(name) cut at \(length)") }
            let turned = cut.cases.filter { $0.outcome == .passed && bad.contains($0.name) && !$0.name.contains("test_parts") }
            #expect(turned.isEmpty, "\(name) cut at \(length): \(turned)")
        }
    }
}
