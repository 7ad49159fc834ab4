// What a call asks for, once its arguments were found right: the one thing that is judged, carried out and told. It must never be made of
// arguments that were not checked.

package import ForgeCore

package enum ToolAction: Hashable, Sendable {
    /// Lines from 1; to the end without `to`.
    case readFile(RepositoryPath, from: Int, to: Int?)
    case listFiles(RepositoryPath?, depth: Int, includesIgnored: Bool)
    case search(WorkSearch)
    case findSymbol(String, beneath: RepositoryPath?)
    case outline(RepositoryPath)
    case editFile(RepositoryPath, TextEdit)
    case applyPatch(PatchEnvelope)
    case createFile(RepositoryPath, text: String)
    case deleteFile(RepositoryPath)
    case moveFile(RepositoryPath, to: RepositoryPath)
    case runCommand(String, folder: RepositoryPath?, timeout: Duration)
    /// Nil is all of them.
    case runTests(String?)
    case gitDiff(RepositoryPath?)
    case gitLog(RepositoryPath?, countMax: Int)
    case gitBlame(RepositoryPath, lines: ClosedRange<Int>)
    case showTicket
    case note(String)
    case end(ToolEnding)

    /// Paths that it changes.
    package var changedPaths: [RepositoryPath] {
        switch self {
        case .editFile(let path, _), .createFile(let path, _), .deleteFile(let path): [path]
        case .moveFile(let path, let other): [path, other]
        case .applyPatch(let patch): patch.paths
        default: []
        }
    }
}

extension ToolAction {
    /// Refuses what the role was not given, too.
    package static func decode(_ call: ToolCall, for role: ToolRole) throws(ToolProblem) -> (ToolName, ToolAction) {
        guard let name = ToolName(rawValue: call.name), role.mayUse(name) else { throw unknown(call.name, role) }
        let arguments = try ToolArguments(try json(of: call), name.specification.fields)
        return (name, try decode(name, arguments))
    }

    private static func unknown(_ name: String, _ role: ToolRole) -> ToolProblem {
        let names = role.tools.map(\.rawValue)
        let nearest = Nearest.name(to: name, in: names).map { " Did you mean \($0)?" } ?? ""
        return ToolProblem(
            "there is no tool '\(ShownText.line(String(name.prefix(60))))' here; there are \(names.joined(separator: ", ")).\(nearest)")
    }

    private static func json(of call: ToolCall) throws(ToolProblem) -> JSON {
        if let arguments = call.arguments { return arguments }
        do throws(JSONError) {
            _ = try JSONParser.parse(call.argumentsText)
        } catch {
            throw ToolProblem("the arguments are no JSON: \(error). Nothing was done.")
        }
        throw ToolProblem("the arguments are no JSON object. Nothing was done.")
    }

    private static func decode(_ name: ToolName, _ given: ToolArguments) throws(ToolProblem) -> ToolAction {
        switch name {
        case .readFile, .listFiles, .search, .findSymbol, .outline: try looking(name, given)
        case .editFile, .applyPatch, .createFile, .deleteFile, .moveFile: try changing(name, given)
        case .gitDiff, .gitLog, .gitBlame: try history(name, given)
        case .runCommand:
            .runCommand(
                given.required("command"), folder: given.path("folder"), timeout: .seconds(given.integer("timeout_seconds") ?? 120))
        case .runTests: .runTests(given.text("test"))
        case .showTicket: .showTicket
        case .note: .note(given.required("text"))
        case .submitPlan, .submitWork, .submitVerdict, .giveUp: .end(try ending(name, given))
        }
    }

    private static func looking(_ name: ToolName, _ given: ToolArguments) throws(ToolProblem) -> ToolAction {
        switch name {
        case .listFiles:
            return .listFiles(given.path("folder"), depth: given.integer("depth") ?? 2, includesIgnored: given.flag("include_ignored"))
        case .search:
            let search = WorkSearch(
                pattern: given.required("pattern"), isLiteral: given.flag("literal"), ignoresCase: given.flag("ignore_case"),
                beneath: given.path("path"), globs: given.texts("globs"), matchesMax: given.integer("matches_max") ?? 100,
                includesIgnored: given.flag("include_ignored"))
            return .search(search)
        case .findSymbol: return .findSymbol(given.required("name"), beneath: given.path("path"))
        case .outline: return .outline(given.requiredPath("path"))
        default:
            let (from, to) = (given.integer("from_line") ?? 1, given.integer("to_line"))
            try checkOrder(from, to)
            return .readFile(given.requiredPath("path"), from: from, to: to)
        }
    }

    private static func changing(_ name: ToolName, _ given: ToolArguments) throws(ToolProblem) -> ToolAction {
        switch name {
        case .applyPatch: return .applyPatch(try PatchEnvelope.parse(given.required("patch")))
        case .createFile: return .createFile(given.requiredPath("path"), text: given.required("text"))
        case .deleteFile: return .deleteFile(given.requiredPath("path"))
        case .moveFile:
            let (path, other) = (given.requiredPath("path"), given.requiredPath("to"))
            guard path != other else { throw ToolProblem("\"path\" and \"to\" are the same: nothing would move.") }
            return .moveFile(path, to: other)
        default:
            let edit = TextEdit(
                old: given.required("old_text"), new: given.required("new_text"), isEverywhere: given.flag("replace_all"))
            return .editFile(given.requiredPath("path"), edit)
        }
    }

    private static func history(_ name: ToolName, _ given: ToolArguments) throws(ToolProblem) -> ToolAction {
        switch name {
        case .gitLog: return .gitLog(given.path("path"), countMax: given.integer("count_max") ?? 10)
        case .gitBlame:
            let from = given.integer("from_line") ?? 1
            let to = given.integer("to_line") ?? from + 49
            try checkOrder(from, to)
            guard to - from < ToolSpecification.blameLinesMax else {
                throw ToolProblem("git_blame shows at most \(ToolSpecification.blameLinesMax) lines at once; ask for fewer.")
            }
            return .gitBlame(given.requiredPath("path"), lines: from...to)
        default: return .gitDiff(given.path("path"))
        }
    }

    private static func checkOrder(_ from: Int, _ to: Int?) throws(ToolProblem) {
        guard let to, to < from else { return }
        throw ToolProblem("\"to_line\" is \(to), which is before \"from_line\" (\(from)): no line is between them.")
    }
}

// MARK: - Endings

extension ToolAction {
    private static func ending(_ name: ToolName, _ given: ToolArguments) throws(ToolProblem) -> ToolEnding {
        switch name {
        case .submitPlan: return .plan(try plan(given))
        case .submitVerdict: return .verdict(try verdict(given))
        case .giveUp:
            let reason = GivenUp.Reason(rawValue: given.required("reason")) ?? .unclear
            return .gaveUp(GivenUp(reason: reason, why: given.required("why"), tried: given.texts("tried")))
        default:
            return .work(
                SubmittedWork(
                    summary: given.required("summary"), stepsDone: given.integers("steps_done"), left: given.texts("left")))
        }
    }

    private static func plan(_ given: ToolArguments) throws(ToolProblem) -> SubmittedPlan {
        let steps = try given.records("steps").map { step throws(ToolProblem) in
            PlanStep(
                kind: PlanStepKind(rawValue: step.required("kind")) ?? .backend, what: step.required("what"),
                files: try step.texts("files").map { text throws(ToolProblem) in try ToolPath.read(text) })
        }
        guard !steps.isEmpty else {
            throw ToolProblem("\"steps\" is empty: a plan has a step at least; to stop without one there is give_up.")
        }
        return SubmittedPlan(
            goal: given.required("goal"), rootCause: given.required("root_cause"), steps: steps, tests: given.texts("tests"),
            risks: given.texts("risks"))
    }

    private static func verdict(_ given: ToolArguments) throws(ToolProblem) -> SubmittedVerdict {
        let decision = SubmittedVerdict.Decision(rawValue: given.required("decision")) ?? .unclear
        let problems = given.records("problems").map { problem in
            SubmittedVerdict.Problem(what: problem.required("what"), path: problem.path("path"), line: problem.integer("line"))
        }
        guard decision != .reject || !problems.isEmpty else {
            throw ToolProblem("\"problems\" is empty: a rejection names a problem at least, so that somebody can mend it.")
        }
        return SubmittedVerdict(decision: decision, why: given.required("why"), problems: problems)
    }
}
