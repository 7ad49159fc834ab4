// Reads the entries of a pack strictly: every key is known, every value of its type, all problems at once with their place. It must never
// skip an entry it does not understand.

internal import ForgeCore
internal import ForgeYAML

/// Collects what is wrong while a pack is read.
final class PackProblems {
    private(set) var list: [PackProblem] = []

    func add(_ position: YAMLPosition, _ message: String) {
        list.append(PackProblem(line: position.line, column: position.column, message: message))
    }
}

/// A text of a pack and where it stands.
struct LocatedText {
    let text: String
    let position: YAMLPosition

    init(_ text: String, _ position: YAMLPosition) {
        self.text = text
        self.position = position
    }
}

/// One mapping being read; keys that nobody asked for are problems.
struct PackEntry {
    let position: YAMLPosition
    /// Few enough to be looked through, which is quicker than making a table of them.
    private var keys: [YAMLEntry] = []
    private var isTaken: [Bool] = []
    /// Every key that was asked for, to name the nearest when there is an unknown one.
    private var asked: [String] = []
    private let problems: PackProblems

    init(_ node: YAMLNode, _ problems: PackProblems) {
        self.problems = problems
        position = node.position
        guard case .mapping(let entries) = node.content else {
            problems.add(node.position, "keys and values are expected here")
            return
        }
        keys = entries
        isTaken = Array(repeating: false, count: entries.count)
    }

    private func index(of key: String) -> Int? { keys.indices.first { !isTaken[$0] && keys[$0].key == key } }

    func has(_ key: String) -> Bool { index(of: key) != nil }

    mutating func node(_ key: String) -> YAMLNode? {
        asked.append(key)
        guard let index = index(of: key) else { return nil }
        isTaken[index] = true
        return keys[index].value
    }

    mutating func entry(_ key: String) -> PackEntry? { node(key).map { PackEntry($0, problems) } }

    /// An entry inside this one, whose problems go to the same list.
    func nested(_ node: YAMLNode) -> PackEntry { PackEntry(node, problems) }

    mutating func text(_ key: String) -> String? {
        guard let node = node(key) else { return nil }
        return scalar(node, key)
    }

    mutating func required(_ key: String) -> String {
        if let text = text(key) { return text }
        problems.add(position, "'\(key)' is missing")
        return ""
    }

    mutating func flag(_ key: String) -> Bool {
        guard let node = node(key) else { return false }
        if case .scalar(let scalar) = node.content, case .bool(let value) = scalar.core { return value }
        problems.add(node.position, "'\(key)' is true or false")
        return false
    }

    mutating func number(_ key: String) -> Int? {
        guard let node = node(key) else { return nil }
        if case .scalar(let scalar) = node.content, case .int(let value) = scalar.core { return value }
        problems.add(node.position, "'\(key)' is a whole number")
        return nil
    }

    /// A list of texts, or one text.
    mutating func texts(_ key: String) -> [String] {
        guard let node = node(key) else { return [] }
        guard case .sequence(let items) = node.content else { return scalar(node, key).map { [$0] } ?? [] }
        return items.compactMap { scalar($0, key) }
    }

    /// A list of texts, or one text, each with its place.
    mutating func locatedTexts(_ key: String) -> [LocatedText] {
        guard let node = node(key) else { return [] }
        guard case .sequence(let items) = node.content else { return scalar(node, key).map { [LocatedText($0, node.position)] } ?? [] }
        return items.compactMap { item in scalar(item, key).map { LocatedText($0, item.position) } }
    }

    /// A number with or without a fraction.
    mutating func decimal(_ key: String) -> Double? {
        guard let node = node(key) else { return nil }
        if case .scalar(let scalar) = node.content {
            if case .float(let value) = scalar.core, value.isFinite { return value }
            if case .int(let value) = scalar.core { return Double(value) }
        }
        problems.add(node.position, "'\(key)' is a number")
        return nil
    }

    mutating func entries(_ key: String) -> [PackEntry] {
        guard let node = node(key) else { return [] }
        guard case .sequence(let items) = node.content else {
            problems.add(node.position, "'\(key)' is a list")
            return []
        }
        return items.map { PackEntry($0, problems) }
    }

    /// A mapping whose keys are free.
    mutating func map(_ key: String) -> [(key: String, value: String)] {
        guard let node = node(key) else { return [] }
        guard case .mapping(let entries) = node.content else {
            problems.add(node.position, "'\(key)' is keys and values")
            return []
        }
        return entries.compactMap { entry in scalar(entry.value, entry.key).map { (entry.key, $0) } }
    }

    mutating func choice<Value>(_ key: String, _ values: [String: Value]) -> Value? {
        guard let node = node(key), let text = scalar(node, key) else { return nil }
        if let value = values[text] { return value }
        problems.add(node.position, "'\(key)' is one of \(values.keys.sorted().joined(separator: ", ")), not '\(text)'")
        return nil
    }

    mutating func choices<Value>(_ key: String, _ values: [String: Value]) -> [Value] {
        let at = index(of: key).map { keys[$0].value.position } ?? position
        return texts(key).compactMap { text in
            if let value = values[text] { return value }
            problems.add(at, "'\(key)' knows \(values.keys.sorted().joined(separator: ", ")), not '\(text)'")
            return nil
        }
    }

    func problem(_ message: String) { problems.add(position, message) }

    func problem(at place: YAMLPosition, _ message: String) { problems.add(place, message) }

    /// Where a key's value stands, before it is read; where the entry begins when the key is absent.
    func place(of key: String) -> YAMLPosition { index(of: key).map { keys[$0].value.position } ?? position }

    /// Reports every key that was not asked for.
    func finish() {
        for (entry, isTaken) in zip(keys, isTaken) where !isTaken {
            let nearest = Nearest.name(to: entry.key, in: asked).map { ", did you mean '\($0)'?" } ?? ""
            problems.add(entry.position, "the key '\(entry.key)' is not known here\(nearest)")
        }
    }

    private func scalar(_ node: YAMLNode, _ key: String) -> String? {
        if case .scalar(let scalar) = node.content { return scalar.text }
        problems.add(node.position, "'\(key)' is a text")
        return nil
    }
}
