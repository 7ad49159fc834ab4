// What a model wrote, held against the fields of a tool. Everything that is wrong is told at once, each by its name and with what is expected
// there. It must never guess what was meant, and never let a value through that its field does not allow.

import ForgeCore

/// Why a call is not carried out, for the model that made it.
package struct ToolProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) { self.message = message }
    package var description: String { message }
}

struct ToolArguments {
    private let values: [String: JSON]

    init(_ json: JSON, _ fields: [ToolField]) throws(ToolProblem) {
        var check = ArgumentCheck()
        check.object(json, fields, at: "")
        guard check.problems.isEmpty else { throw ToolProblem(check.problems.joined(separator: "\n")) }
        self.init(checked: json)
    }

    private init(checked json: JSON) {
        // Null is the same as absent: some providers have models name every argument.
        let members = (json.members ?? []).filter { $0.value != .null }
        values = Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    func text(_ name: String) -> String? {
        if case .string(let text)? = values[name] { text } else { nil }
    }

    func integer(_ name: String) -> Int? { values[name]?.integer.flatMap { Int(exactly: $0) } }
    func flag(_ name: String) -> Bool { values[name] == .bool(true) }

    /// Nil also for the top of the worktree.
    func path(_ name: String) -> RepositoryPath? {
        // What is no path was told before.
        text(name).flatMap { try? ToolPath.read($0) }
    }

    func texts(_ name: String) -> [String] { (values[name]?.array ?? []).compactMap(\.string) }
    func integers(_ name: String) -> [Int] { (values[name]?.array ?? []).compactMap { $0.integer.flatMap { Int(exactly: $0) } } }
    func records(_ name: String) -> [ToolArguments] { (values[name]?.array ?? []).map(ToolArguments.init(checked:)) }

    func required(_ name: String) -> String {
        guard let text = text(name) else { preconditionFailure("\(name) was checked to be there") }
        return text
    }

    func requiredPath(_ name: String) -> RepositoryPath {
        guard let path = path(name) else { preconditionFailure("\(name) was checked to be a path") }
        return path
    }
}

private struct ArgumentCheck {
    var problems: [String] = []

    mutating func object(_ json: JSON, _ fields: [ToolField], at place: String) {
        guard let members = json.members else { return fail(place, ToolField.Kind.record(fields).expected, json) }
        let names = fields.map(\.name)
        for member in members where !names.contains(member.name) { unknown(member.name, names, at: place) }
        for field in fields {
            let path = place + field.name
            guard let value = json[field.name] else {
                if field.isRequired { problems.append("\"\(path)\" is missing: \(field.kind.expected) is expected.") }
                continue
            }
            check(value, field.kind, at: path)
        }
    }

    private mutating func unknown(_ name: String, _ names: [String], at place: String) {
        let shown = ShownText.line(String(name.prefix(60)))
        let nearest = Nearest.name(to: name, in: names).map { " Did you mean \"\($0)\"?" } ?? ""
        let known = names.isEmpty ? "there are no arguments" : "the arguments are \(names.map { "\"\($0)\"" }.joined(separator: ", "))"
        problems.append("\"\(place)\(shown)\" is no argument: \(known).\(nearest)")
    }

    private mutating func check(_ value: JSON, _ kind: ToolField.Kind, at place: String) {
        switch (kind, value) {
        case (.text(let bytesMax, let mayBeEmpty), .string(let text)):
            if text.isEmpty && !mayBeEmpty || text.utf8.count > bytesMax { fail(place, kind.expected, value) }
        case (.integer(let range), .integer), (.integer(let range), .number):
            guard let number = value.integer, range.contains(Int(clamping: number)) else { return fail(place, kind.expected, value) }
        case (.flag, .bool): break
        case (.choice(let words), .string(let text)):
            if !words.contains(text) { fail(place, kind.expected, value) }
        case (.path, .string(let text)): checkPath(text, at: place)
        case (.folder, .string(let text)):
            if !ToolPath.isTop(text) { checkPath(text, at: place) }
        case (.list(let kind, let countMax), .array(let items)):
            guard items.count <= countMax else {
                return problems.append("\"\(place)\" has \(items.count) entries, and takes at most \(countMax).")
            }
            for (index, item) in items.enumerated() { check(item, kind, at: "\(place)[\(index)]") }
        case (.record(let fields), .object): object(value, fields, at: "\(place).")
        default: fail(place, kind.expected, value)
        }
    }

    private mutating func checkPath(_ text: String, at place: String) {
        do throws(ToolProblem) {
            _ = try ToolPath.read(text)
        } catch {
            problems.append("\"\(place)\": \(error.message)")
        }
    }

    private mutating func fail(_ place: String, _ expected: String, _ value: JSON) {
        let name = place.isEmpty ? "what was given" : "\"\(place.last == "." ? String(place.dropLast()) : place)\""
        problems.append("\(name) is \(Self.shown(value)); \(expected) is expected.")
    }

    private static func shown(_ value: JSON) -> String {
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer, .number: return "the number \(value.text.prefix(40))"
        case .string(let text):
            guard !text.isEmpty else { return "empty" }
            return text.utf8.count > 60 ? "a string of \(text.utf8.count) bytes" : "the string \"\(ShownText.line(text))\""
        case .array(let items): return "a list of \(items.count)"
        case .object: return "an object"
        }
    }
}
