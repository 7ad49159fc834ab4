// What a change does to the steps that judge it: tests no longer run, rules of linters switched off, a stranger's code run with the project's
// rights.

internal import ForgeCore

enum PipelineChecks {
    private static let commands = [
        "pytest", "npm test", "npm run test", "npm run lint", "npm t ", "yarn test", "yarn lint", "pnpm test", "pnpm lint", "go test",
        "go vet", "swift test",
        "cargo test", "cargo clippy", "mvn test", "mvn verify", "gradlew test", "gradlew check", "rspec", "rake test", "make test",
        "make check", "make lint",
        "eslint", "flake8", "ruff check", "mypy", "swiftlint", "golangci-lint", "vitest", "tox", "ctest", "unittest", "rubocop", "phpunit",
        "dotnet test",
        "npm audit", "swift format lint", "jest",
    ]

    /// A command that judged the code is gone from a step, and none of its kind comes instead.
    static let removedSteps: ChangeCheck = { view in
        let pipelines = view.files.filter { $0.traits.isPipeline && $0.old.lines.count < linesMax && $0.new.lines.count < linesMax }
        let added = pipelines.flatMap { file in
            file.new.lines.indices.filter { file.new.lines[$0].isChanged }.flatMap { called(file.new.code($0, keepingStrings: true)) }
        }
        // The step may have moved to a script or an action that this change brings.
        let brings = view.files.contains { $0.isAdded && ($0.traits.isPipeline || $0.language == .shell) }
        guard !brings else { return [] }
        return pipelines.filter { !$0.isDeleted && !$0.traits.isVendored && $0.change.kind != .renamed }.flatMap { file -> [ChangeHit] in
            // As many commands came as went: they were rearranged.
            guard added.count < removedCount(file) else { return [] }
            return file.old.lines.indices.compactMap { index in
                guard file.old.lines[index].isChanged, isStep(file, index),
                    let command = called(file.old.code(index, keepingStrings: true)).first, !added.contains(command),
                    !isStillThere(command, file)
                else { return nil }
                let message = "The step that ran `\(command.trimmingBlanks)` is removed, and nothing in this change runs it instead."
                return file.hit(file.newLine(near: index).map { $0...$0 }, message: message)
            }
        }
    }

    /// A pipeline longer than this is none that a person wrote.
    private static let linesMax = 5_000

    private static func removedCount(_ file: ChangedFile) -> Int {
        file.old.lines.indices.count { file.old.lines[$0].isChanged && !called(file.old.code($0, keepingStrings: true)).isEmpty }
    }

    private static func called(_ line: ArraySlice<UInt8>) -> [String] {
        guard line.count < 2_000 else { return [] }
        return commands.filter { command in
            guard let at = line.first(command) else { return false }
            let end = at + command.utf8.count
            let isStart = at == line.startIndex || " \t\"'(&;|`".utf8.contains(line[at - 1])
            return isStart
                && (end == line.endIndex
                    || !(Byte.isName(line[end]) || line[end] == Byte.minus || line[end] == Byte.colon || line[end] == Byte.equals))
        }
    }

    /// A command, not the name of a package or of a step.
    private static func isStep(_ file: ChangedFile, _ index: Int) -> Bool {
        let text = file.old.text(index).trimmed
        if file.path.nameText == "package.json" { return text.hasAny(["\"test\"", "\"lint\"", "\"check\"", "\"test:"]) }
        if file.path.nameText == "tox.ini" || file.path.nameText == "Makefile" {
            return file.old.text(index).indentation > 0 && !text.has("==") && !text.has(">=")
        }
        if text.starts("name:") || text.starts("- name:") || text.has("install ") || text.has("uses:") || text.starts("#")
            || text.starts("- id:") || text.starts("- repo:")
        {
            return false
        }
        return true
    }

    private static func isStillThere(_ command: String, _ file: ChangedFile) -> Bool {
        file.new.lines.indices.contains { called(file.new.code($0, keepingStrings: true)).contains(command) }
    }

    /// A rule that was an error and now is off, in a linter's settings.
    static let rulesTurnedOff: ChangeCheck = { view in
        view.files.filter { isLinterSetting($0) }.flatMap { file in
            file.runs.flatMap { run -> [ChangeHit] in
                run.removed.compactMap { removed in
                    guard let name = ruleName(file.old.text(removed)), isSevere(file.old.text(removed)) else { return nil }
                    guard let added = run.added.first(where: { ruleName(file.new.text($0)) == name }), !isSevere(file.new.text(added))
                    else { return nil }
                    guard isOff(file.new.text(added)) else { return nil }
                    let line = file.new.lines[added].number
                    return file.hit(line...line, message: "The linter's rule `\(name)` was an error and now is not.")
                }
            }
        }
    }

    private static func isLinterSetting(_ file: ChangedFile) -> Bool {
        let name = file.path.nameText
        return [
            "eslint", "swiftlint", "rubocop", "tsconfig", "golangci", "stylelint", "pylintrc", "ruff", "mypy", "detekt", "checkstyle",
            "biome",
        ].contains { name.has($0) }
            || ["pyproject.toml", "setup.cfg", "tox.ini"].contains(name)
    }

    private static func ruleName(_ line: ArraySlice<UInt8>) -> String? {
        let text = line.trimmed
        guard let end = text.firstIndex(where: { $0 == Byte.colon || $0 == Byte.equals }) else { return nil }
        let name = text[..<end].trimmed.filter { $0 != Byte.doubleQuote && $0 != Byte.singleQuote }
        return name.isEmpty || name.count > 80 ? nil : String(decoding: name, as: UTF8.self)
    }

    private static func value(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let text = line.trimmed
        return text.firstIndex(where: { $0 == Byte.colon || $0 == Byte.equals }).map { text[($0 + 1)...].trimmed } ?? text
    }

    private static func isSevere(_ line: ArraySlice<UInt8>) -> Bool {
        let value = value(line)
        if isStrictness(line) { return value.starts("true") || value.starts("True") }
        return value.hasAnyWord(["error"]) || value.starts("2") || value.starts("[2")
    }

    private static func isOff(_ line: ArraySlice<UInt8>) -> Bool {
        let value = value(line)
        if isStrictness(line) { return value.starts("false") || value.starts("False") }
        return value.hasAnyWord(["off", "warn"]) || value.starts("0") || value.starts("[0") || value.starts("1")
    }

    /// Switches of type checkers that are strict when true.
    private static func isStrictness(_ line: ArraySlice<UInt8>) -> Bool {
        guard let name = ruleName(line) else { return false }
        return name.hasPrefix("strict") || name.hasPrefix("noImplicit") || name.hasPrefix("noUnused") || name.hasPrefix("disallow_")
            || name.hasPrefix("warn_")
            || name.hasPrefix("noUnchecked") || name == "check_untyped_defs"
    }

    /// `pull_request_target` runs with the secrets of the project; the head of the request is a stranger's.
    static let strangersCode: ChangeCheck = { view in
        view.files.filter { $0.traits.isWorkflow && !$0.isDeleted }.compactMap { file in
            let lines = file.new.lines.indices.filter { !file.new.isAll(.comment, $0) }
            guard let trigger = lines.first(where: { isTrigger(file.new.text($0)) }),
                let checkout = lines.first(where: { checksOutHead(file.new.text($0)) })
            else {
                return nil
            }
            guard let changed = [checkout, trigger].first(where: { file.new.lines[$0].isChanged }) else { return nil }
            let number = file.new.lines[changed].number
            return file.hit(number...number)
        }
    }

    private static func isTrigger(_ line: ArraySlice<UInt8>) -> Bool {
        line.hasWord("pull_request_target") && !line.has("==") && !line.has("!=")
    }

    private static func checksOutHead(_ line: ArraySlice<UInt8>) -> Bool {
        if line.has("gh pr checkout") { return true }
        guard line.trimmed.starts("ref:") || line.trimmed.starts("repository:") || line.has("git fetch") || line.has("git checkout") else {
            return false
        }
        return line.hasAny(["pull_request.head.sha", "pull_request.head.ref", "github.head_ref", "refs/pull/", "pull_request.head.repo"])
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmingBlanks: String { Array(utf8)[...].trimmed.string }
}
