// How a run of tests ended as a whole. A crash, a limit and a program that is not there are never called failed tests, and none of them is
// ever called passed; neither is a run in which no test ran.

package import ForgeCore

package enum TestEnding: String, Hashable, Sendable, CaseIterable {
    /// At least one test ran, or the command says so by its exit code alone, and none failed.
    case passed
    /// Tests failed, each with its name, or the exit code says so and nothing else does.
    case failed
    /// It ended well and no test ran.
    case empty
    /// It ended badly without a failed test to show for it: it does not build, it was called wrongly, it stopped on the way. Or it ended well
    /// with fewer results than it had planned.
    case broken
    /// A signal ended it.
    case crashed
    /// A limit of time, memory or output ended it.
    case limited
    /// The program that runs the tests is not there.
    case missingProgram = "missing_program"

    /// `printed` is what it said besides; its last lines may name a program that is not there.
    package init(exit: SandboxExit, outcomes: TestOutcomes, printed: [UInt8] = []) {
        self =
            switch exit {
            case .limit: .limited
            case .signal: .crashed
            case .code(let code): Self.ending(code, outcomes, printed)
            }
    }

    private static func ending(_ code: Int, _ outcomes: TestOutcomes, _ printed: [UInt8]) -> TestEnding {
        if !outcomes.bad.isEmpty { return .failed }
        if code != 0, MissingProgram.isNamed(in: printed) { return .missingProgram }
        switch code {
        case 0:
            if outcomes.format == nil { return .passed }
            if outcomes.fallsShort { return .broken }
            return outcomes.ranCount > 0 || !outcomes.namesPassed && !outcomes.saysNothingRan ? .passed : .empty
        case 126, 127: return .missingProgram
        // What a shell says of a program that a signal ended.
        case 129...165: return .crashed
        default:
            if outcomes.format == .pytest || outcomes.format == .junit, code == 5, outcomes.cases.isEmpty { return .empty }
            return outcomes.format == nil ? .failed : .broken
        }
    }
}

extension TestOutcomes {
    static let nothingRan = "it says that no test ran"
    var saysNothingRan: Bool { doubts.contains(Self.nothingRan) }
}
