// The schema and the reader say the same: on files that are right, on files that are wrong, and on values at random. The subset validator of
// these tests decides; a full one has its say where Python has it.

import ForgeConfig
import ForgeCore
import ForgeTestSupport
import ForgeYAML
import Foundation
import Testing

private let schema: JSON = {
    // Written by the code under test; a text that is no JSON fails every test here.
    guard let json = try? JSONParser.parse(Array(RepositoryConfig.jsonSchema.utf8)).value else { return .null }
    return json
}()

private func problem(_ text: String) throws -> String? { SchemaValidator.problem(JSON(try parseYAML(text)), schema) }

private func isRead(_ text: String) -> Bool { EffectiveConfig.load([.repository(Array(text.utf8))]).problems.isEmpty }

private let good = [
    "", "version: 1", "review:", "review: {enabled: false, min_severity: critical, max_comments: 0}", "review: {debounce: 1m30s}",
    "review: {instructions: [{paths: ['**/*.sql'], text: T}]}", "commands: {permissions: {fix: admin}}",
    "scope: {allow: ['src/**'], deny: [a, 7], max_bytes: 1MiB, max_file_bytes: 1024}", "budgets: {run_usd: 1.5, day_usd: 3}",
    "agents: {autonomy: pull_request, triage: {min_events: 1, max_age: 2d12h}, test: make test, crew: governed}",
    "trackers: [{project: checkout}, {tracker: prod, project: 2048, environments: [production], folder: services/a}]",
    "rules: {enable: ['aws-*'], severity: {weak-hash: high}, tiers: {git-push-force: catastrophic}}",
    """
    rules:
      patterns:
        - {id: no-print, title: T, severity: low, pattern: 'x', message: M, matches: [x, {path: a.py, text: x}], ignores: [y], length: {min: 2}}
    """,
]

private let bad = [
    "version: 2", "reviews: {}", "review: []", "review: {enabled: 'true'}", "review: {min_severity: medum}", "review: {max_comments: 51}",
    "review: {max_comments: 1.5}", "review: {debounce: 60}", "review: {debounce: s}", "review: {paths_ignore: 'a'}",
    "review: {instructions: [{text: T}]}", "review: {instructions: [{paths: [a], text: T, more: 1}]}", "review: {language: 'a_b'}",
    "commands: {permission: read}", "commands: {permissions: {fix: read}}", "scope: {max_bytes: -1}", "scope: {max_bytes: 1 MiB}",
    "budgets: {run_usd: -1}", "budgets: {run_usd: much}", "agents: {crew: ../../etc}", "agents: {autonomy: all}", "trackers: {}",
    "trackers: [{tracker: prod}]", "rules: {enable: [A]}", "rules: {severity: {weak-hash: grave}}", "rules: {tiers: [a]}",
    "rules: {patterns: [{id: a}]}", "rules: {patterns: [{id: a, title: T, severity: low, pattern: x, message: M, matches: [{line: x}]}]}",
    "tickets: {keys: [shop]}", "output: {approve: 1}", "forks: {model: null, commands: maybe}",
]

@Test(arguments: good)
func `a file that is read is valid`(text: String) throws {
    #expect(isRead(text))
    #expect(try problem(text) == nil)
}

@Test(arguments: bad)
func `a file that is refused is invalid`(text: String) throws {
    #expect(!isRead(text))
    #expect(try problem(text) != nil)
}

@Test func `the examples are valid`() throws {
    #expect(try problem(RepositoryConfig.example) == nil)
    let server = try JSONParser.parse(Array(ServerSettings.jsonSchema.utf8)).value
    #expect(SchemaValidator.problem(JSON(try parseYAML(ServerSettings.example)), server) == nil)
    #expect(SchemaValidator.problem(["listn": 1], server) != nil)
}

/// Everything that is commented out, too.
@Test func `the example with every sign taken away is valid and read`() throws {
    let lines = RepositoryConfig.example.split(separator: "\n", omittingEmptySubsequences: false).map { line -> Substring in
        let text = line.drop { $0 == " " }
        guard text.hasPrefix("#"), !text.hasPrefix("# ") else { return line }
        return line.prefix(line.count - text.count) + text.dropFirst()
    }
    // Blocks are commented out as a whole; the signs of single keys in them are a second layer.
    let text = lines.joined(separator: "\n")
    #expect(try problem(text) == nil)
    #expect(isRead(text))
    #expect(text.contains("\ntrackers:\n") && text.contains("\n  patterns:\n"))
}

@Test(arguments: UInt64(0)..<2_000)
func `the schema allows what the reader takes, value by value`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let layer = RandomLayer(keys: random.element(of: ModelKey.bySection), &random)
    let text = String(decoding: layer.text, as: UTF8.self)
    #expect(try problem(text) == nil, "\(text)")
    #expect(isRead(text), "\(text)")
}

/// One value of a right file is made wrong in its type: both must notice, or neither.
@Test(arguments: UInt64(0)..<2_000)
func `the schema never refuses what the reader takes`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var layer = RandomLayer(keys: random.element(of: ModelKey.bySection), &random)
    guard !layer.values.isEmpty else { return }
    let index = random.below(layer.values.count)
    layer.values[index].value = random.element(of: [
        .null, true, 7, -1, .number("0.5"), "text", "60s", "1MiB", [], ["a"], [7], [["a"]], .object([]), .object([.init("a", "high")]), "",
    ])
    let text = String(decoding: layer.text, as: UTF8.self)
    if isRead(text) { #expect(try problem(text) == nil, "\(text)") }
}

@Test func `a full validator agrees, where there is one`() throws {
    let script = """
        import json, sys
        try:
            from jsonschema import Draft202012Validator as V
        except ImportError:
            print("none"); sys.exit(0)
        data = json.load(sys.stdin)
        V.check_schema(data["schema"])
        v = V(data["schema"])
        print(json.dumps([v.is_valid(d) for d in data["documents"]]))
        """
    let texts = good + bad + [RepositoryConfig.example]
    let documents = try texts.map { JSON(try parseYAML($0)) }
    guard let answer = try runPython(script, input: JSON.object([.init("schema", schema), .init("documents", .array(documents))]).utf8)
    else { return }
    let expected = JSON.array(good.map { _ in .bool(true) } + bad.map { _ in .bool(false) } + [.bool(true)])
    #expect(try JSONParser.parse(Array(answer.utf8)).value == expected)
}

/// Nil where there is no Python, or none with the validator.
private func runPython(_ script: String, input: [UInt8]) throws -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = FileHandle.nullDevice
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard process.terminationStatus == 0 || text != "" else { return nil }
    return text == "none" || text.isEmpty ? nil : text
}

@Test func `the schema names itself, and every word of an enum`() {
    #expect(schema["$id"]?.string == "urn:forge:repository-config:1")
    let autonomy = schema["properties"]?["agents"]?["properties"]?["autonomy"]
    #expect(autonomy?["enum"] == ["nothing", "root_cause", "branch", "pull_request", nil] && autonomy?["default"] == "root_cause")
    let commands = schema["properties"]?["commands"]?["properties"]?["permissions"]?["additionalProperties"]
    #expect(commands?["enum"] == ["write", "maintain", "admin"])
}
