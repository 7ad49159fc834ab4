// Which command runs the tests of a tree: a table of little trees, each with the command that comes first, where, and what makes it ready.

import ForgeCore
import ForgeCrew
import Testing

/// A tree and what is wanted of it.
struct DetectionCase: Sendable, CustomTestStringConvertible {
    var name: String
    var files: [String: String]
    var near: [String] = []
    /// Nil when there is no way to run tests.
    var command: String?
    var folder = ""
    var setup: String?
    var row: String?
    var format: TestFormat?

    var testDescription: String { name }
}

@Suite struct TestDetectionTests {
    private static func tree(_ files: [String: String]) -> TestTree {
        let texts = Dictionary(files.map { (RepositoryPath($0.key), Array($0.value.utf8)) }) { first, _ in first }
        let paths = texts.keys.sorted()
        let wanted = Set(TestTree.wanted(of: paths))
        // Only what it asks for is handed to it.
        return TestTree(paths, texts: texts.filter { wanted.contains($0.key) })
    }

    private static func candidates(_ files: [String: String], near: [String] = [], _ configuration: TestConfiguration = .init())
        -> [TestCandidate]
    {
        TestDetection.candidates(tree(files), near: near.map { RepositoryPath($0) }, configuration: configuration)
    }

    @Test func `there are sixty trees and more`() { #expect(detectionCases.count >= 60) }

    @Test(arguments: detectionCases) func `a tree's tests are found`(wanted: DetectionCase) {
        let found = Self.candidates(wanted.files, near: wanted.near)
        #expect(found.first?.command == wanted.command, "\(found.map(\.command))")
        guard let first = found.first else { return }
        #expect(first.folder?.text ?? "" == wanted.folder)
        #expect(!first.why.isEmpty)
        if let setup = wanted.setup { #expect(first.setup == setup) }
        if let row = wanted.row { #expect(first.row == row) }
        if let format = wanted.format { #expect(first.format == format) }
        #expect(TestTable.rows.contains { $0.id == first.row })
    }

    @Test func `every row is shown by a tree`() {
        let shown = Set(detectionCases.flatMap { Self.candidates($0.files, near: $0.near).map(\.row) })
        #expect(Set(TestTable.rows.map(\.id)).subtracting(shown).isEmpty)
    }

    @Test func `what .forge.yml says comes first, and its runner is asked for results`() throws {
        let files = ["package.json": #"{"scripts": {"test": "jest"}}"#, "package-lock.json": "{}", "Makefile": "test:\n\tnpm test\n"]
        let configured = Self.candidates(files, .init(test: "python3 -m pytest", setup: "make deps"))
        #expect(configured[0].row == "configured" && configured[0].format == .junit && configured[0].setup == "make deps")
        #expect(configured[0].measured.contains("--junitxml=\"$FORGE_REPORT\""))
        #expect(configured.dropFirst().map(\.command) == ["npm test", "make test"])
        #expect(configured.dropFirst().allSatisfy { $0.setup == "make deps" })
        // The same command as detected is asked in the same way, and listed once.
        let same = Self.candidates(files, .init(test: " npm test "))
        #expect(same.map(\.command) == ["npm test", "make test"] && same[0].row == "configured" && same[0].format == .jest)
        #expect(same[0].setup == "npm ci")
        // What is not understood is run as it stands.
        let own = Self.candidates(files, .init(test: "./ci/test.sh | tee log"))
        #expect(own[0].measured == "./ci/test.sh | tee log" && own[0].format == nil && own[0].one == nil)
    }

    @Test func `a file that is too large or no JSON is only not read`() {
        let files = [
            "package.json": "{\"scripts\": {\"test\": ", "pyproject.toml": String(repeating: "[a]\n", count: 100_000),
            "Makefile": "test:\n",
        ]
        #expect(Self.candidates(files).map(\.command) == ["make test"])
    }

    @Test func `a tree of fifty thousand files and a thousand projects is looked through in seconds`() {
        var files: [String: String] = [:]
        for number in 0..<1_000 {
            files["group\(number % 30)/part\(number)/package.json"] = #"{"scripts": {"test": "jest"}}"#
            for file in 0..<48 { files["group\(number % 30)/part\(number)/src/file\(file).js"] = "" }
        }
        files["package.json"] = #"{"workspaces": ["*/*"], "scripts": {"test": "jest"}}"#
        let started = ContinuousClock.now
        let found = Self.candidates(files)
        #expect(ContinuousClock.now - started < .seconds(20))
        #expect(found.first?.command == "npm test" && found.first?.folder == nil && found.count == TestDetection.candidatesMax)
    }

    @Test func `hostile manifests cost no more than their length`() {
        let long = String(repeating: "a", count: 100_000)
        let started = ContinuousClock.now
        for name in [
            "pyproject.toml", "setup.cfg", "Makefile", "Cargo.toml", "build.zig", "CMakeLists.txt", "Gemfile", "package.json", "justfile",
        ] {
            for text in [
                long, long.replacing("a", with: "["), long.replacing("a", with: ":"), long.replacing("a", with: "\"\"\""), "[" + long,
                long.replacing("aa", with: "\n\""),
            ] {
                _ = Self.candidates([name: String(text.prefix(100_000)), "tests/test_a.py": ""])
            }
        }
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    // MARK: What is run

    @Test func `a test's name is one word of the shell, whatever stands in it`() throws {
        let candidate = TestCandidate(
            row: "pytest", command: "pytest", measured: "pytest -v", collect: "cat \"$FORGE_REPORT\"*", one: "pytest {name}",
            programs: [".venv/bin"],
            why: "", score: 1)
        let test = TestCase("tests/a.py::test['; rm -rf / #]", .failed)
        let script = try #require(TestScript.text(candidate, only: test, mark: "0a1b"))
        #expect(script.contains("\npytest 'tests/a.py::test['\\''; rm -rf / #]'\n"))
        #expect(script.contains("[ -d .venv/bin ] && PATH=\"$PWD/.venv/bin:$PATH\""))
        #expect(TestScript.text(candidate, only: TestCase("-x", .failed), mark: "0a1b") == nil)
        #expect(TestScript.text(candidate, only: TestCase("cut off…", .failed), mark: "0a1b") == nil)
    }

    @Test func `each runner is asked for one test in its own words`() throws {
        func one(_ command: String, _ test: TestCase) -> String? {
            let candidate = Self.candidates(["x": ""], .init(test: command)).first
            return candidate.flatMap { TestScript.text($0, only: test, mark: "0") }?.components(separated: "(\n")[1].components(
                separated: "\n)")[0]
        }
        #expect(one("go test ./...", TestCase("example.com/a.TestB/c_d", .failed)) == "go test -json -run '^TestB$/^c_d$' 'example.com/a'")
        #expect(one("cargo test", TestCase("src/lib.rs > tests::a", .failed)) == "cargo test --no-fail-fast -- --exact 'tests::a'")
        #expect(
            one("python3 -m unittest discover", TestCase("tests.a.B.test_c", .failed))
                == "python3 -m unittest discover -v -k 'tests.a.B.test_c'")
        #expect(
            one("npx jest", TestCase("a.test.js > cart > adds (1)", file: "a.test.js", .failed))
                == "npx jest --ci --json --outputFile=\"$FORGE_REPORT\" --testNamePattern='^cart adds \\(1\\)$' 'a.test.js'")
        #expect(
            one("swift test", TestCase("ShopTests.Cart/adds()", .failed))
                == "swift test --xunit-output \"$FORGE_REPORT\" --filter 'ShopTests\\.Cart/adds\\(\\)'")
        #expect(
            one("./gradlew test", TestCase("com.acme.CartTest.adds()", .failed))?.hasSuffix("--tests 'com.acme.CartTest'.'adds'") == true)
        // Behind a path that it names already, a name would add to what is run.
        #expect(one("pytest tests", TestCase("tests/a.py::b", .failed)) == nil)
    }

    @Test func `the report is what follows the last mark, not one that a test printed`() {
        let candidate = TestCandidate(row: "x", command: "x", format: .junit, collect: "cat", why: "", score: 1)
        let printed = "a\nforge-report-begins-7\n<testsuite/>\nb\nforge-report-begins-7\n<testsuite><testcase name=\"real\"/></testsuite>"
        let output = TestScript.output(Array(printed.utf8), of: candidate, mark: "7", isCut: false, folders: [])
        #expect(output.outcomes(.junit).cases.map(\.name) == ["real"])
        #expect(TestScript.output(Array("a".utf8), of: candidate, mark: "7", isCut: false, folders: []).report == nil)
    }
}

extension String {
    fileprivate func components(separated separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
