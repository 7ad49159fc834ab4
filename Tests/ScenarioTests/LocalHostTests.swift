// The local code host as a person uses it: the real git pushes through the real hook into the real program, beside a real service that
// knows no other host.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct LocalHostTests {
    private let place: LocalPlace

    init() throws { place = try LocalPlace() }

    @Test func `what is pushed is reviewed, shown under its line, resolved when it is mended, and merged when it passes`() throws {
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        #expect(try service.send("GET", "/readyz").status == 200, "no App is needed")
        try place.branch(
            "feature", "shop.py", "def find(db, text):\n    return db.execute(f\"SELECT * FROM orders WHERE note = '{text}'\")\n")
        let pushed = try place.push("feature")
        #expect(pushed.contains("to have feature reviewed: forge pr open feature --repository acme/shop"), "\(pushed)")
        #expect(try place.forge("pr", "open", "feature", "--title", "Add it", "--body", "why").output == "opened acme/shop#1\n")
        let found = try place.checked()
        #expect(found["checks"]?[0]?["conclusion"]?.string == "failure", "\(found.text)")
        let thread = try #require(found["threads"]?[0])
        #expect(thread["path"]?.string == "shop.py" && thread["line"]?.integer == 2 && thread["standing"]?.string == "open")
        let page = try place.forge("pr", "show", "1").output
        #expect(page.contains("+ 2 |     return db.execute(f\"SELECT") && page.contains("shop.py:2  open"), "\(page)")
        #expect(!page.contains("<!--"))
        #expect(try place.forge("pr", "merge", "1", codes: [1]).errors.contains("the check Forge ended as failure"))

        try place.write("shop.py", "def find(db, text):\n    return db.execute(\"SELECT * FROM orders WHERE note = ?\", [text])\n")
        #expect(try place.push("feature").contains("acme/shop#1 is looked at again, at \(try place.head().prefix(8))"))
        _ = try place.checked()
        let mended = try place.shown { $0["threads"]?[0]?["standing"]?.string != "open" }
        #expect(mended["checks"]?[0]?["conclusion"]?.string == "success", "\(mended.text)")
        #expect(mended["threads"]?.array?.count == 1 && mended["threads"]?[0]?["resolved"]?.bool == true, "\(mended.text)")
        #expect(mended["threads"]?[0]?["standing"]?.string?.hasPrefix("fixed in ") == true, "\(mended.text)")
        let head = try place.head()
        #expect(try place.forge("pr", "merge", "acme/shop#1").output.hasPrefix("merged acme/shop#1 as "))
        #expect(try place.bare("log", "-1", "--format=%s|%an|%P", "main") == "Merge #1 from feature|alice|\(try place.base()) \(head)")
        #expect(try place.forge("pr", "list", "--state", "merged").output.hasPrefix("acme/shop#1\tmerged\tAdd it\talice\tfeature\tmain"))
        #expect(
            try place.settledDeliveries(5) == [
                "push: ignored", "pull_request.opened: done, job of review", "push: ignored",
                "pull_request.synchronize: done, job of review", "pull_request.closed: done",
            ])
    }

    @Test func `a finding that a person dismisses in its thread stays away, and the check passes`() throws {
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        let flawed = "def find(db, text):\n    return db.execute(f\"SELECT * FROM orders WHERE note = '{text}'\")\n"
        try place.branch("feature", "shop.py", flawed)
        try place.push("feature")
        _ = try place.forge("pr", "open", "feature")
        let opening = try #require(try place.checked()["threads"]?[0]?["comments"]?[0]?["id"]?.integer)
        let said = try place.forge("pr", "comment", "1", "/forge ignore it is only a test", "--reply-to", String(opening))
        #expect(said.output.hasSuffix("on acme/shop#1\n"))
        let dismissed = try place.shown { $0["threads"]?[0]?["standing"]?.string != "open" }
        #expect(dismissed["threads"]?[0]?["standing"]?.string == "dismissed by alice: it is only a test")
        try place.write("shop.py", "import os\n" + flawed + "\n")
        try place.push("feature")
        let after = try place.checked()
        #expect(after["checks"]?[0]?["conclusion"]?.string == "success", "\(after.text)")
        #expect(after["threads"]?.array?.count == 1 && after["threads"]?[0]?["line"]?.integer == 3, "\(after.text)")
        #expect(try place.settledDeliveries(5).contains("pull_request_review_comment.created: done, job of command"))
    }

    @Test func `names that git refuses are reviewed like any other, and nothing is written there`() throws {
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        let blob = try place.bare("hash-object", "-w", "\(place.path)/clone/shop.txt")
        let identifier = try stride(from: 0, to: 40, by: 2).map { start in
            try #require(UInt8(blob.dropFirst(start).prefix(2), radix: 16))
        }
        let names = ["..", ".GIT", "a", "shop.txt"]
        let tree = names.flatMap { Array("100644 \($0)\0".utf8) + identifier }
        try Data(tree).write(to: URL(filePath: "\(place.path)/tree"))
        let written = try place.bare("hash-object", "-t", "tree", "-w", "--literally", "\(place.path)/tree")
        let commit = try place.bare("commit-tree", "-p", "main", "-m", "Names", written)
        try place.bare("update-ref", "refs/heads/names", commit)
        _ = try place.forge("pr", "open", "names", "--repository", "acme/shop")
        let shown = try place.shown { $0["checks"]?[0]?["conclusion"] != nil }
        #expect(shown["comments"]?.array?.count == 1, "nothing but the summary beside what stands at the files: \(shown.text)")
        let paths = shown["threads"]?.array?.compactMap { $0["path"]?.string }.sorted()
        #expect(paths == ["..", ".GIT"] && shown["checks"]?[0]?["conclusion"]?.string == "failure", "\(shown.text)")
    }

    @Test func `a file of a hundred megabytes is a finding and is not read`() throws {
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        try place.git("checkout", "-q", "-b", "large")
        try Data(repeating: 0x0A, count: 100 << 20).write(to: URL(filePath: "\(place.path)/clone/large.txt"))
        try place.write("shop.py", "total = 0\n")
        try place.push("large")
        _ = try place.forge("pr", "open", "large")
        let shown = try place.checked()
        #expect(shown["threads"]?.array?.map { $0["path"]?.string } == ["large.txt"], "\(shown.text)")
        #expect(shown["checks"]?[0]?["conclusion"]?.string == "neutral", "not all was read: \(shown.text)")
    }

    @Test func `a pull request is shown with the lines, states and words of its review, and nothing hidden`() throws {
        try place.branch("feature", "shop.txt", "one\ntwo\n")
        try place.push("feature")
        _ = try place.forge("pr", "open", "feature", "--title", "Add \u{202E}it", "--body", "why<!-- not shown -->\u{1B}[31m")
        _ = try place.forge("pr", "comment", "1", "first line\n\n\n<!-- forge:summary -->second line")
        let text = try place.forge("pr", "show", "1").output
        #expect(
            text.hasPrefix(
                """
                acme/shop#1  Add  it  open
                alice wants feature (\(try place.head().prefix(8))) in main: 1 file, +1 -0

                  why [31m

                no check at \(try place.head().prefix(8)) yet

                alice, 20
                """), "\(text)")
        #expect(text.hasSuffix("  first line\n\n  second line\n"), "\(text)")
        let json = try place.shown()
        let refused = try place.forge("pr", "merge", "1", codes: [1])
        #expect(
            refused.errors.contains("acme/shop#1 is not merged: nothing was checked at \(try place.head().prefix(8)) yet"), "\(refused)")
        #expect(json["number"]?.integer == 1 && json["state"]?.string == "open" && json["comments"]?.array?.count == 1)
    }

    @Test func `a push by nobody who is named is told all the same`() throws {
        try place.branch("feature", "shop.txt", "one\nmore\n")
        try place.push("feature")
        _ = try place.forge("pr", "open", "feature")
        try place.write("shop.txt", "two\n")
        try place.push("feature", without: ["USER", "LOGNAME"])
        #expect(try place.shown()["head"]?.string == (try place.head()))
        let newest = try #require(try place.forge("deliveries", "list", "--json").output.split(separator: "\n").first)
        let id = try #require(try JSONParser.parse(Array(newest.utf8)).value["id"]?.integer)
        let body = try place.forge("deliveries", "show", String(id)).output.replacing("\\", with: "")
        #expect(body.contains(#""login":"git""#), "\(body)")
    }

    @Test func `what a person typed is never sent to the terminal as it is, also not in an error`() throws {
        let bad = "x\u{1B}[31m\u{202E}\u{9B}2J"
        let lines: [[String]] = [
            ["pr", "open", bad], ["pr", "open", "feature", "--base", bad], ["pr", "open", "feature", "--as", bad],
            ["pr", "open", "feature", "--repository", bad], ["pr", "list", "--state", bad], ["pr", "list", "--repository", "acme/\(bad)"],
            ["pr", "show", bad], ["pr", "show", "acme/\(bad)#1"], ["pr", "comment", "1", "hello", "--reply-to", bad], ["pr", "merge", bad],
            ["pr", "close", bad], ["pr", bad], ["notify", "--install", bad],
        ]
        try place.branch("feature", "shop.txt", "one\nmore\n")
        try place.push("feature")
        for line in lines {
            let said = try place.forge(words: line, codes: [1, 2, 3])
            let text = said.output + said.errors
            #expect(!text.unicodeScalars.contains { $0 != "\n" && $0 != "\t" && $0.isHidden }, "\(line): \(text.debugDescription)")
        }
    }

    @Test func `a hook that somebody else wrote stays, and ours is written again`() throws {
        let hook = "\(place.path)/git/acme/shop.git/hooks/post-receive"
        _ = try place.forge("notify", "--install", "acme/shop")
        #expect(FileManager.default.isExecutableFile(atPath: hook))
        try Data("#!/bin/sh\necho mine\n".utf8).write(to: URL(filePath: hook))
        let refused = try place.forge("notify", "--install", "acme/shop", codes: [1])
        #expect(refused.errors.contains("somebody else's") && refused.errors.contains("notify --repository 'acme/shop'"))
        #expect(try String(contentsOfFile: hook, encoding: .utf8).contains("echo mine"))
    }

    @Test func `the doctor looks for the folder of repositories`() throws {
        #expect(try place.forge("doctor", codes: [0, 1]).output.contains("fine     local host: repositories in \(place.path)/git"))
        try FileManager.default.removeItem(atPath: "\(place.path)/git")
        let ended = try place.forge("doctor", codes: [1])
        #expect(ended.output.contains("wrong    local host: \(place.path)/git is not there"), "\(ended.output)")
    }

    @Test func `what cannot be done is said in a sentence, with the code that says so`() throws {
        let cases: [([String], Int32, String)] = [
            (["pr", "open", "nowhere"], 1, "acme/shop has no branch nowhere; git push it first"),
            (["pr", "show", "7"], 1, "there is no pull request acme/shop#7"),
            (["pr", "show", "x"], 2, "'x' is no pull request"),
            (["pr", "merge", "7"], 1, "there is no pull request acme/shop#7"),
            (["pr", "list", "--repository", "x"], 2, "'x' is no name of a repository"),
            (["pr", "close", "acme/none#1"], 1, "there is no pull request acme/none#1"),
            (["pr", "comment", "1", "x", "--as", "a b"], 2, "is no name of a person"),
            (["notify", "--install", "acme/none"], 1, "there is no repository acme/none"),
        ]
        try place.branch("feature", "shop.txt", "one\ntwo\n")
        try place.push("feature")
        _ = try place.forge("pr", "open", "feature")
        for (words, code, sentence) in cases {
            let ended = try Program.run(words + ["--config", place.settings], environment: place.environment)
            #expect(ended.code == code && ended.errors.contains(sentence), "\(words): \(ended)")
        }
        let bad = try Program.run(["notify", "--config", place.settings], input: "no line of a push\n", environment: place.environment)
        #expect(bad.code == 2 && bad.errors.contains("is no line of a push"))
        let without = try Program.run(["pr", "list"], environment: place.environment)
        #expect(without.code == 2 && without.errors.contains("local_host.repositories is not set"))
    }
}

/// A data folder, a bare repository with the hook, a clone to push from.
final class LocalPlace {
    let path: String
    let environment = ["PATH": "/usr/bin:/bin", "USER": "alice"]
    var settings: String { "\(path)/server.yml" }

    init() throws {
        path = URL.temporaryDirectory.appending(path: "forge-local-\(UUID().uuidString)").path
        for folder in ["git/acme/shop.git", "data", "clone"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        try Data("listen: 127.0.0.1:0\ndata: \(path)/data\nlocal_host: {repositories: \(path)/git}\n".utf8).write(
            to: URL(filePath: settings))
        try bare("init", "-q", "--bare", "-b", "main")
        try git("init", "-q", "-b", "main")
        try git("remote", "add", "origin", "\(path)/git/acme/shop.git")
        try Data("one\n".utf8).write(to: URL(filePath: "\(path)/clone/shop.txt"))
        try Data("version: 1\nreview: {debounce: 0s}\noutput: {check_fails_on: high}\n".utf8).write(
            to: URL(filePath: "\(path)/clone/.forge.yml"))
        try git("add", "-A")
        try git("commit", "-q", "-m", "Begin")
        try push("main")
        _ = try forge("notify", "--install", "acme/shop")
    }

    deinit {
        // What cannot be removed is left to the machine's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }

    @discardableResult func git(_ arguments: String...) throws -> String { try GitProgram(in: "\(path)/clone").text(arguments) }
    @discardableResult func bare(_ arguments: String...) throws -> String {
        try GitProgram(in: "\(path)/git/acme/shop.git").text(arguments)
    }

    func head() throws -> String { try git("rev-parse", "HEAD") }
    func base() throws -> String { try git("rev-parse", "main") }

    func branch(_ name: String, _ file: String, _ text: String) throws {
        try git("checkout", "-q", "-b", name)
        try write(file, text)
    }

    func write(_ file: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/clone/\(file)"))
        try git("add", "-A")
        try git("commit", "-q", "-m", "Change")
    }

    /// What the pusher is shown.
    @discardableResult func push(_ branch: String, without names: Set<String> = []) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = ["push", "origin", branch]
        process.currentDirectoryURL = URL(filePath: "\(path)/clone")
        process.environment = environment.filter { !names.contains($0.key) }.merging(["HOME": path, "GIT_CONFIG_NOSYSTEM": "1"]) { own, _ in
            own
        }
        let file = URL(filePath: "\(path)/pushed")
        try Data().write(to: file)
        process.standardError = try FileHandle(forWritingTo: file)
        process.standardInput = FileHandle.nullDevice
        try process.runAlone()
        process.waitUntilExit()
        let shown = try String(contentsOf: file, encoding: .utf8)
        guard process.terminationStatus == 0 else { throw TestFailure(description: "git push: \(shown)") }
        return shown
    }

    func forge(_ words: String..., codes: Set<Int32> = [0]) throws -> (output: String, errors: String) {
        try forge(words: words, codes: codes)
    }

    func forge(words: [String], codes: Set<Int32>) throws -> (output: String, errors: String) {
        let ended = try Program.run(words + ["--config", settings], environment: environment)
        guard codes.contains(ended.code) else { throw TestFailure(description: "forge \(words) ended with \(ended)") }
        return (ended.output, ended.errors)
    }

    func serve() throws -> ServiceUnderTest {
        let service = try ServiceUnderTest()
        try FileManager.default.removeItem(atPath: service.settingsPath)
        try FileManager.default.copyItem(atPath: settings, toPath: service.settingsPath)
        try service.start()
        return service
    }

    func shown() throws -> JSON { try JSONParser.parse(Array(try forge("pr", "show", "1", "--json").output.utf8)).value }

    /// The pull request, once a check has ended at its present head.
    func checked() throws -> JSON {
        let head = try head()
        return try shown { $0["head"]?.string == head && $0["checks"]?[0]?["conclusion"] != nil }
    }

    /// The pull request, once this holds.
    func shown(when holds: (JSON) -> Bool) throws -> JSON {
        let end = Date(timeIntervalSinceNow: 120)
        while true {
            let found = try shown()
            if holds(found) { return found }
            guard Date() < end else { throw TestFailure(description: found.text) }
            // The service is another process: it can only be asked again.
            usleep(200_000)
        }
    }

    /// In the order they came, once all have been settled: event, state, and the kind of job.
    func settledDeliveries(_ count: Int) throws -> [String] {
        let end = Date(timeIntervalSinceNow: 60)
        while true {
            let listed = try forge("deliveries", "list", "--json").output.split(separator: "\n").map {
                try JSONParser.parse(Array($0.utf8)).value
            }
            let pending = listed.contains { $0["state"]?.string == "pending" }
            if listed.count >= count, !pending {
                return listed.reversed().map { delivery in
                    let job = delivery["job"] == nil ? "" : ", job of \(delivery["intent"]?.string ?? "")"
                    return "\(delivery["event"]?.string ?? ""): \(delivery["state"]?.string ?? "")\(job)"
                }
            }
            guard Date() < end else { throw TestFailure(description: "\(listed.map(\.text))") }
            // The service is another process: it can only be asked again.
            usleep(100_000)
        }
    }
}
