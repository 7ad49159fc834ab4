// The files and schemas that are made of the table of keys: complete, current, and meaning exactly the defaults.
// FORGE_UPDATE_GOLDEN=1 writes the files anew.

import ForgeConfig
import ForgeCore
import ForgeYAML
import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func checkFile(_ path: String, _ expected: String) throws {
    let file = root.appending(path: path)
    if ProcessInfo.processInfo.environment["FORGE_UPDATE_GOLDEN"] == "1" {
        try Data(expected.utf8).write(to: file)
    }
    let found = try String(contentsOf: file, encoding: .utf8)
    #expect(found == expected, "\(path) is not what the keys say; run the tests with FORGE_UPDATE_GOLDEN=1")
}

/// Every key with a default stands in the text with it; every other one stands there commented out.
private func checkComplete(_ text: String, _ table: [KeyDescription]) throws {
    let tree = try parseYAML(text)
    for key in table where !key.path.contains("[]") && !key.path.contains("<>") {
        switch key.content {
        case .value(_, .value(let standard)):
            #expect(try shape(at: key.path, in: tree) == shape(at: [], in: parseYAML(standard)), "\(key.path)")
        case .section: #expect(shape(at: key.path, in: tree) != nil, "\(key.path)")
        case .value, .list, .named: #expect(text.contains("#\(key.name):"), "\(key.path)")
        }
    }
    for key in table { #expect(text.contains("\(key.name):") || ["[]", "<>"].contains(key.name), "\(key.path)") }
}

/// What stands at a path, without its places.
private func shape(at path: [String], in node: YAMLNode) -> String? {
    guard let name = path.first else {
        switch node.content {
        case .scalar(let scalar): return "\(scalar.core)"
        case .sequence(let elements): return "\(elements.map { shape(at: [], in: $0) ?? "" })"
        case .mapping(let entries): return "\(entries.map(\.key))"
        }
    }
    guard case .mapping(let entries) = node.content, let entry = entries.first(where: { $0.key == name }) else { return nil }
    return shape(at: Array(path.dropFirst()), in: entry.value)
}

@Test func `the example of the server's settings is current, complete and means the defaults`() throws {
    try checkFile("deploy/server.example.yml", ServerSettings.example)
    try checkComplete(ServerSettings.example, ServerSettings.table)
    let decoded = try decode(ServerSettings.example)
    #expect("\(decoded.config)" == "\(try decode("").config)")
    #expect(decoded.warnings.isEmpty)
}

@Test func `the example of a repository's config is current, complete and means the defaults`() throws {
    try checkFile(".forge.yml.example", RepositoryConfig.example)
    try checkComplete(RepositoryConfig.example, RepositoryConfig.table)
    #expect(try RepositoryConfig.decode(text: Array(RepositoryConfig.example.utf8)) == RepositoryConfig.standard)
}

@Test func `the page of keys is current and names every key`() throws {
    try checkFile("docs/forge-yml.md", RepositoryConfig.page)
    for key in RepositoryConfig.table where !["[]", "<>"].contains(key.name) {
        let name = key.path.joined(separator: ".").replacing(".[]", with: "[]")
        if key.content != .section { #expect(RepositoryConfig.page.contains("| `\(name)` |"), "\(name)") }
        if let direction = key.direction { #expect(RepositoryConfig.page.contains(direction.sentence)) }
    }
}

@Test func `what is commented out in the examples is right once the sign is taken away`() throws {
    let lines = ServerSettings.example.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "#trackers:"))
    let end = try #require(lines[start...].firstIndex { !$0.hasPrefix("#") })
    let block = lines[start..<end].map { $0.dropFirst() }.joined(separator: "\n")
    let tracker = try #require(try settings(block).trackers.first)
    #expect(tracker.name == "prod" && tracker.projects.map(\.project) == ["checkout"])

    let rolesStart = try #require(lines.firstIndex(of: "  #roles:"))
    let roles = lines[rolesStart..<(rolesStart + 4)].map { "  " + $0.dropFirst(3) }
    #expect(try settings("model:\n" + roles.joined(separator: "\n")).model.roles.keys.sorted() == ["lead"])
}

@Test func `each line of the examples fits a screen`() {
    for line in (ServerSettings.example + RepositoryConfig.example).split(separator: "\n") { #expect(line.count <= 120, "\(line)") }
}

// MARK: Schemas

/// The node of a schema that describes a key.
private func schemaNode(_ path: [String], in schema: [String: Any]) -> [String: Any]? {
    guard let name = path.first else { return schema }
    let next: Any?
    switch name {
    case "[]": next = schema["items"]
    case "<>": next = schema["additionalProperties"]
    default: next = (schema["properties"] as? [String: Any])?[name]
    }
    return (next as? [String: Any]).flatMap { schemaNode(Array(path.dropFirst()), in: $0) }
}

private func checkSchema(_ text: String, _ table: [KeyDescription]) throws {
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["additionalProperties"] as? Bool == false)
    for key in table {
        let node = try #require(schemaNode(key.path, in: schema), "\(key.path)")
        #expect(node["description"] as? String == key.doc)
        switch key.content {
        case .section: #expect(node["additionalProperties"] as? Bool == false)
        case .value(_, .value): #expect(node["default"] != nil, "\(key.path)")
        case .value(_, .required), .value(_, .absent): #expect((node["examples"] as? [Any])?.count == 1, "\(key.path)")
        case .list: #expect((node["items"] as? [String: Any])?["additionalProperties"] as? Bool == false)
        case .named: break
        }
    }
}

@Test func `the schemas are JSON and describe every key`() throws {
    try checkSchema(ServerSettings.jsonSchema, ServerSettings.table)
    try checkSchema(RepositoryConfig.jsonSchema, RepositoryConfig.table)
}

@Test func `a schema says types, bounds, words, patterns and what is required`() throws {
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(ServerSettings.jsonSchema.utf8)) as? [String: Any])
    func text(_ path: String...) throws -> String {
        var node = try #require(schemaNode(path, in: schema))
        for name in ["description", "properties", "items"] { node[name] = nil }
        return String(
            decoding: try JSONSerialization.data(withJSONObject: node, options: [.sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
    }
    #expect(try text("workers") == #"{"default":4,"maximum":256,"minimum":0,"type":["integer","null"]}"#)
    #expect(try text("log", "level") == #"{"default":"info","enum":["debug","info","warning","error",null]}"#)
    #expect(
        try text("queue", "lease")
            == #"{"default":"60s","minLength":2,"pattern":"^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$","type":["string","null"]}"#
    )
    #expect(try text("budget", "run_usd") == #"{"default":2,"maximum":10000,"minimum":0,"type":["number","null"]}"#)
    #expect(try text("trackers", "[]", "kind") == #"{"enum":["sentry","glitchtip"],"examples":["sentry"]}"#)
    #expect(try text("trackers", "[]") == #"{"additionalProperties":false,"required":["name","kind","base_url"],"type":["object","null"]}"#)
}
