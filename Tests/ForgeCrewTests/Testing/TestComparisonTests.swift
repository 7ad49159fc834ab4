// What a change is blamed for, and how a run ended as a whole.

import ForgeCore
import ForgeCrew
import Testing

@Suite struct TestComparisonTests {
    /// `a+ b- c? d!`: passed, failed, skipped, errored.
    private func outcomes(_ text: String, format: TestFormat? = .junit, namesPassed: Bool = true, doubts: [String] = []) -> TestOutcomes {
        let outcomes: [Character: TestOutcome] = ["+": .passed, "-": .failed, "?": .skipped, "!": .errored]
        let cases = text.split(separator: " ").map { TestCase(String($0.dropLast()), outcomes[$0.last ?? "!"] ?? .errored) }
        return TestOutcomes(format: format, cases: cases, namesPassed: namesPassed, doubts: doubts)
    }

    @Test func `each change of an outcome has its place`() {
        let comparison = TestComparison(
            base: outcomes("a+ b- c- d+ e+ f? g- h! i+ j-"), head: outcomes("a- b- c+ d? f+ g? h- i! k+ l-"))
        #expect(comparison.newlyFailing == ["a", "i", "l"])
        #expect(comparison.stillFailing == ["b", "h"])
        #expect(comparison.fixed == ["c"])
        #expect(comparison.newlySkipped == ["d", "g"])
        #expect(comparison.missing == ["e", "j"])
        #expect(comparison.new == ["k", "l"])
        #expect(!comparison.isClean)
    }

    @Test func `what failed on the base is never blamed`() {
        #expect(TestComparison(base: outcomes("a- b! c+"), head: outcomes("a- b- c+")).isClean)
    }

    @Test func `a flaky test is told apart, and a new failure is not hidden behind it`() {
        let comparison = TestComparison(base: outcomes("a+ b+"), head: outcomes("a- b-"), flaky: ["a"])
        #expect(comparison.flaky == ["a"] && comparison.newlyFailing == ["b"])
    }

    @Test func `a test that nobody saw is neither missing nor fixed`() {
        let comparison = TestComparison(base: outcomes("a+ b-"), head: outcomes("", doubts: ["it was ended before its end"]))
        #expect(comparison.unseen == ["a", "b"] && comparison.missing.isEmpty && comparison.fixed.isEmpty)
        #expect(!comparison.isClean && comparison.doubts == ["on the head, it was ended before its end"])
    }

    @Test func `a format that names only failures shows what is fixed, and nothing as missing`() {
        let comparison = TestComparison(
            base: outcomes("a-", format: .go, namesPassed: false), head: outcomes("b-", format: .go, namesPassed: false))
        #expect(comparison.fixed == ["a"] && comparison.newlyFailing == ["b"] && comparison.missing.isEmpty && comparison.new.isEmpty)
    }

    @Test func `endings are never confused`() {
        let none = TestOutcomes.none
        let cases: [(SandboxExit, TestOutcomes, TestEnding)] = [
            (.code(0), outcomes("a+"), .passed), (.code(1), outcomes("a-"), .failed), (.code(0), outcomes("a- b+"), .failed),
            (.code(0), outcomes(""), .empty), (.code(0), outcomes("a?"), .empty), (.code(1), outcomes("a+"), .broken),
            (.code(2), outcomes(""), .broken), (.code(5), outcomes("", format: .pytest), .empty), (.code(127), none, .missingProgram),
            (.code(126), none, .missingProgram), (.code(139), outcomes("a+"), .crashed), (.signal(11), outcomes("a+"), .crashed),
            (.limit(.wallTime), outcomes("a+"), .limited), (.limit(.memory), outcomes("a-"), .limited), (.code(0), none, .passed),
            (.code(1), none, .failed), (.code(0), outcomes("", format: .go, namesPassed: false), .passed),
        ]
        let short = TestOutcomes(format: .tap, cases: [TestCase("a", .passed)], fallsShort: true)
        #expect(TestEnding(exit: .code(0), outcomes: short) == .broken)
        for (exit, outcomes, wanted) in cases { #expect(TestEnding(exit: exit, outcomes: outcomes) == wanted, "\(exit), \(outcomes)") }
    }

    @Test(
        arguments: [
            ("/usr/bin/python3: No module named pytest\n", .missingProgram),
            ("/w/.venv/bin/python3.12: No module named pytest\nmake: *** [Makefile:2: test] Error 1\n", .missingProgram),
            ("/bin/sh: 1: nosuchprogram: not found\nmake: *** [Makefile:2: test] Error 127\n", .missingProgram),
            ("make[1]: *** [a.mk:2: test] Error 127\nmake: *** [Makefile:2: all] Error 2\n", .missingProgram),
            ("ModuleNotFoundError: No module named 'shop'\n", .failed), ("make: [Makefile:2: test] Error 127 (ignored)\nno\n", .failed),
            ("make: *** [Makefile:2: test] Error 1\n", .failed),
        ] as [(String, TestEnding)])
    func `a program that is not there is known by what make and Python say of it`(printed: String, wanted: TestEnding) {
        let printed = Array(printed.utf8)
        #expect(TestEnding(exit: .code(2), outcomes: .none, printed: printed) == wanted)
        #expect(TestEnding(exit: .code(0), outcomes: .none, printed: printed) == .passed)
        #expect(TestEnding(exit: .code(1), outcomes: outcomes("a-"), printed: printed) == .failed)
    }
}
