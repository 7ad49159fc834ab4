// A bare repository with pull requests to measure reviews with: each changes 300 lines in 20 files, one of them a mistake that a rule knows.

import ForgeCore
import ForgeSystem

final class BenchPulls {
    private static let files = 20

    let folder: String
    let path: String
    let git: String
    let environment: [String: String]
    private(set) var base = ""
    private(set) var heads: [String] = []
    /// Where the first of them go with a push.
    private(set) var pushedHeads: [String] = []

    init(count: Int, pushed: Int, environment: [String: String]) throws {
        let search = environment["PATH"] ?? "/usr/bin:/bin"
        guard let git = search.split(separator: ":").map({ "\($0)/git" }).first(where: Files.exists) else {
            throw CommandFailure.failed("there is no git on the PATH to make a repository with")
        }
        self.git = git
        folder = try Files.createTemporaryFolder(prefix: "forge-bench-pulls-")
        path = "\(folder)/shop.git"
        self.environment = environment.merging([
            "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
        ]) { _, own in own }
        _ = try run(["init", "-q", "--bare", "-b", "main", path])
        // A service asks for commits by name, which a host allows.
        _ = try run(["-C", path, "config", "uploadpack.allowAnySHA1InWant", "true"])
        try Files.write(Self.stream(count, pushed), to: "\(folder)/stream")
        _ = try run(program: "/bin/sh", ["-c", "exec \(git) -C shop.git fast-import --quiet < stream"])
        base = try commit("refs/heads/main")
        heads = try commits("refs/pull/*/head", count)
        pushedHeads = try commits("refs/next/*/head", pushed)
    }

    deinit { remove(folder) }

    /// A push to a pull request.
    func move(_ number: Int, to head: String) throws {
        _ = try run(["-C", path, "update-ref", "refs/pull/\(number + 1)/head", head])
    }

    func remove(_ folder: String) {
        // A folder left in the temporary files is no reason to fail a measurement.
        _ = try? run(program: "/bin/rm", ["-rf", "--", folder])
    }

    private func commit(_ ref: String) throws -> String {
        String(decoding: try run(["-C", path, "rev-parse", ref]).filter { $0 > 0x20 }, as: UTF8.self)
    }

    /// In the order of the pull requests' numbers.
    private func commits(_ pattern: String, _ count: Int) throws -> [String] {
        let folder = pattern.split(separator: "/")[1]
        let text = String(
            decoding: try run(["-C", path, "for-each-ref", "--format=%(objectname) %(refname)", "refs/\(folder)"]), as: UTF8.self)
        var found: [Int: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if let number = parts.last?.split(separator: "/").dropFirst(2).first.flatMap({ Int($0) }) { found[number] = String(parts[0]) }
        }
        guard found.count == count else { throw CommandFailure.failed("git made \(found.count) of \(count) pull requests") }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    // MARK: What is in it

    private static func stream(_ count: Int, _ pushed: Int) -> [UInt8] {
        var stream = commit("refs/heads/main", mark: count + 1, from: nil, ".forge.yml", "version: 1\nreview: {debounce: 0s}\n")
        for file in 0..<files { stream += blob(name(file), text(file, change: nil)) }
        for pull in 1...count {
            stream += commit("refs/pull/\(pull)/head", mark: pull, from: count + 1)
            for file in 0..<files { stream += blob(name(file), text(file, change: pull)) }
        }
        if pushed > 0 {
            for pull in 1...pushed {
                stream += commit(
                    "refs/next/\(pull)/head", mark: count + 1 + pull, from: pull, "tools/more.py",
                    "import subprocess\n\n\ndef more(name):\n    subprocess.call(\"ls \" + name, shell=True)\n")
            }
        }
        return Array(stream.utf8)
    }

    private static func name(_ file: Int) -> String { "src/part\(file % 4)/file\(file).py" }

    /// Two hundred lines, of which a change rewrites fifteen.
    private static func text(_ file: Int, change: Int?) -> String {
        var text = ""
        for line in 0..<200 {
            let isChanged = change != nil && (90..<105).contains(line)
            let value = isChanged ? "\(line) + \(change ?? 0)" : "\(line)"
            let isMistake = isChanged && file == 3 && line == 95
            text +=
                isMistake
                ? "    subprocess.call(\"ls \" + name\(change ?? 0), shell=True)\n"
                : "    result_\(line) = compute(input[\(value)], \"name\", limit)\n"
        }
        return text
    }

    /// Marks name commits within the stream.
    private static func commit(_ ref: String, mark: Int, from parent: Int?, _ path: String? = nil, _ text: String = "") -> String {
        let from = parent.map { "from :\($0)\n" } ?? ""
        let head = "commit \(ref)\nmark :\(mark)\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 4\nWork\n\(from)"
        return head + (path.map { blob($0, text) } ?? "")
    }

    private static func blob(_ path: String, _ text: String) -> String { "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n" }

    private func run(_ arguments: [String]) throws -> [UInt8] { try run(program: git, arguments) }

    private func run(program: String, _ arguments: [String]) throws -> [UInt8] {
        var child = try ChildProcess.start(
            "/usr/bin/env", arguments: ["-C", folder, program] + arguments, environment: environment, silencesErrors: true)
        let output = try Files.readAll(child.output, name: program, bytesMax: 1 << 30)
        guard child.wait() == 0 else { throw CommandFailure.failed("\(program) \(arguments.joined(separator: " ")) failed") }
        return output
    }
}
