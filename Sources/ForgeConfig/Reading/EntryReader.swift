// Reads the keys of one mapping, strictly. It must never let a key pass that nobody asked for, never stop at a problem, and
// never hold a default that its own type would refuse.
//
// Each key is asked for once, with its type, its default and one line of why. The same line decodes it, documents it, puts
// it into the JSON schema and into the example file: a key cannot be in one of these and not in the others. A key's value
// is what its environment variable says, else what the text says, else its default. A null counts as absent, so that a
// group whose keys are all commented out is an empty group.

import ForgeYAML

struct EntryReader {
    let collector: ConfigCollector
    let place: KeyPlace
    /// Of the mapping itself, for what is missing in it.
    let position: YAMLPosition?
    private let entries: [String: YAMLEntry]
    private var asked: Set<String> = []
    /// Whether this is no mapping at all: reported already, and then nothing can be missing in it.
    private var isBroken = false
    /// Whether there is a mapping, whose missing keys are worth a word.
    var isMapping: Bool { !isBroken }

    init(_ node: YAMLNode?, at place: KeyPlace, _ collector: ConfigCollector) {
        self.collector = collector
        self.place = place
        position = node?.position
        var entries: [String: YAMLEntry] = [:]
        switch node?.content {
        case nil: break
        case .scalar(let scalar) where scalar.core == .null: break
        case .mapping(let found): for entry in found { entries[entry.key] = entry }
        case .scalar, .sequence:
            isBroken = true
            collector.report(
                ConfigProblem(
                    line: node?.position.line, column: node?.position.column, key: place.shown, what: "is not a group of keys",
                    advice: "write 'key: value' lines" + (place.path.isEmpty ? "" : " indented below it")))
        }
        self.entries = entries
    }

    // MARK: Values

    /// A key with a default.
    mutating func read<Value>(_ name: String, _ type: ValueType<Value>, _ standard: String, _ doc: String) -> Value {
        record(name, .value(type.shape, .value(standard)), doc)
        return given(name, type) ?? type.value(ofText: standard)
    }

    /// A key without which the rest means nothing. The example stands in for it until the problem is thrown.
    mutating func readRequired<Value>(_ name: String, _ type: ValueType<Value>, example: String, _ doc: String) -> Value {
        record(name, .value(type.shape, .required(example: example)), doc)
        if !isGiven(name), !isBroken {
            let advice = "give it, for example '\(name): \(example)'"
            collector.report(place.key(name).problem(at: position, "is missing", advice))
        }
        return given(name, type) ?? type.value(ofText: example)
    }

    /// A key that may be left out, and then stands for nothing.
    mutating func readOptional<Value>(_ name: String, _ type: ValueType<Value>, example: String, _ doc: String) -> Value? {
        record(name, .value(type.shape, .absent(example: example)), doc)
        if collector.isDescribing { _ = type.value(ofText: example) }
        return given(name, type)
    }

    /// A row of the table, which only a description has.
    func record(_ name: String, _ content: @autoclosure () -> KeyDescription.Content, _ doc: String, _ direction: LayerDirection? = nil) {
        guard collector.isDescribing else { return }
        collector.record(KeyDescription(path: place.path + [name], content: content(), doc: doc, direction: direction))
    }

    private mutating func given<Value>(_ name: String, _ type: ValueType<Value>) -> Value? {
        located(name, type)?.value
    }

    /// A value, and the line of its key in the text.
    struct Located<Value> {
        let value: Value
        let line: Int?
        /// For what a later look finds wrong with it.
        let source: Source
    }

    /// What is written for a key, without a default and without a row in the table: for the reader of layers, which has its own.
    mutating func located<Value>(_ name: String, _ type: ValueType<Value>) -> Located<Value>? {
        guard let source = source(of: name, isList: type.isList) else { return nil }
        do throws(Complaint) {
            return Located(value: try type.read(source.node), line: source.position?.line, source: source)
        } catch {
            report(source, name, error)
            return nil
        }
    }

    /// The reader of the group under `name`, which the caller has to finish; nil when it is not written.
    mutating func group(_ name: String) -> EntryReader? {
        let entry = entry(name)
        guard entry != nil || collector.isDescribing else { return nil }
        return EntryReader(entry?.value, at: place.key(name), collector)
    }

    // MARK: Groups

    /// A group of keys. It is read even when it is not written, for its defaults and for the environment.
    mutating func section<Result>(_ name: String, _ doc: String, _ read: (inout EntryReader) -> Result) -> Result {
        record(name, .section, doc)
        return Self.read(entry(name)?.value, at: place.key(name), collector, read)
    }

    /// A list of groups. With `namedBy`, the value of that key is each one's name in the environment.
    mutating func list<Result>(
        _ name: String, namedBy: String? = nil, _ doc: String, _ read: (inout EntryReader) -> Result
    ) -> [Result] {
        let place = place.key(name)
        record(name, .list, doc)
        var taken: Set<String> = []
        return elements(of: name).enumerated().map { index, node in
            guard let ownName = namedBy.flatMap({ nameText(of: node, key: $0) }) else {
                return Self.read(node, at: place.element(index), collector, read)
            }
            let elementPlace = place.named(ownName, as: "[]")
            if !taken.insert(elementPlace.variable ?? ownName).inserted {
                let advice = "give each its own; '-' and '_' count as the same"
                collector.report(elementPlace.problem(at: node?.position, "has a name that another one has", advice))
            }
            return Self.read(node, at: elementPlace, collector, read)
        }
    }

    /// Groups under names that the person chose. `check` says what is wrong with a name, where not any will do.
    mutating func named<Result>(
        _ name: String, example: String, _ doc: String, check: ((String) -> Complaint?)? = nil, _ read: (inout EntryReader) -> Result
    ) -> [String: Result] {
        let place = place.key(name)
        record(name, .named(example: example), doc)
        var results: [String: Result] = [:]
        for entry in groups(of: name, example: example) {
            let own = place.named(shortened(entry.key), as: "<>")
            if let wrong = check?(entry.key) { collector.report(own.problem(at: entry.position, wrong.what, wrong.advice)) }
            results[entry.key] = Self.read(entry.value, at: own, collector, read)
        }
        return results
    }

    private static func read<Result>(
        _ node: YAMLNode?, at place: KeyPlace, _ collector: ConfigCollector, _ read: (inout EntryReader) -> Result
    ) -> Result {
        var reader = EntryReader(node, at: place, collector)
        let result = read(&reader)
        reader.finish()
        return result
    }

    private mutating func elements(of name: String) -> [YAMLNode?] {
        if collector.isDescribing { return [nil] }
        guard let entry = entry(name) else { return [] }
        if case .sequence(let elements) = entry.value.content { return elements }
        collector.report(place.key(name).problem(at: entry.position, "is not a list", "begin each element with '- '"))
        return []
    }

    private mutating func groups(of name: String, example: String) -> [YAMLEntry] {
        let nowhere = YAMLPosition(line: 1, column: 1)
        let empty = YAMLNode(position: nowhere, content: .mapping([]))
        if collector.isDescribing { return [YAMLEntry(key: example, position: nowhere, value: empty)] }
        guard let entry = entry(name) else { return [] }
        if case .mapping(let entries) = entry.value.content { return entries }
        let advice = "write 'name: {…}' lines indented below it"
        collector.report(place.key(name).problem(at: entry.position, "is not a group of names", advice))
        return []
    }

    // MARK: What checks across keys need

    /// Whether the text or the environment says something for this key.
    mutating func isGiven(_ name: String) -> Bool {
        source(of: name, isList: false) != nil
    }

    /// A problem with a key whose own value is fine.
    mutating func complain(_ name: String, _ what: String, _ advice: String) {
        guard let source = source(of: name, isList: false) else {
            return collector.report(place.key(name).problem(at: position, what, advice))
        }
        report(source, name, Complaint(what, advice))
    }

    mutating func warn(_ name: String, _ what: String, _ advice: String) {
        let source = source(of: name, isList: false)
        collector.warn(
            ConfigProblem(
                line: source?.position?.line, column: source?.position?.column, variable: source?.variable, key: place.key(name).shown,
                what: what, advice: advice))
    }

    // MARK: Sources

    /// Where a value was found.
    struct Source {
        let node: YAMLNode
        /// Of the key in the text.
        let position: YAMLPosition?
        let variable: String?
    }

    mutating func source(of name: String, isList: Bool) -> Source? {
        variableSource(of: name, isList: isList) ?? textSource(of: name)
    }

    mutating func variableSource(of name: String, isList: Bool = false) -> Source? {
        asked.insert(name)
        guard place.variable != nil, let variable = place.key(name).variable, let text = collector.variable(variable) else { return nil }
        return Source(node: isList ? listNode(text) : plainNode(text), position: nil, variable: variable)
    }

    mutating func textSource(of name: String) -> Source? {
        entry(name).map { Source(node: $0.value, position: $0.position, variable: nil) }
    }

    func report(_ source: Source, _ name: String, _ complaint: Complaint) {
        // Nothing in a variable has a place in the text.
        let position = source.variable == nil ? complaint.position ?? source.position : nil
        collector.report(
            ConfigProblem(
                line: position?.line, column: position?.column, variable: source.variable, key: place.key(name).shown,
                what: complaint.what, advice: complaint.advice))
    }

    /// The entry of this key, unless it is absent or null; asked for, either way.
    private mutating func entry(_ name: String) -> YAMLEntry? {
        asked.insert(name)
        guard let entry = entries[name] else { return nil }
        if case .scalar(let scalar) = entry.value.content, scalar.core == .null { return nil }
        return entry
    }

    /// Reports what nobody asked for.
    func finish() {
        for (key, entry) in entries where !asked.contains(key) {
            collector.report(unknown: .init(key: key, place: place.key(shortened(key)), position: entry.position, siblings: asked))
        }
    }
}

/// The text under `key` in a mapping, if it is there to name the mapping by.
private func nameText(of node: YAMLNode?, key: String) -> String? {
    guard case .mapping(let entries) = node?.content, let entry = entries.first(where: { $0.key == key }),
        case .scalar(let scalar) = entry.value.content, !scalar.text.isEmpty
    else { return nil }
    return shortened(scalar.text)
}

/// A key as a message may show it: keys come from outside, and a message is one line.
func shortened(_ key: String) -> String {
    let printable = key.unicodeScalars.map { $0.properties.isPrintable ? Character($0) : "?" }
    return printable.count <= 60 ? String(printable) : String(printable.prefix(60)) + "…"
}

extension Unicode.Scalar.Properties {
    /// Neither a control nor something invisible that would change how the line around it reads.
    fileprivate var isPrintable: Bool {
        switch generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

private func plainNode(_ text: String) -> YAMLNode {
    YAMLNode(position: YAMLPosition(line: 1, column: 1), content: .scalar(YAMLScalar(text, .plain)))
}

/// `a, b` in a variable is a list of two.
private func listNode(_ text: String) -> YAMLNode {
    let elements = text.split(separator: ",").map { plainNode(trimmed($0)) }
    return YAMLNode(position: YAMLPosition(line: 1, column: 1), content: .sequence(elements))
}

func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
}
