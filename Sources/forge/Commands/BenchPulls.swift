// A bare repository with pull requests to measure reviews with: each changes 300 lines in 20 files, one of them a mistake that a rule knows.

import ForgeCore
import ForgeSystem

struct BenchPulls {
    private static let files = 20

    let folder: GitFolder
    let path: String
    let base: String
    let heads: [String]
    /// Where the first of them go with a push.
    let pushedHeads: [String]

    init(count: Int, pushed: Int, environment: [String: String]) throws {
        folder = try GitFolder(prefix: "forge-bench-pulls-", author: "Bench", environment: environment)
        path = "\(folder.path)/shop.git"
        try folder.git("init", "-q", "--bare", "-b", "main", path)
        // A service asks for commits by name, which a host allows.
        try folder.git("-C", path, "config", "uploadpack.allowAnySHA1InWant", "true")
        try folder.fastImport(Self.stream(count, pushed), into: path)
        base = try folder.git("-C", path, "rev-parse", "refs/heads/main")
        heads = try Self.commits("pull", count, folder, path)
        pushedHeads = try Self.commits("next", pushed, folder, path)
    }

    /// A push to a pull request.
    func move(_ number: Int, to head: String) throws {
        try folder.git("-C", path, "update-ref", "refs/pull/\(number + 1)/head", head)
    }

    /// In the order of the pull requests' numbers.
    private static func commits(_ kind: String, _ count: Int, _ folder: GitFolder, _ path: String) throws -> [String] {
        let text = try folder.git("-C", path, "for-each-ref", "--format=%(objectname) %(refname)", "refs/\(kind)")
        var found: [Int: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if let number = parts.last?.split(separator: "/").dropFirst(2).first.flatMap({ Int($0) }) { found[number] = String(parts[0]) }
        }
        guard found.count == count else { throw CommandFailure.failed("git made \(found.count) of \(count) pull requests") }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    // MARK: As the host tells of it

    static let repository: JSON = [
        "id": 7, "name": "shop", "full_name": "bench/shop", "default_branch": "main", "private": true,
        "owner": ["login": "bench", "id": 5, "type": "User"],
    ]
    static let author: JSON = ["id": 12, "login": "alice", "type": "User"]

    func json(_ number: Int, head: String) -> JSON {
        JSON.object([
            .init("number", JSON(number)), .init("title", .string("Change \(number)")), .init("body", nil), .init("state", "open"),
            .init("draft", false), .init("merged", false), .init("user", Self.author), .init("labels", []),
            .init("html_url", .string("http://127.0.0.1/bench/shop/pull/\(number)")), .init("updated_at", "2026-01-01T00:00:00Z"),
            .init("head", ["sha": .string(head), "ref": .string("change-\(number)"), "repo": Self.repository]),
            .init("base", ["sha": .string(base), "ref": "main", "repo": Self.repository]),
        ])
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
}
