// How a runner is asked to tell each test's outcome, by the command that calls it: the last one of a line, since only that takes arguments
// put behind the line. A command that is not understood is run as it stands.

struct RunnerFlags: Hashable {
    var measured: String
    var format: TestFormat?
    var collect: String?
    var one: String?

    static let report = "\"$FORGE_REPORT\""
    static let printReport = "cat \"$FORGE_REPORT\"*"

    /// Nil when nothing is known of it.
    static func of(_ command: String) -> RunnerFlags? {
        let line = command.trimmingBlanks
        guard !line.contains("\n"), let last = lastCommand(line) else { return nil }
        let words = last.split(separator: " ").map(String.init)
        guard let runner = Runner.of(words) else { return nil }
        return runner.flags(line, last)
    }

    /// What stands behind the last `&&`; nil when the line goes on in another way.
    private static func lastCommand(_ line: String) -> String? {
        let last = line.split(separator: "&&").last.map { String($0).trimmingBlanks } ?? ""
        return last.isEmpty || last.contains(where: { ";|&<>`()#".contains($0) }) || last.contains("$(") ? nil : last
    }
}

/// A program that runs tests and can be asked for results.
enum Runner: String, CaseIterable {
    case pytest, unittest, django, cargo, go, swift, jest, vitest, mocha, ava, nodeTap = "tap", tape, node, bun, deno, rspec, phpunit, pest,
        maven
    case gradle, ctest, mix, dotnet, prove, bats, meson, bazel

    /// By the words of a command, past what only prepares it.
    static func of(_ words: [String]) -> Runner? {
        var words = words[...]
        while let first = words.first {
            if first.contains("="), !first.hasPrefix("-") {
                words.removeFirst()
            } else if ["env", "cross-env", "npx", "exec", "time", "bunx", "nice"].contains(first) {
                words.removeFirst()
            } else if ["poetry", "uv", "pdm", "pipenv", "hatch", "rye"].contains(first), words.dropFirst().first == "run" {
                words.removeFirst(2)
            } else if ["bundle", "pnpm", "yarn"].contains(first), words.dropFirst().first == "exec" {
                words.removeFirst(2)
            } else if first.hasPrefix("-"), !first.hasPrefix("-m") {
                words.removeFirst()
            } else {
                break
            }
        }
        guard let first = words.first else { return nil }
        let name = String(first.split(separator: "/").last ?? "")
        return named(name, Array(words.dropFirst()))
    }

    private static func named(_ name: String, _ rest: [String]) -> Runner? {
        switch name {
        case "pytest", "py.test": return .pytest
        case "python", "python3": return python(rest)
        case "jest", "jest.js": return .jest
        case "vitest", "vitest.mjs": return .vitest
        case "mocha", "_mocha", "mocha.js": return .mocha
        case "ava": return .ava
        case "tap": return .nodeTap
        case "tape": return .tape
        case "node":
            if rest.contains("--test") { return .node }
            return rest.first { !$0.hasPrefix("-") }.flatMap { $0.hasSuffix("jest.js") || $0.hasSuffix(".bin/jest") ? .jest : nil }
        case "rspec": return .rspec
        case "phpunit": return .phpunit
        case "pest": return .pest
        case "mvn", "mvnw":
            return rest.contains { ["test", "verify", "integration-test", "install", "package"].contains($0) } ? .maven : nil
        case "gradle", "gradlew":
            return rest.contains { $0 == "test" || $0 == "check" || $0 == "build" || $0.hasSuffix(":test") } ? .gradle : nil
        case "ctest": return .ctest
        case "prove": return .prove
        case "bats": return .bats
        case "react-scripts", "craco": return rest.first == "test" ? .jest : nil
        case "manage.py": return rest.first == "test" ? .django : nil
        case "cargo", "go", "swift", "bun", "deno", "mix", "dotnet", "meson", "bazel", "bazelisk":
            guard rest.first(where: { !$0.hasPrefix("-") && !$0.hasPrefix("+") }) == "test" else { return nil }
            return name == "bazelisk" ? .bazel : Runner(rawValue: name)
        default: return nil
        }
    }

    private static func python(_ rest: [String]) -> Runner? {
        guard let first = rest.first(where: { $0 == "-m" || !$0.hasPrefix("-") }) else { return nil }
        guard first == "-m" else { return first.hasSuffix("manage.py") && rest.contains("test") ? .django : nil }
        switch rest.drop(while: { $0 != "-m" }).dropFirst().first {
        case "pytest": return .pytest
        case "unittest": return .unittest
        default: return nil
        }
    }

    /// `line` ends with `command`.
    func flags(_ line: String, _ command: String) -> RunnerFlags? {
        switch self {
        case .pytest:
            let ask = "\(line) -rA --continue-on-collection-errors -o junit_family=xunit1 --junitxml=\(RunnerFlags.report)"
            return reported(.junit, ask, one: Self.isPlain(command, past: "pytest") ? "\(ask) {name}" : nil)
        case .unittest: return RunnerFlags(measured: "\(line) -v", format: .unittest, one: "\(line) -v -k {name}")
        case .django: return RunnerFlags(measured: "\(line) -v 2", format: .unittest, one: "\(line) -v 2 -k {name}")
        case .cargo:
            guard !line.contains(" -- ") else { return RunnerFlags(measured: line, format: .cargo) }
            return RunnerFlags(
                measured: "\(line) --no-fail-fast", format: .cargo, one: "\(line) --no-fail-fast -- --exact {title}")
        case .go:
            let ask = line.replacing("go test", with: "go test -json")
            return RunnerFlags(measured: ask, format: .goEvents, one: "go test -json -run {run} {package}")
        case .swift:
            let ask = "\(line) --xunit-output \(RunnerFlags.report)"
            return RunnerFlags(measured: ask, format: .swift, collect: RunnerFlags.printReport, one: "\(ask) --filter {pattern}")
        case .jest:
            let once = command.contains("react-scripts") || command.contains("craco") ? " --watchAll=false" : ""
            let ask = "\(line)\(once) --ci --json --outputFile=\(RunnerFlags.report)"
            return reported(.jest, ask, one: "\(ask) --testNamePattern={titles} {file}")
        case .vitest:
            let ask = "\(line) --run --reporter=json --outputFile=\(RunnerFlags.report)"
            return reported(.jest, ask, one: "\(ask) --testNamePattern={titles} {file}")
        case .bun:
            let ask = "\(line) --reporter=junit --reporter-outfile=\(RunnerFlags.report)"
            return reported(.junit, ask, one: nil)
        case .deno: return reported(.junit, "\(line) --junit-path=\(RunnerFlags.report)", one: nil)
        case .rspec:
            let ask = "\(line) --format progress --format json --out \(RunnerFlags.report)"
            return reported(.rspec, ask, one: "\(ask) {file}")
        case .phpunit, .pest:
            let ask = "\(line) --log-junit \(RunnerFlags.report)"
            return reported(.junit, ask, one: "\(ask) --filter {method}")
        case .maven: return maven(line)
        case .gradle: return gradle(line)
        default: return printed(line)
        }
    }

    /// Those whose results are in what they print.
    private func printed(_ line: String) -> RunnerFlags? {
        switch self {
        case .mocha: RunnerFlags(measured: "\(line) --reporter tap", format: .tap, one: "\(line) --reporter tap --grep {titles}")
        case .ava: RunnerFlags(measured: "\(line) --tap", format: .tap)
        case .nodeTap: RunnerFlags(measured: "\(line) --reporter=tap", format: .tap)
        case .tape: RunnerFlags(measured: line, format: .tap)
        case .node:
            RunnerFlags(
                measured: line.replacing("--test ", with: "--test --test-reporter=tap ", maxReplacements: 1).appending(tapTo: line),
                format: .tap)
        case .ctest: RunnerFlags(measured: "\(line) --output-on-failure", format: .ctest, one: "\(line) --output-on-failure -R ^{pattern}$")
        case .mix: RunnerFlags(measured: "\(line) --trace", format: .mix)
        case .dotnet:
            RunnerFlags(
                measured: "\(line) --logger \"console;verbosity=normal\"", format: .dotnet,
                one: "\(line) --logger \"console;verbosity=normal\" --filter FullyQualifiedName~{type}")
        case .prove: RunnerFlags(measured: "\(line) -v", format: .tap)
        case .bats: RunnerFlags(measured: "\(line) --tap", format: .tap)
        case .meson: RunnerFlags(measured: "\(line) --print-errorlogs", format: .meson, one: "\(line) --print-errorlogs {title}")
        case .bazel: RunnerFlags(measured: "\(line) --keep_going", format: .bazel, one: "bazel test {name}")
        default: nil
        }
    }

    private func reported(_ format: TestFormat, _ ask: String, one: String?) -> RunnerFlags {
        RunnerFlags(measured: ask, format: format, collect: RunnerFlags.printReport, one: one)
    }

    private func maven(_ line: String) -> RunnerFlags {
        let found = "find . -path '*/target/*-reports/TEST-*.xml'"
        let once = "-DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false"
        return RunnerFlags(
            measured: "\(found) -exec rm -f {} +; \(line) -B -fae", format: .junit, collect: "\(found) -exec cat {} +",
            one: "\(found) -exec rm -f {} +; \(line) -B -fae \(once) -Dtest={type}'#'{method}")
    }

    private func gradle(_ line: String) -> RunnerFlags {
        let found = "find . -path '*/build/test-results/*/TEST-*.xml'"
        return RunnerFlags(
            measured: "\(found) -exec rm -f {} +; \(line) --continue", format: .junit, collect: "\(found) -exec cat {} +",
            one: "\(found) -exec rm -f {} +; \(line) --tests {type}.{method}")
    }

    /// Whether it names nothing to run behind the runner, so that a test's name chooses instead of adding.
    private static func isPlain(_ command: String, past runner: String) -> Bool {
        guard let place = command.firstRange(of: runner) else { return false }
        return command[place.upperBound...].split(separator: " ").allSatisfy { $0.hasPrefix("-") }
    }
}

extension String {
    /// `node --test` with nothing behind it.
    fileprivate func appending(tapTo line: String) -> String { line.hasSuffix("--test") ? self + " --test-reporter=tap" : self }
}
