// The other scripts of .ci/, on stand-ins for swift and make: what passes, what fails, and what their last line says.

import Testing

@Suite struct ToolchainScriptTests {
    private func run(swift body: String?) throws -> ScriptRoom.Outcome {
        try ScriptRoom.use { room in
            if let body { try room.stand(in: "swift", body) }
            return try room.run("toolchain")
        }
    }

    @Test(arguments: ["Swift version 6.2 (swift-6.2-RELEASE)", "Swift version 6.3.1 (x)", "Swift version 7.0", "Swift version 6.10-dev"])
    func `a toolchain that is new enough passes in silence`(version: String) throws {
        let outcome = try run(swift: "echo '\(version)'")
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
    }

    @Test(arguments: ["Swift version 6.1.2 (x)", "Swift version 5.10"])
    func `an older toolchain is named in one sentence`(version: String) throws {
        let outcome = try run(swift: "echo '\(version)'")
        #expect(outcome.status == 1)
        #expect(outcome.output.hasPrefix("forge: Swift 6.2 or newer is needed, and this is "))
    }

    @Test func `no toolchain, a broken one and another swift are told apart`() throws {
        #expect(try run(swift: nil).output.hasPrefix("forge: there is no swift on PATH. Install Swift 6.2 or newer"))
        #expect(try run(swift: "echo 'no libc'; exit 1").output.hasPrefix("forge: swift is on PATH but 'swift --version' failed: no libc"))
        #expect(try run(swift: "echo 'OpenStack Swift'").output.hasPrefix("forge: swift is on PATH but does not say its version"))
    }
}

@Suite struct TestScriptTests {
    private let passed = "✔ Test run with 3 tests in 1 suite passed after 0.1 seconds."

    /// A probe of the thread sanitizer that answers as it should.
    private static let believable = "case $1 in raced*) exit 66;; esac"

    private func run(
        _ arguments: [String] = [], test: String, build: String = "", probe: String = Self.believable
    ) throws -> ScriptRoom.Outcome {
        try ScriptRoom.use { room in
            for tool in ["ln", "mkdir"] { try room.link(tool) }
            try room.stand(in: "clang", ":")
            try room.stand(in: "probe", probe)
            try room.stand(in: "swiftc", "ln -s \"$PATH/probe\" \"${@: -1}\"")
            try room.stand(in: "swift", "if [ \"$1\" = build ]; then :; \(build)\nelse :; \(test)\nfi")
            return try room.run("test", arguments)
        }
    }

    @Test func `it ends with the closing line, printed once`() throws {
        let outcome = try run(test: "echo '\(passed)'")
        #expect(outcome.status == 0)
        #expect(outcome.output == passed + "\n")
    }

    @Test func `it ends with the closing line even when something spoke after it`() throws {
        let outcome = try run(test: "echo '\(passed)'; echo a late word")
        #expect(outcome.status == 0)
        #expect(outcome.lastLine == passed)
    }

    @Test func `no test, no closing line and a failing runner are failures`() throws {
        for (test, reason) in [
            ("echo '✔ Test run with 0 tests in 0 suites passed after 0.001 seconds.'", "no test ran"),
            ("true", "the test runner stopped without its closing line"),
            ("echo 'it speaks of a Test run with 3 tests that passed'", "the test runner stopped without its closing line"),
            ("echo '\(passed)'; exit 7", "the tests failed (exit 7)"),
        ] {
            let outcome = try run(test: test)
            #expect(outcome.status != 0)
            #expect(outcome.lastLine.hasPrefix("forge: \(reason)"))
        }
    }

    @Test func `a build that fails runs no test`() throws {
        let outcome = try run(test: "echo '\(passed)'", build: "exit 1")
        #expect(outcome.status == 1)
        #expect(outcome.calls.count == 1)
    }

    @Test func `explicit imports are checked, and options reach the runner`() throws {
        let outcome = try run(["--filter", "StoreTests"], test: "echo '\(passed)'")
        #expect(outcome.calls.allSatisfy { $0.contains("--explicit-target-dependency-import-check error") })
        #expect(outcome.calls.last?.hasSuffix("--disable-xctest --filter StoreTests") == true)
    }

    @Test(arguments: ["address", "thread"])
    func `a sanitizer builds in a folder of its own, with its suppressions`(sanitizer: String) throws {
        let outcome = try run([sanitizer], test: "echo \"$LSAN_OPTIONS$TSAN_OPTIONS\"; echo '\(passed)'")
        let calls = outcome.calls.filter { $0.hasPrefix("swift ") }
        #expect(calls.count == 2)
        #expect(calls.allSatisfy { $0.contains("--sanitize \(sanitizer) --scratch-path .build/\(sanitizer)") })
        #expect(outcome.output.contains(".ci/\(sanitizer == "address" ? "lsan" : "tsan").supp"))
    }

    @Test func `the thread sanitizer is linked with what shows it the locks`() throws {
        let outcome = try run(["thread"], test: "echo '\(passed)'")
        let object = ".build/thread/mutex.o"
        #expect(outcome.status == 0)
        #expect(outcome.calls.first?.hasPrefix("clang ") == true)
        #expect(outcome.calls.first?.hasSuffix(object) == true)
        #expect(outcome.calls.filter { $0.hasPrefix("swift ") && $0.contains("\(object) --") }.count == 2)
    }

    @Test(arguments: ["exit 0", "exit 66"])
    func `a thread sanitizer that misses a race, or reports what is in order, runs no test`(probe: String) throws {
        let outcome = try run(["thread"], test: "echo '\(passed)'", probe: probe)
        #expect(outcome.status == 1)
        #expect(outcome.lastLine.hasPrefix("forge: ThreadSanitizer cannot be believed here"))
        #expect(!outcome.calls.contains { $0.hasPrefix("swift ") })
    }
}

@Suite struct RunScriptTests {
    private let passed = "✔ Test run with 3 tests in 1 suite passed after 0.1 seconds."

    private func run(failing: String = "none", environment: [String: String] = [:]) throws -> ScriptRoom.Outcome {
        try ScriptRoom.use { room in
            try room.link("timeout")
            try room.stand(
                in: "make", "echo ran \"$2\"; [ \"$2\" = test ] && echo '\(passed)'; [ \"$2\" != '\(failing)' ]")
            return try room.run("run", environment: environment)
        }
    }

    private func targets(_ outcome: ScriptRoom.Outcome) -> [String] {
        outcome.calls.compactMap { $0.split(separator: " ").last.map(String.init) }
    }

    @Test func `all stages run in order and the last line is the closing line of make test`() throws {
        let outcome = try run()
        #expect(outcome.status == 0)
        #expect(targets(outcome) == ["check", "test", "test-thread", "test-address"])
        #expect(outcome.lastLine == passed)
    }

    @Test(arguments: ["check", "test"])
    func `a failure is an exit status, named last, and saves the time of the sanitizers`(stage: String) throws {
        let outcome = try run(failing: stage)
        #expect(outcome.status == 1)
        #expect(targets(outcome) == ["check", "test"])
        #expect(outcome.lastLine == "forge: failed: \(stage)")
        #expect(outcome.output.contains("make test-thread skipped: fix what failed above first"))
    }

    @Test(arguments: ["test-thread", "test-address"])
    func `a failure under a sanitizer fails the whole`(stage: String) throws {
        let outcome = try run(failing: stage)
        #expect(outcome.status == 1)
        #expect(outcome.lastLine == "forge: failed: \(stage)")
    }

    @Test func `a sanitizer that may not fit in the time left is skipped aloud`() throws {
        let outcome = try run(environment: ["FORGE_CI_SECONDS": "600"])
        #expect(outcome.status == 0)
        #expect(targets(outcome) == ["check", "test"])
        #expect(outcome.output.contains("make test-address skipped: "))
        #expect(outcome.lastLine == passed)
    }
}
