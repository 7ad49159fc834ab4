// As much of JSON Schema (2020-12) as our schemas say, so that the proof that they mean what the reader means depends on no program of
// somebody else. A keyword that it does not know is a failure of the test, never a pass.

import ForgeCore
import ForgeYAML
import Foundation

struct SchemaValidator {
    /// Words that say nothing about validity.
    private static let annotations: Set<String> = ["$schema", "$id", "title", "description", "default", "examples"]

    /// Nil when the value is valid; else where it is not, and why.
    static func problem(_ value: JSON, _ schema: JSON, at place: String = "") -> String? {
        guard case .object(let keywords) = schema else { return "\(place): a schema is an object" }
        for keyword in keywords where !annotations.contains(keyword.name) {
            if let problem = problem(value, keyword, schema, place) { return problem }
        }
        return nil
    }

    private static func problem(_ value: JSON, _ keyword: JSON.Member, _ schema: JSON, _ place: String) -> String? {
        switch keyword.name {
        case "type":
            let types = keyword.value.array ?? [keyword.value]
            return types.contains { isType(value, $0.string ?? "") } ? nil : "\(place): is not of type \(keyword.value.text)"
        case "enum": return (keyword.value.array ?? []).contains(value) ? nil : "\(place): is none of \(keyword.value.text)"
        case "minimum", "maximum": return boundProblem(value, keyword, place)
        case "minLength":
            guard case .string(let text) = value, let least = keyword.value.integer, text.unicodeScalars.count < least else { return nil }
            return "\(place): is too short"
        case "pattern":
            guard case .string(let text) = value, let pattern = keyword.value.string else { return nil }
            return text.range(of: pattern, options: .regularExpression) == nil ? "\(place): does not fit \(pattern)" : nil
        case "items": return firstProblem(value.array ?? []) { problem($1, keyword.value, at: "\(place)[\($0)]") }
        case "properties", "additionalProperties", "required", "minProperties": return memberProblem(value, keyword, schema, place)
        case "anyOf":
            let isValid = (keyword.value.array ?? []).contains { problem(value, $0, at: place) == nil }
            return isValid ? nil : "\(place): fits none of the alternatives"
        default: return "\(place): the validator does not know \(keyword.name)"
        }
    }

    private static func memberProblem(_ value: JSON, _ keyword: JSON.Member, _ schema: JSON, _ place: String) -> String? {
        guard case .object(let members) = value else { return nil }
        let known = schema["properties"]?.members ?? []
        switch keyword.name {
        case "properties":
            return firstProblem(members) { _, member in
                known.first { $0.name == member.name }.flatMap { problem(member.value, $0.value, at: "\(place).\(member.name)") }
            }
        case "additionalProperties":
            let others = members.filter { member in !known.contains { $0.name == member.name } }
            if keyword.value == .bool(false) { return others.first.map { "\(place).\($0.name): is not known" } }
            return firstProblem(others) { problem($1.value, keyword.value, at: "\(place).\($1.name)") }
        case "required":
            let missing = (keyword.value.array ?? []).first { name in !members.contains { $0.name == name.string } }
            return missing.map { "\(place): \($0.text) is missing" }
        default: return members.count < keyword.value.integer ?? 0 ? "\(place): has too few members" : nil
        }
    }

    private static func boundProblem(_ value: JSON, _ keyword: JSON.Member, _ place: String) -> String? {
        switch value {
        case .integer, .number: break
        default: return nil
        }
        guard let number = value.double, let bound = keyword.value.double else { return "\(place): is no finite number" }
        let isInside = keyword.name == "minimum" ? number >= bound : number <= bound
        return isInside ? nil : "\(place): is out of range"
    }

    private static func isType(_ value: JSON, _ type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.integer, "integer"), (.integer, "number"), (.number, "number"), (.string, "string"),
            (.array, "array"), (.object, "object"):
            true
        default: false
        }
    }

    private static func firstProblem<Item>(_ items: [Item], _ check: (Int, Item) -> String?) -> String? {
        for (index, item) in items.enumerated() { if let problem = check(index, item) { return problem } }
        return nil
    }
}

extension JSON {
    /// What an editor makes of YAML before it validates it.
    init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let elements): self = .array(elements.map(JSON.init))
        case .mapping(let entries): self = .object(entries.map { JSON.Member($0.key, JSON($0.value)) })
        case .scalar(let scalar):
            switch scalar.core {
            case .null: self = .null
            case .bool(let flag): self = .bool(flag)
            case .int(let number): self = JSON(number)
            case .float(let number): self = .number("\(number)")
            case .string(let text): self = .string(text)
            }
        }
    }
}
