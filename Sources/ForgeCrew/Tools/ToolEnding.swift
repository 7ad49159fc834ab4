// How a role hands its work in: one small typed thing, which is all that the next role is given. What is written in it is a proposal and a
// claim; code decides and looks.

package import ForgeCore

package enum PlanStepKind: String, Hashable, Sendable, CaseIterable {
    case backend, frontend, migration, dependency, tests, documentation
}

package struct PlanStep: Hashable, Sendable {
    package var kind: PlanStepKind
    package var what: String
    package var files: [RepositoryPath]

    package init(kind: PlanStepKind, what: String, files: [RepositoryPath]) {
        self.kind = kind
        self.what = what
        self.files = files
    }
}

package struct SubmittedPlan: Hashable, Sendable {
    package var goal: String
    package var rootCause: String
    package var steps: [PlanStep]
    /// What has to be tested, each in a sentence.
    package var tests: [String]
    package var risks: [String]

    package init(goal: String, rootCause: String, steps: [PlanStep], tests: [String], risks: [String]) {
        self.goal = goal
        self.rootCause = rootCause
        self.steps = steps
        self.tests = tests
        self.risks = risks
    }
}

package struct SubmittedWork: Hashable, Sendable {
    package var summary: String
    /// Of the plan, from 1.
    package var stepsDone: [Int]
    package var left: [String]

    package init(summary: String, stepsDone: [Int], left: [String]) {
        self.summary = summary
        self.stepsDone = stepsDone
        self.left = left
    }
}

package struct SubmittedVerdict: Hashable, Sendable {
    package enum Decision: String, Hashable, Sendable, CaseIterable { case accept, reject, unclear }

    package struct Problem: Hashable, Sendable {
        package var what: String
        package var path: RepositoryPath?
        package var line: Int?

        package init(what: String, path: RepositoryPath? = nil, line: Int? = nil) {
            self.what = what
            self.path = path
            self.line = line
        }
    }

    package var decision: Decision
    package var why: String
    package var problems: [Problem]

    package init(decision: Decision, why: String, problems: [Problem]) {
        self.decision = decision
        self.why = why
        self.problems = problems
    }
}

package struct GivenUp: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        case unclear
        case notReproducible = "not_reproducible"
        case outOfScope = "out_of_scope"
        case blocked
    }

    package var reason: Reason
    package var why: String
    /// What was tried, for whoever goes on.
    package var tried: [String]

    package init(reason: Reason, why: String, tried: [String]) {
        self.reason = reason
        self.why = why
        self.tried = tried
    }
}

package enum ToolEnding: Hashable, Sendable {
    case plan(SubmittedPlan)
    case work(SubmittedWork)
    case verdict(SubmittedVerdict)
    case gaveUp(GivenUp)

    package var tool: ToolName {
        switch self {
        case .plan: .submitPlan
        case .work: .submitWork
        case .verdict: .submitVerdict
        case .gaveUp: .giveUp
        }
    }
}

// MARK: - As JSON: the arguments of the tool that hands it in

extension ToolEnding {
    package var json: JSON {
        switch self {
        case .plan(let plan):
            [
                "goal": .string(plan.goal), "root_cause": .string(plan.rootCause), "steps": .array(plan.steps.map(\.json)),
                "tests": Self.texts(plan.tests), "risks": Self.texts(plan.risks),
            ]
        case .work(let work):
            [
                "summary": .string(work.summary), "steps_done": .array(work.stepsDone.map { JSON($0) }), "left": Self.texts(work.left),
            ]
        case .verdict(let verdict):
            [
                "decision": .string(verdict.decision.rawValue), "why": .string(verdict.why),
                "problems": .array(verdict.problems.map(\.json)),
            ]
        case .gaveUp(let given):
            ["reason": .string(given.reason.rawValue), "why": .string(given.why), "tried": Self.texts(given.tried)]
        }
    }

    private static func texts(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
}

extension PlanStep {
    fileprivate var json: JSON {
        ["kind": .string(kind.rawValue), "what": .string(what), "files": .array(files.map { .string($0.text) })]
    }
}

extension SubmittedVerdict.Problem {
    fileprivate var json: JSON {
        JSON.object([.init("what", .string(what)), .init("path", JSON(path?.text)), .init("line", JSON(line))]).withoutNulls
    }
}
