// `forge review` as a person runs it: real repositories made by the real git, real files, and what of them is hostile.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

private let cache = CompiledRules.folder

/// Runs `forge review` in a folder.
private func runReview(_ arguments: [String], input: String = "", in folder: String) throws -> (code: Int32, output: String, errors: String)
{
    try Program.run(["review"] + arguments, input: input, environment: ["XDG_CACHE_HOME": cache], in: folder)
}

/// A repository with a commit on main, and a branch to work on.
private struct ReviewScene {
    let repository: TemporaryRepository

    init(_ files: [String: String] = ["app.py": "import db\n"]) throws {
        repository = try TemporaryRepository()
        for (name, text) in files { try repository.write(name, text) }
        try repository.commit("First")
        try repository.git(["checkout", "-q", "-b", "topic"])
    }

    func review(_ arguments: [String], input: String = "") throws -> (code: Int32, output: String, errors: String) {
        try runReview(arguments, input: input, in: repository.path)
    }

    /// The findings as `path:line rule`.
    func findings(_ arguments: [String], input: String = "") throws -> [String] {
        let run = try review(["--format", "json"] + arguments, input: input)
        #expect(run.code < 2, "\(run.errors)")
        return (try JSONParser.parse(run.output)["findings"]?.array ?? []).map {
            "\($0["path"]?.string ?? "-"):\($0["line"]?.text ?? "-") \($0["rule"]?.string ?? "-")"
        }
    }
}

/// Put together here, so that no scanner trips over this file.
private let token = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"

@Suite struct ReviewCommandTests {
    @Test func `uncommitted changes count, new files too, and the summary says so`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("app.py", "import db\nx = 1  # forge:ignore\n")
        try scene.repository.write("new.py", "y = 1  # forge:ignore\n")
        let run = try scene.review([])
        #expect(run.code == 1)
        #expect(run.output.contains("app.py\n  2:10  medium  suppression-without-reason"))
        #expect(run.output.contains("new.py\n  1:10  medium  suppression-without-reason"))
        #expect(run.output.contains("2 changed files with 2 added lines"))
        #expect(run.output.contains("to the work tree, uncommitted changes included."))
    }

    @Test func `what is staged, what is committed and what is neither are three reviews`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("committed.py", "# forge:ignore\n")
        try scene.repository.commit()
        try scene.repository.write("staged.py", "# forge:ignore\n")
        try scene.repository.git(["add", "-A"])
        try scene.repository.write("loose.py", "# forge:ignore\n")
        let rule = "suppression-without-reason"
        #expect(try scene.findings([]) == ["committed.py:1 \(rule)", "loose.py:1 \(rule)", "staged.py:1 \(rule)"])
        #expect(try scene.findings(["--staged"]) == ["staged.py:1 \(rule)"])
        #expect(try scene.findings(["--head", "HEAD"]) == ["committed.py:1 \(rule)"])
        #expect(try scene.findings(["--base", "HEAD"]) == ["loose.py:1 \(rule)", "staged.py:1 \(rule)"])
        #expect(try scene.findings(["--path", "loose.py"]) == ["loose.py:1 \(rule)"])
        #expect(try scene.findings(["--base", "none", "--head", "HEAD"]).count == 1)
    }

    @Test func `the layers above hold here too, and one that is wrong ends the review`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("new.py", "y = 1  # forge:ignore\n")
        let floor = scene.repository.path + "-floor.yml"
        defer { try? FileManager.default.removeItem(atPath: floor) }
        func review(_ text: String, _ option: String) throws -> (code: Int32, output: String, errors: String) {
            try Data(text.utf8).write(to: URL(fileURLWithPath: floor))
            return try scene.review([option, floor])
        }
        #expect(try scene.review([]).code == 1)
        for option in ["--org", "--defaults"] {
            #expect(try review("version: 1\noutput: {check_fails_on: critical}\n", option).code == 0, "\(option)")
        }
        let wrong = try review("version: 1\noutput: {check_fails_at: critical}\n", "--floor")
        #expect(wrong.code == 2 && wrong.errors.contains("-floor.yml: line 2: output.check_fails_at"), "\(wrong.errors)")
        let missing = try scene.review(["--org", "/nowhere.yml"])
        #expect(missing.code == 2 && missing.errors.contains("/nowhere.yml cannot be read"), "\(missing.errors)")
    }

    @Test func `a lock file that was left alone is seen beside the manifest, but not in a patch`() throws {
        let manifest = "{\n  \"dependencies\": {\n    \"a\": \"1.0.0\"\n  }\n}\n"
        let scene = try ReviewScene(["web/package.json": manifest, "web/package-lock.json": "{}\n", "bare/package.json": manifest])
        for folder in ["web", "bare"] {
            try scene.repository.write(
                "\(folder)/package.json", manifest.replacingOccurrences(of: "\"1.0.0\"", with: "\"1.0.0\",\n    \"b\": \"1.0.0\""))
        }
        let expected = ["web/package.json:4 dependency-without-lockfile"]
        #expect(try scene.findings(["--min-severity", "info"]) == expected)
        let patch = try scene.repository.git(["diff"]) + "\n"
        try scene.repository.commit()
        #expect(try scene.findings(["--head", "HEAD", "--min-severity", "info"]) == expected)
        #expect(try scene.findings(["--patch", "-", "--min-severity", "info"], input: patch) == [])
    }

    @Test func `a path that names nothing is refused, one that did not change is clean`() throws {
        let scene = try ReviewScene(["app.py": "import db\n", "lib/a.py": "\n"])
        try scene.repository.write("new.py", "y = 1\n")
        #expect(try scene.review(["app.py", "lib", "lib/a.py", "new.py"].flatMap { ["--path", $0] }).code == 0)
        for wrong in [["--path", "lib/b.py"], ["--path", "li", "--staged"], ["--path", "ap.py", "--head", "HEAD"], ["--path", ""]] {
            let run = try scene.review(["--path", "app.py"] + wrong)
            #expect(run.code == 2 && run.errors.contains("--path"), "\(wrong): \(run.errors)")
        }
    }

    @Test func `a path that leads out of the tree is found in a patch`() throws {
        for name in ["../../etc/passwd", "/etc/cron.d/x"] {
            let patch = "--- a/\(name)\n+++ b/\(name)\n@@ -1 +1 @@\n-y\n+x\n"
            let run = try runReview(["--patch", "-"], input: patch, in: "/")
            #expect(run.code == 1 && run.output.contains("path-out-of-tree"), "\(name): \(run.output)")
        }
    }

    /// For these git makes an index of its own, and only the hook's environment tells of it.
    @Test(arguments: [["-am", "All"], ["-m", "One", "app.py"]])
    func `a hook looks at what will be committed, however it gets there`(_ how: [String]) throws {
        let scene = try ReviewScene()
        let hook = scene.repository.path + "/.git/hooks/pre-commit"
        try scene.repository.write(".git/hooks/pre-commit", "#!/bin/sh\ncp \"$GIT_INDEX_FILE\" .git/seen\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        try scene.repository.write("app.py", "import db\nx = 1  # forge:ignore\n")
        try scene.repository.git(["commit", "-q"] + how)
        try scene.repository.git(["reset", "-q", "HEAD~1"])
        #expect(try scene.review(["--staged"]).code == 0)
        let run = try Program.run(
            ["review", "--staged"],
            environment: ["XDG_CACHE_HOME": cache, "GIT_INDEX_FILE": ".git/seen"], in: scene.repository.path)
        #expect(run.code == 1 && run.output.contains("app.py\n  2:10"), "\(run.output)\(run.errors)")
        let broken = try Program.run(
            ["review", "--staged"], environment: ["XDG_CACHE_HOME": cache, "GIT_INDEX_FILE": ".git/HEAD"], in: scene.repository.path)
        #expect(broken.code == 2 && broken.errors.contains("index"), "\(broken.errors)")
    }

    @Test func `a report that nothing could be taken from is told`() throws {
        let scene = try ReviewScene()
        let report = scene.repository.path + "-report.txt"
        defer { try? FileManager.default.removeItem(atPath: report) }
        try Data("All is well\n".utf8).write(to: URL(fileURLWithPath: report))
        let unread = try scene.review(["--lines-in", report])
        #expect(unread.code == 0 && unread.errors.contains("no line of it reads 'file:line:column: message'"), "\(unread.errors)")
        try Data("/elsewhere/app.py:1:1: bad\n".utf8).write(to: URL(fileURLWithPath: report))
        #expect(try scene.review(["--lines-in", report]).errors.contains("one entry is about files that are not in this repository"))
    }

    @Test func `what main brought meanwhile is not held against the branch`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("mine.py", "x\n")
        try scene.repository.commit()
        try scene.repository.git(["checkout", "-q", "main"])
        try scene.repository.write("theirs.py", "# forge:ignore\n")
        try scene.repository.commit()
        try scene.repository.git(["checkout", "-q", "topic"])
        let run = try scene.review([])
        #expect(run.code == 0 && run.output.hasPrefix("Nothing found; looked at 1 changed file with 1 added line"), "\(run.output)")
        #expect(run.output.contains("from where it left main ("))
    }

    @Test func `a credential is found and never shown, in any form`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("deploy.sh", "export GITHUB_TOKEN=\(token)\n")
        try scene.repository.write("tool.txt", "deploy.sh:1:1: error: found \(token)\n")
        for format in ["text", "json", "sarif", "github", "markdown"] {
            let run = try scene.review(["--format", format, "--path", "deploy.sh", "--lines-in", "tool.txt"])
            #expect(run.code == 1)
            #expect(run.output.contains("github"))
            #expect(!(run.output + run.errors).contains(token.suffix(12)), "\(format): \(run.output)")
        }
    }

    @Test func `fail-on decides the exit code alone`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("a.py", "# forge:ignore\n")
        #expect(try scene.review(["--fail-on", "high"]).code == 0)
        #expect(try scene.review(["--fail-on", "medium"]).code == 1)
        #expect(try scene.review(["--min-severity", "high"]).code == 0)
    }

    @Test func `a baseline accepts what is there, and says what is no longer needed`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("a.py", "# forge:ignore\n")
        let baseline = FileManager.default.temporaryDirectory.appendingPathComponent("forge-baseline-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: baseline) }
        #expect(try scene.review(["--baseline", baseline]).code == 2)
        let written = try scene.review(["--baseline", baseline, "--write-baseline"])
        #expect(written.code == 0 && written.output.hasSuffix(": 1 accepted, 1 of them new, 0 removed.\n"), "\(written)")
        #expect(try scene.review(["--baseline", baseline]).code == 0)
        try scene.repository.write("a.py", "clean\n")
        #expect(try scene.review(["--baseline", baseline]).output.contains("1 entry of the baseline is not needed any more"))
        #expect(
            try scene.review(["--baseline", baseline, "--write-baseline"]).output.hasSuffix(": 0 accepted, 0 of them new, 1 removed.\n"))
    }

    @Test func `the base's own configuration holds, and a change cannot bring another`() throws {
        let scene = try ReviewScene([".forge.yml": "version: 1\nreview: {paths_ignore: ['generated/**'], min_severity: low}\n"])
        try scene.repository.write("generated/a.py", "# forge:ignore\nkey = '\(token)'\n")
        try scene.repository.write(".forge.yml", "version: 1\nrules: {disable: ['*']}\n")
        let found = try scene.findings(["--fail-on", "critical"])
        #expect(found.contains { $0.hasPrefix("generated/a.py:2 github") })
    }

    @Test func `rules of the configuration's own look, too, and one that does not hold its examples is told`() throws {
        func config(_ example: String) -> String {
            """
            version: 1
            rules:
              patterns:
                - {id: no-print, title: Print left in, severity: high, pattern: 'print[(]', message: A print., matches: ['\(example)']}

            """
        }
        let scene = try ReviewScene([".forge.yml": config("print(x)")])
        try scene.repository.write("a.py", "print(1)\n")
        #expect(try scene.findings([]).contains("a.py:1 no-print"))
        let broken = try ReviewScene([".forge.yml": config("nothing")])
        let run = try broken.review([])
        #expect(run.code == 1 && run.output.contains("rules.patterns cannot be used: .forge.yml of "), "\(run)")
    }

    @Test func `a configuration that cannot be read makes the review partial, and one that was given is refused`() throws {
        let scene = try ReviewScene([".forge.yml": "version: 1\nrevue: {}\n"])
        try scene.repository.write("a.py", "x\n")
        let run = try scene.review([])
        #expect(run.code == 1)
        #expect(run.output.contains("Not read:\n  .forge.yml of ") && run.output.contains("line 2"), "\(run.output)")
        #expect(try scene.review(["--allow-partial"]).code == 0)
        #expect(try scene.review(["--config", ".forge.yml"]).code == 2)
    }

    @Test func `a patch needs no repository`() throws {
        let patch = "--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n x\n+y  # forge:ignore\n"
        let run = try runReview(["--patch", "-"], input: patch, in: "/")
        #expect(run.code == 1 && run.output.contains("2:6  medium  suppression-without-reason"), "\(run)")
        let broken = try runReview(["--patch", "-"], input: "--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n x\n", in: "/")
        #expect(broken.code == 2 && broken.errors.hasPrefix("forge: standard input:"), "\(broken)")
        #expect(try runReview(["--patch", "-"], input: "", in: "/").code != 3)
    }

    @Test(arguments: [
        (["--staged", "--head", "x"], "two different reviews"), (["--patch", "p", "--base", "x"], "--patch brings its own change"),
        (["--write-baseline"], "--write-baseline needs --baseline"), (["--format", "sarfi"], "did you mean 'sarif'?"),
        (["--base", "nowhere"], "there is no commit called 'nowhere'"), (["--sarif-in", "missing"], "missing"),
        (["--path", "../.."], "outside of the repository"),
        (["--lines-in", "app.py", "--lines-pattern", "("], "--lines-pattern"), (["--fail-on", "hgih"], "did you mean 'high'?"),
    ])
    func `what cannot be meant is refused`(arguments: [String], says: String) throws {
        let run = try ReviewScene().review(arguments)
        #expect(run.code == 2 && run.errors.contains(says), "\(run)")
    }

    @Test func `repositories that are odd say what is odd`() throws {
        let empty = try TemporaryRepository()
        try empty.write("a.py", "# forge:ignore\n")
        let first = try runReview([], in: empty.path)
        #expect(first.code == 1 && first.output.contains("from nothing, since there is no commit yet"), "\(first)")
        let bare = try TemporaryRepository(["--bare"])
        let second = try runReview([], in: bare.path)
        #expect(second.code == 2 && second.errors.contains("bare"), "\(second)")
        #expect(try runReview([], in: "/").errors.contains("there is no git repository"))
        let lonely = try ReviewScene()
        try lonely.repository.git(["branch", "-q", "-D", "main"])
        #expect(try lonely.review([]).errors.contains("give --base REF, or --base none"))
    }

    @Test func `other tools' findings are placed, and what they get wrong is named`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("app.py", "import db\nrun(x)\n")
        let sarif =
            #"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [{"ruleId": "r", "level": "error", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file://\#(scene.repository.path)/app.py"}, "region": {"startLine": LINE}}}]}]}]}"#
        let folder = scene.repository.path + "/.git"
        func write(_ name: String, _ text: String) throws -> String {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
            return "\(folder)/\(name)"
        }
        let here = try write("here", sarif.replacingOccurrences(of: "LINE", with: "2"))
        let old = try write("old", sarif.replacingOccurrences(of: "LINE", with: "1"))
        let check = try write(
            "check", "<checkstyle><file name=\"app.py\"><error line=\"2\" message=\"c\" source=\"k\"/></file></checkstyle>")
        let lines = try write("lines", "app.py|2|why\n")
        #expect(
            try scene.findings([
                "--sarif-in", here, "--sarif-in", old, "--checkstyle-in", "cs=\(check)", "--lines-in", "mine=\(lines)", "--lines-pattern",
                #"^(?<file>[^|]+)\|(?<line>\d+)\|(?<message>.*)"#,
            ]) == ["app.py:2 r", "app.py:2 k", "app.py:2 mine"])
        #expect(try scene.findings(["--sarif-in", old, "--all"]) == ["app.py:1 r"])
        let broken = try write("broken", "{\n  \"version\"")
        #expect(try scene.review(["--sarif-in", broken]).errors.contains("\(broken):2:12: the JSON ends too early"))
    }

    @Test func `hostile names, bytes and sizes are shown harmlessly and end in time`() throws {
        let scene = try ReviewScene()
        let names = ["new\nline.py", "bi\u{202E}di.py", "sp ace,co:lon%.py", "-dash.py", "tab\tbed.py"]
        for name in names { try scene.repository.write(name, "x  # forge:ignore\r\ny") }
        try scene.repository.write("bytes.py", Data([0x23, 0xFF, 0xFE, 0x0A]) + Data("# forge:ignore \u{1B}[2J".utf8))
        try scene.repository.write("long.js", String(repeating: "a ", count: 500_000) + "// forge:ignore")
        try scene.repository.write("logo.png", Data([0x89, 0x50, 0x4E, 0x47, 0, 1, 2]))
        for format in ["text", "json", "sarif", "github", "markdown"] {
            let run = try scene.review(["--format", format])
            #expect(run.code == 1, "\(run.errors)")
            #expect(!run.output.unicodeScalars.contains { $0.isHidden && $0 != "\n" }, "\(format)")
            #expect(run.output.utf8.count < 100_000)
        }
        #expect(try scene.findings([]).count == names.count + 2)
        let text = try scene.review([]).output
        #expect(text.contains("new\\u{a}line.py\n") && text.contains("bi\\u{202e}di.py\n"))
        #expect(text.contains("1 binary file looked at by name and size only."))
    }

    @Test func `ten thousand files are one review`() throws {
        let scene = try ReviewScene()
        for index in 0..<10_000 { try scene.repository.write("d\(index / 100)/f\(index).py", "x = \(index)\n") }
        try scene.repository.write("last.py", "# forge:ignore\n")
        let run = try scene.review([])
        #expect(run.code == 1 && run.output.contains("10001 changed files with 10001 added lines"), "\(run)")
    }

    @Test func `the report goes where it is asked for, and the log hears how it ended`() throws {
        let scene = try ReviewScene()
        try scene.repository.write("a.py", "# forge:ignore\n")
        let run = try scene.review(["--format", "sarif", "--output", ".git/out.sarif"])
        #expect(run.code == 1 && run.output == "")
        #expect(run.errors == "forge: 1 finding in 1 file: 1 medium. Written to .git/out.sarif.\n")
        let written = try Data(contentsOf: URL(fileURLWithPath: "\(scene.repository.path)/.git/out.sarif"))
        #expect(try JSONParser.parse(Array(written)).value["version"] == "2.1.0")
        #expect(try scene.review(["--output", "no/such/folder/x"]).code == 3)
    }
}

@Suite struct ReviewHookTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let hook = root.appending(path: "deploy/review/pre-commit").path

    /// A commit with the hook in place; what it printed when it was refused, nil when it went through.
    private func commit(_ text: String, program: String) throws -> String? {
        let scene = try ReviewScene()
        let hook = "\(scene.repository.path)/.git/hooks/pre-commit"
        try FileManager.default.createDirectory(atPath: "\(scene.repository.path)/.git/hooks", withIntermediateDirectories: true)
        try "#!/bin/sh\nFORGE='\(program)' XDG_CACHE_HOME='\(cache)' exec sh '\(Self.hook)'\n".write(
            toFile: hook, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        try scene.repository.write("a.py", text)
        try scene.repository.git(["add", "-A"])
        let outcome = try scene.repository.git(["-c", "alias.try=!git commit -q -m Second 2>&1 || true", "try"])
        let subject = try scene.repository.git(["log", "-1", "--format=%s"])
        return subject == "Second" ? nil : outcome
    }

    @Test func `a commit with a finding is stopped, and a clean one is not`() throws {
        #expect(try commit("x = 1\n", program: Program.path) == nil)
        #expect(try commit("x = 1  # forge:ignore\n", program: Program.path)?.contains("suppression-without-reason") == true)
    }

    @Test func `a hook without its program stops the commit and says why`() throws {
        #expect(try commit("x = 1\n", program: "/nowhere/forge")?.contains("nothing was reviewed") == true)
    }
}

@Suite struct CheckSimulationTests {
    @Test func `each commit of a range is judged as a pull request of its own`() throws {
        let scene = try ReviewScene([".forge.yml": "review: {titles_ignore: ['WIP*']}\n"])
        try scene.repository.write(".github/workflows/ci.yml", "on: push\n")
        try scene.repository.commit("Add CI")
        try scene.repository.write("get.py", "import requests\nrequests.get(u, verify=False)\n")
        try scene.repository.commit("Fetch")
        try scene.repository.write("put.py", "import requests\nrequests.put(u, verify=False)\n")
        try scene.repository.commit("WIP: put")
        let run = try Program.run(
            ["check", "--simulate", "main..topic"], environment: ["HOME": scene.repository.path], in: scene.repository.path)
        #expect(run.code == 0, "\(run.errors)")
        let rows = run.output.split(separator: "\n").map { $0.split(separator: "\t").dropFirst().map(String.init) }
        #expect(rows.map(\.last) == ["Add CI", "Fetch", "WIP: put"])
        #expect(rows.map { $0[0] } == ["yes", "yes", "no: review.titles_ignore fits its title, in .forge.yml:1"])
        #expect(rows.map { $0[1] } == ["deny (scope-workflows)", "allow", "allow"])
        #expect(rows.map { $0[2] } == ["none", "1 high", "none"])
    }

    @Test(arguments: ["main", "main..", "..topic", "main...topic", "nowhere..topic"])
    func `a range that means nothing is refused with a sentence`(range: String) throws {
        let scene = try ReviewScene([".forge.yml": ""])
        let run = try Program.run(["check", "--simulate", range], environment: ["HOME": scene.repository.path], in: scene.repository.path)
        #expect(run.code == 2)
        #expect(run.errors.contains(range == "nowhere..topic" ? "there is no commit called 'nowhere'" : "--simulate takes BASE..HEAD"))
    }
}
