// A checker for the JSON Schema words that the API's document uses. A word it does not know is a problem: nothing is passed over.

import ForgeCore

struct JSONSchema {
    /// The document that `$ref` points into.
    let document: JSON

    /// What is wrong with a value, each with its place; empty when all is well.
    func problems(with value: JSON, schema: JSON, at place: String = "$") -> [String] {
        guard let words = schema.members else { return ["\(place): the schema is no object"] }
        return words.flatMap { word in check(word, schema, value, place) }
    }

    /// `#/components/schemas/Ticket`
    func resolve(_ reference: String) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(document as JSON?) { json, name in json?[String(name)] }
    }

    private func check(_ word: JSON.Member, _ schema: JSON, _ value: JSON, _ place: String) -> [String] {
        func expect(_ isRight: Bool, _ what: String) -> [String] { isRight ? [] : ["\(place): \(what), not \(value.text.prefix(80))"] }
        switch (word.name, word.value) {
        case ("$ref", .string(let reference)):
            guard let target = resolve(reference) else { return ["\(place): \(reference) leads nowhere"] }
            return problems(with: value, schema: target, at: place)
        case ("type", .string(let type)): return expect(Self.is(value, type), type)
        case ("type", .array(let types)): return expect(types.contains { Self.is(value, $0.string ?? "") }, word.value.text)
        case ("const", let constant): return expect(value == constant, constant.text)
        case ("enum", .array(let choices)): return expect(choices.contains(value), word.value.text)
        case ("format", .string("date-time")): return expect(value.string.flatMap { Timestamp(text: $0) } != nil, "a moment")
        case ("minLength", .integer(let least)): return expect(value.string.map { $0.count >= least } ?? true, "at least \(least)")
        case ("maxLength", .integer(let most)): return expect(value.string.map { $0.count <= most } ?? true, "at most \(most)")
        case ("minimum", .integer(let least)): return expect(value.integer.map { $0 >= least } ?? true, "at least \(least)")
        case ("maximum", .integer(let most)): return expect(value.integer.map { $0 <= most } ?? true, "at most \(most)")
        case ("required", .array(let names)):
            let present = Set((value.members ?? []).map(\.name))
            return names.compactMap(\.string).filter { !present.contains($0) }.map { "\(place): \($0) is missing" }
        case ("properties", .object(let properties)):
            return properties.flatMap { property -> [String] in
                guard let member = value.members?.last(where: { $0.name == property.name }) else { return [] }
                return problems(with: member.value, schema: property.value, at: "\(place).\(property.name)")
            }
        case ("additionalProperties", let more): return additional(more, schema, value, place)
        case ("items", let items):
            return (value.array ?? []).enumerated().flatMap { index, item in
                problems(with: item, schema: items, at: "\(place)[\(index)]")
            }
        case ("default", _), ("pattern", _), ("description", _): return []
        default: return ["\(place): the schema says \(word.name): \(word.value.text), which this checker does not know"]
        }
    }

    private func additional(_ more: JSON, _ schema: JSON, _ value: JSON, _ place: String) -> [String] {
        let known = Set((schema["properties"]?.members ?? []).map(\.name))
        let others = (value.members ?? []).filter { !known.contains($0.name) }
        switch more {
        case .bool(true): return []
        case .bool(false): return others.map { "\(place): \($0.name) is not in the schema" }
        default: return others.flatMap { problems(with: $0.value, schema: more, at: "\(place).\($0.name)") }
        }
    }

    private static func `is`(_ value: JSON, _ type: String) -> Bool {
        switch (value, type) {
        case (.object, "object"), (.array, "array"), (.string, "string"), (.bool, "boolean"), (.null, "null"), (.integer, "integer"),
            (.integer, "number"), (.number, "number"):
            true
        default: false
        }
    }
}
