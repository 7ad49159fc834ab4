// The table of keys as JSON Schema (2020-12), for editors. It must never say less than the reader: what the schema
// refuses the reader refuses too, and the reader alone knows what keys mean for each other.

import ForgeCore
import ForgeYAML

extension ServerSettings {
    /// Of `server.yml`.
    package static var jsonSchema: String { schemaText(id: "urn:forge:server-settings:1", title: "Settings of a Forge server", table) }
}

extension RepositoryConfig {
    /// Of `.forge.yml`.
    package static var jsonSchema: String { schemaText(id: "urn:forge:repository-config:1", title: "Forge in a repository", table) }
}

private func schemaText(id: String, title: String, _ table: [KeyDescription]) -> String {
    let head: [JSON.Member] = [
        .init("$schema", "https://json-schema.org/draft/2020-12/schema"), .init("$id", .string(id)), .init("title", .string(title)),
    ]
    return JSON.object(head + objectMembers(at: [], table)).prettyText + "\n"
}

/// A mapping with the keys that stand directly below `path`.
private func objectMembers(at path: [String], _ table: [KeyDescription]) -> [JSON.Member] {
    let children = table.filter { $0.path.count == path.count + 1 && $0.path.starts(with: path) }
    let properties = children.map { JSON.Member($0.name, .object(keyMembers(of: $0, table))) }
    let required = children.filter { child in
        if case .value(_, .required) = child.content { true } else { false }
    }
    var members: [JSON.Member] = [
        .init("type", types("object")), .init("additionalProperties", false), .init("properties", .object(properties)),
    ]
    if !required.isEmpty { members.append(.init("required", .array(required.map { .string($0.name) }))) }
    return members
}

private func keyMembers(of key: KeyDescription, _ table: [KeyDescription]) -> [JSON.Member] {
    let doc = JSON.Member("description", .string(key.doc))
    switch key.content {
    case .section:
        return [doc] + objectMembers(at: key.path, table)
    case .list:
        return [doc, .init("type", types("array")), .init("items", .object(objectMembers(at: key.path + ["[]"], table)))]
    case .named:
        let element = JSON.object(objectMembers(at: key.path + ["<>"], table))
        return [doc, .init("type", types("object")), .init("additionalProperties", element)]
    case .value(let shape, let standard):
        return [doc] + shapeMembers(of: shape, isNullable: standard.isOptional) + standardMembers(of: standard)
    }
}

/// Null counts as absent wherever a key may be absent.
private func types(_ name: String) -> JSON { [.string(name), "null"] }

private func shapeMembers(of shape: ValueShape, isNullable: Bool) -> [JSON.Member] {
    func type(_ names: String...) -> JSON.Member {
        let all = names + (isNullable ? ["null"] : [])
        return .init("type", all.count == 1 ? .string(all[0]) : .array(all.map(JSON.string)))
    }
    switch shape {
    // YAML's plain words and numbers are text where text is wanted.
    case .text(nil): return [type("string", "number", "boolean")]
    case .text(let pattern?): return [type("string", "number", "boolean"), .init("pattern", .string(pattern))]
    case .bool: return [type("boolean")]
    case .int(let range):
        return [type("integer"), .init("minimum", JSON(range.lowerBound)), .init("maximum", JSON(range.upperBound))]
    case .number(let range):
        return [
            type("number"), .init("minimum", JSON(range.lowerBound, decimals: 6)), .init("maximum", JSON(range.upperBound, decimals: 6)),
        ]
    case .duration: return [type("string"), .init("pattern", .string(DurationText.pattern)), .init("minLength", 2)]
    case .size(let range):
        return [
            type("string", "integer"), .init("pattern", .string(SizeText.pattern)), .init("minimum", JSON(range.lowerBound)),
            .init("maximum", JSON(range.upperBound)),
        ]
    case .choice(let words): return [.init("enum", .array(words.map(JSON.string) + (isNullable ? [.null] : [])))]
    case .list(let element): return [type("array"), .init("items", .object(shapeMembers(of: element, isNullable: false)))]
    case .names(let element):
        return [type("object"), .init("additionalProperties", .object(shapeMembers(of: element, isNullable: false)))]
    case .record(let fields):
        let properties = fields.map { JSON.Member($0.name, .object(shapeMembers(of: $0.shape, isNullable: false))) }
        return [type("object"), .init("additionalProperties", false), .init("minProperties", 1), .init("properties", .object(properties))]
    case .either(let first, let second):
        let shapes = [first, second].map { JSON.object(shapeMembers(of: $0, isNullable: false)) }
        return [.init("anyOf", .array(shapes + (isNullable ? [["type": "null"]] : [])))]
    }
}

private func standardMembers(of standard: KeyDescription.Standard) -> [JSON.Member] {
    switch standard {
    case .value(let text): [.init("default", value(of: text))]
    case .required(let example), .absent(let example): [.init("examples", [value(of: example)])]
    }
}

/// A default or an example is YAML; here it becomes JSON.
private func value(of text: String) -> JSON {
    do {
        return value(of: try parseYAML(text))
    } catch {
        preconditionFailure("a default that was read before is YAML: \(error)")
    }
}

private func value(of node: YAMLNode) -> JSON {
    switch node.content {
    case .sequence(let elements): return .array(elements.map { value(of: $0) })
    case .mapping(let entries): return .object(entries.map { .init($0.key, value(of: $0.value)) })
    case .scalar(let scalar):
        switch scalar.core {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .int(let number): return JSON(number)
        case .float(let number): return JSON(number, decimals: 6)
        case .string(let text): return .string(text)
        }
    }
}

extension KeyDescription.Standard {
    fileprivate var isOptional: Bool {
        if case .required = self { false } else { true }
    }
}
