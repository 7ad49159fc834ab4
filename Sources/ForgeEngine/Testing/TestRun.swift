// One run of tests in the sandbox: how it ended, and each test's outcome. What a step of a run stores of it holds names and bounded messages;
// the log is an artifact of its own.

package import ForgeCore
package import ForgeCrew

package struct TestRun: Hashable, Sendable {
    package var command: String
    package var ending: TestEnding
    /// Such as `exit code 1` or `signal 11`.
    package var exit: String
    package var outcomes: TestOutcomes
    package var milliseconds: Int
    /// What was printed; the middle is left out when it is long. Not part of what a step stores.
    package var log: [UInt8]

    package init(command: String, ending: TestEnding, exit: String, outcomes: TestOutcomes, milliseconds: Int, log: [UInt8] = []) {
        self.command = command
        self.ending = ending
        self.exit = exit
        self.outcomes = outcomes
        self.milliseconds = milliseconds
        self.log = log
    }

    /// It came to its end and said something of the tests, good or bad.
    package var isJudgement: Bool { ending == .passed || ending == .failed }

    /// Why it is no judgement, for people.
    package var problem: String? {
        switch ending {
        case .passed, .failed: nil
        case .empty: "'\(command)' ended well, and no test ran"
        case .broken: "'\(command)' ended with \(exit) and no test that failed: \(outcomes.doubts.first ?? "it stopped on the way")"
        case .crashed: "'\(command)' was ended by \(exit)"
        case .limited: "'\(command)' was stopped: \(exit)"
        case .missingProgram: "a program that '\(command)' needs is not there (\(exit))"
        }
    }
}

extension TestCase {
    fileprivate static let storedMessageBytesMax = 400

    package var json: JSON {
        var members: [JSON.Member] = [.init("name", .string(name)), .init("outcome", .string(outcome.rawValue))]
        if let file { members.append(.init("file", .string(file))) }
        if !message.isEmpty { members.append(.init("message", .string(message))) }
        return .object(members)
    }

    init?(json: JSON) {
        guard let name = json["name"]?.string, let outcome = json["outcome"]?.string.flatMap(TestOutcome.init(rawValue:)) else {
            return nil
        }
        self.init(name, file: json["file"]?.string, outcome, message: json["message"]?.string ?? "")
    }
}

extension TestOutcomes: StepResult {
    package var stepJSON: JSON {
        [
            "format": JSON(format?.rawValue), "names_passed": .bool(namesPassed), "doubts": .array(doubts.map(JSON.string)),
            "cases": .array(cases.map(\.stored.json)), "falls_short": .bool(fallsShort),
        ]
    }

    package init?(stepJSON: JSON) {
        guard let entries = stepJSON["cases"]?.array, let namesPassed = stepJSON["names_passed"]?.bool else { return nil }
        let cases = entries.compactMap(TestCase.init(json:))
        guard cases.count == entries.count else { return nil }
        self.init(
            format: stepJSON["format"]?.string.flatMap(TestFormat.init(rawValue:)), cases: cases, namesPassed: namesPassed,
            doubts: (stepJSON["doubts"]?.array ?? []).compactMap(\.string), fallsShort: stepJSON["falls_short"]?.bool ?? false)
    }
}

extension TestCase {
    fileprivate var stored: TestCase {
        var test = self
        guard message.utf8.count > Self.storedMessageBytesMax else { return test }
        test.message = String(decoding: Array(message.utf8).prefix(Self.storedMessageBytesMax), as: UTF8.self)
        return test
    }
}

extension TestRun: StepResult {
    package var stepJSON: JSON {
        [
            "command": .string(command), "ending": .string(ending.rawValue), "exit": .string(exit), "milliseconds": JSON(milliseconds),
            "outcomes": outcomes.stepJSON,
        ]
    }

    package init?(stepJSON: JSON) {
        guard let command = stepJSON["command"]?.string, let ending = stepJSON["ending"]?.string.flatMap(TestEnding.init(rawValue:)),
            let outcomes = stepJSON["outcomes"].flatMap(TestOutcomes.init(stepJSON:))
        else { return nil }
        self.init(
            command: command, ending: ending, exit: stepJSON["exit"]?.string ?? "", outcomes: outcomes,
            milliseconds: stepJSON["milliseconds"]?.integer.flatMap { Int(exactly: $0) } ?? 0)
    }
}
