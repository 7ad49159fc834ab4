// What a change did to the tests: the base's outcomes beside the head's. It must never blame a change for what failed before it, for what
// fails now and then, or for a test that nobody saw.

package struct TestComparison: Hashable, Sendable {
    /// Fails on the head and did not on the base; a test that the base does not have belongs here, too.
    package var newlyFailing: [String] = []
    package var fixed: [String] = []
    /// Failed on the base already.
    package var stillFailing: [String] = []
    /// Its outcome differs between runs of the same code.
    package var flaky: [String] = []
    /// Ran on the base and is skipped on the head.
    package var newlySkipped: [String] = []
    /// Was on the base and is not on the head: deleted, renamed, or no longer found.
    package var missing: [String] = []
    /// Was on the base, and the head's run ended before it or does not name it.
    package var unseen: [String] = []
    /// Not on the base, whatever its outcome.
    package var new: [String] = []
    /// Why the comparison may not be all.
    package var doubts: [String] = []

    package init(base: TestOutcomes, head: TestOutcomes, flaky: Set<String> = []) {
        let before = Dictionary(base.cases.map { ($0.name, $0.outcome) }) { first, _ in first }
        let after = Set(head.cases.map(\.name))
        for test in head.cases { place(test, before[test.name], flaky, base) }
        for test in base.cases where !after.contains(test.name) {
            if head.isComplete, head.namesPassed {
                missing.append(test.name)
            } else if !head.namesPassed, head.isComplete {
                // It is not among the failures, which is all that this format names.
                if test.outcome.isBad { fixed.append(test.name) }
            } else {
                unseen.append(test.name)
            }
        }
        doubts = base.doubts.map { "on the base, \($0)" } + head.doubts.map { "on the head, \($0)" }
    }

    private mutating func place(_ test: TestCase, _ before: TestOutcome?, _ flaky: Set<String>, _ base: TestOutcomes) {
        if before == nil, base.namesPassed { new.append(test.name) }
        if test.outcome.isBad {
            if before?.isBad == true {
                stillFailing.append(test.name)
            } else if flaky.contains(test.name) {
                self.flaky.append(test.name)
            } else {
                newlyFailing.append(test.name)
            }
        } else if before?.isBad == true {
            if test.outcome == .passed { fixed.append(test.name) } else { newlySkipped.append(test.name) }
        } else if before == .passed, test.outcome == .skipped {
            newlySkipped.append(test.name)
        }
    }

    /// Nothing got worse, and everything was seen.
    package var isClean: Bool {
        newlyFailing.isEmpty && missing.isEmpty && newlySkipped.isEmpty && unseen.isEmpty && doubts.isEmpty
    }
}
