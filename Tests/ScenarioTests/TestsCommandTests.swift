// `forge tests` over small projects, in the real sandbox: what is found, what ran, and what the exit code says of it.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct TestsCommandTests {
    private static let python = [
        "shop.py": "def total(prices):\n    return sum(prices)\n", "tests/__init__.py": "",
        "tests/test_shop.py": """
        import os, unittest
        from shop import total

        class ShopTests(unittest.TestCase):
            def test_adds(self):
                self.assertEqual(total([1, 2]), 3)

            def test_wrong(self):
                print("noise")
                self.assertEqual(total([1]), 2)

            def test_now_and_then(self):
                seen = os.path.exists("seen")
                open("seen", "w").close()
                self.assertTrue(seen)

            @unittest.skip("not today")
            def test_later(self):
                pass

        """,
    ]

    private func write(_ files: [String: String], to folder: TemporaryFolder) throws {
        for (name, text) in files {
            let file = URL(filePath: folder.path(of: name))
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        // As root the sandbox's user is nobody who owns anything here.
        for name in [""] + files.keys.map({ $0.contains("/") ? String($0.split(separator: "/")[0]) : "" }) {
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path(of: name))
        }
    }

    /// Nil where this machine has no sandbox or no such program, which is said.
    private func run(_ folder: TemporaryFolder, _ words: [String] = [], needs program: String) throws -> (code: Int32, json: JSON)? {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/bwrap"), FileManager.default.isExecutableFile(atPath: program) else {
            print("skipped: bwrap or \(program) is not on this machine")
            return nil
        }
        let result = try Program.run(["tests", "run", folder.path, "--json"] + words)
        return (result.code, try JSONParser.parse(result.output.isEmpty ? "null" : result.output))
    }

    @Test func `a python project's tests are told apart, with the flaky one`() async throws {
        try await TemporaryFolder.with { folder in
            try write(Self.python, to: folder)
            guard let (code, json) = try run(folder, needs: "/usr/bin/python3") else { return }
            #expect(code == 1 && json["verdict"]?.string == "failed", "\(json.text)")
            #expect(json["command"]?.string == "python3 -m unittest discover" && json["format"]?.string == "unittest")
            let outcomes = Dictionary(
                (json["tests"]?.array ?? []).map { ($0["name"]?.string ?? "", $0["outcome"]?.string ?? "") }
            ) { first, _ in first }
            #expect(
                outcomes == [
                    "tests.test_shop.ShopTests.test_adds": "passed", "tests.test_shop.ShopTests.test_wrong": "failed",
                    "tests.test_shop.ShopTests.test_now_and_then": "failed", "tests.test_shop.ShopTests.test_later": "skipped",
                ], "\(json.text)")
            #expect(json["flaky"]?.array == ["tests.test_shop.ShopTests.test_now_and_then"])
            #expect(json["complete"]?.bool == true)
        }
    }

    @Test func `a make file's TAP is read, and its exit code is the command's`() async throws {
        try await TemporaryFolder.with { folder in
            try write(["Makefile": "test:\n\t@echo 1..2; echo ok 1 - adds; echo ok 2 - \"it's it\"\n"], to: folder)
            guard let (code, json) = try run(folder, needs: "/usr/bin/make") else { return }
            #expect(code == 0 && json["verdict"]?.string == "passed" && json["format"]?.string == "tap", "\(json.text)")
            #expect(json["counts"]?["passed"]?.integer == 2)
        }
    }

    @Test func `a command that takes too long is no failed test, and one that is not there is said`() async throws {
        try await TemporaryFolder.with { folder in
            try write(["a": ""], to: folder)
            guard let (code, json) = try run(folder, ["--time", "1s", "--", "while :; do :; done"], needs: "/bin/sh") else { return }
            #expect(code == 3 && json["verdict"]?.string == "limited", "\(json.text)")
            #expect(json["attempts"]?[0]?["problem"]?.string?.contains("took longer") == true, "\(json.text)")
            let missing = try #require(try run(folder, ["--", "no-such-runner-here", "--all"], needs: "/bin/sh"))
            #expect(missing.code == 3 && missing.json["attempts"]?[0]?["problem"]?.string?.contains("is not there") == true)
            #expect(missing.json["verdict"]?.string == "missing_program", "\(missing.json.text)")
            #expect(missing.json["attempts"]?[0]?["last_lines"]?[0]?.string?.contains("no-such-runner-here") == true)
            let short = try #require(try run(folder, ["--", "echo ok 1 - a; echo 1..5"], needs: "/bin/sh"))
            #expect(short.code == 3 && short.json["verdict"]?.string == "broken", "\(short.json.text)")
            let empty = try #require(try run(folder, ["--", "echo 1..0"], needs: "/bin/sh"))
            #expect(empty.code == 3 && empty.json["verdict"]?.string == "empty", "\(empty.json.text)")
            let shown = try Program.run(["tests", "run", folder.path, "--", "echo why it is so; exit 127"])
            #expect(shown.code == 3 && shown.errors.contains("    why it is so\n"), "\(shown.errors)")
            let failed = try Program.run(["tests", "run", folder.path, "--", "echo ok 1 - a; echo not ok 2 - b; echo 1..2; exit 1"])
            #expect(failed.code == 1 && failed.errors.contains("the tests ran: 1 passed, 1 failed"), "\(failed.errors)")
        }
    }

    @Test func `a setup that fails in one's own folder is told, and the tests run all the same`() async throws {
        try await TemporaryFolder.with { folder in
            let agents = "agents: {setup: 'echo no network; exit 3', test: 'echo 1..1; echo not ok 1 - a; exit 1'}\n"
            try write([".forge.yml": "version: 1\n\(agents)"], to: folder)
            guard let (code, json) = try run(folder, needs: "/bin/sh") else { return }
            let setup = try #require(json["setups"]?[0], "\(json.text)")
            #expect(code == 1 && setup["outcome"]?.string == "failed", "\(json.text)")
            #expect(setup["problem"]?.string == "exit code 3: no network" && setup["files"] == nil, "\(setup.text)")
            let shown = try Program.run(["tests", "run", folder.path])
            #expect(shown.code == 1 && shown.errors.contains("exit 3' failed: exit code 3: no network"), "\(shown.errors)")
        }
    }

    @Test func `a repository can ask for less time than the server allows`() async throws {
        try await TemporaryFolder.with { folder in
            try write([".forge.yml": "version: 1\nagents: {test: 'while :; do :; done', limits: {command_timeout: 1s}}\n"], to: folder)
            guard let (code, json) = try run(folder, needs: "/bin/sh") else { return }
            #expect(code == 3 && json["attempts"]?[0]?["problem"]?.string?.contains("took longer") == true, "\(json.text)")
        }
    }

    @Test func `what is found is listed with reasons, and nothing is run`() async throws {
        try await TemporaryFolder.with { folder in
            var files = Self.python
            files["Makefile"] = "test:\n\ttouch ran\n"
            files[".forge.yml"] = "version: 1\nagents:\n  test: make test\n"
            try write(files, to: folder)
            let result = try Program.run(["tests", "detect", folder.path, "--json"])
            let lines = try result.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
            #expect(result.code == 0 && lines.map { $0["row"]?.string ?? "" } == ["configured", "unittest"], "\(result.output)")
            #expect(lines.allSatisfy { $0["schema"]?.integer == 1 && $0["why"]?.string?.isEmpty == false })
            #expect(!FileManager.default.fileExists(atPath: folder.path(of: "ran")))
        }
    }

    @Test func `a folder without tests, and one that is not there`() async throws {
        try await TemporaryFolder.with { folder in
            #expect(try Program.run(["tests", "detect", folder.path]).code == 1)
            #expect(try Program.run(["tests", "detect", folder.path(of: "nowhere")]).code == 2)
            try write([".forge.yml": "version: 1\nagents: {test: 7, nonsense: 1}\n"], to: folder)
            let result = try Program.run(["tests", "detect", folder.path])
            #expect(result.code == 2 && result.errors.contains("nonsense"), "\(result.errors)")
        }
    }
}
