// Reads one group of keys in all layers at once, and puts each key together as its direction says. It must never return a value looser than
// what a layer above set, and never drop an attempt in silence.
//
// As in `EntryReader`, each key is asked for once, in one line: its type, its default, its direction and why it is there. The same line
// decodes it in every layer, merges it, documents it, and puts it into the schema, the example and the table of keys.
//
// Each layer has a collector of its own, so that a file's problems stay with the file. What is wrong with one file never hides what is wrong
// with another.

import ForgeCore
import ForgeYAML

struct LayeredReader {
    struct Layer {
        let source: ConfigSource
        var reader: EntryReader
    }

    let merge: LayerMerge
    let place: String
    /// The farthest from the repository first.
    private(set) var layers: [Layer]

    init(_ layers: [Layer], at place: String = "", _ merge: LayerMerge) {
        self.layers = layers
        self.place = place
        self.merge = merge
    }

    // MARK: Values

    /// A key with a default.
    mutating func read<Value: ConfigValue>(
        _ name: String, _ type: @autoclosure () -> ValueType<Value>, _ standard: String, direction: @autoclosure () -> Direction<Value>,
        _ doc: String
    ) -> Value {
        if merge.isDescribing { record(name, .value(type().shape, .value(standard)), doc, direction().name) }
        return merged(name, type, direction, standard: { $0.value(ofText: standard) }) { _, _ in }
    }

    /// A key that may be left out everywhere, and then stands for nothing.
    mutating func readOptional<Value: ConfigValue>(
        _ name: String, _ type: @autoclosure () -> ValueType<Value>, example: String, direction: @autoclosure () -> Direction<Value>,
        _ doc: String
    ) -> Value? {
        if merge.isDescribing {
            record(name, .value(type().shape, .absent(example: example)), doc, direction().name)
            _ = type().value(ofText: example)
        }
        let absent: Value? = nil
        return mergedOptional(name, type, direction, standard: { _ in absent }) { _, _ in }
    }

    /// Patterns, each of which remembers its line.
    mutating func patterns(
        _ name: String, _ type: @autoclosure () -> ValueType<[ConfigPattern]>, _ standard: String,
        direction: @autoclosure () -> Direction<[ConfigPattern]>, _ doc: String
    ) -> [ConfigPattern] {
        if merge.isDescribing { record(name, .value(type().shape, .value(standard)), doc, direction().name) }
        return merged(name, type, direction, standard: { $0.value(ofText: standard) }) { $0.setSource($1) }
    }

    /// Patterns that every layer has to agree on.
    mutating func agreed(
        _ name: String, _ type: @autoclosure () -> ValueType<[ConfigPattern]>, _ standard: String,
        direction: @autoclosure () -> Direction<AgreedPatterns>, _ doc: String
    ) -> AgreedPatterns {
        if merge.isDescribing { record(name, .value(type().shape, .value(standard)), doc, direction().name) }
        let lists = { () -> ValueType<AgreedPatterns> in
            let type = type()
            return ValueType<AgreedPatterns>(shape: type.shape) { node throws(Complaint) in AgreedPatterns([try type.read(node)]) }
        }
        return merged(name, lists, direction, standard: { $0.value(ofText: standard) }) { $0.lists[0].setSource($1) }
    }

    private mutating func merged<Value: ConfigValue>(
        _ name: String, _ type: () -> ValueType<Value>, _ direction: () -> Direction<Value>, standard: (ValueType<Value>) -> Value,
        _ locate: (inout Value, ConfigSource?) -> Void
    ) -> Value {
        guard let value = mergedOptional(name, type, direction, standard: standard, locate) else {
            preconditionFailure("\(key(name)) has a default")
        }
        return value
    }

    /// Nil when nobody says anything and there is no default.
    private mutating func mergedOptional<Value: ConfigValue>(
        _ name: String, _ type: () -> ValueType<Value>, _ direction: () -> Direction<Value>, standard: (ValueType<Value>) -> Value?,
        _ locate: (inout Value, ConfigSource?) -> Void
    ) -> Value? {
        var isGiven = false
        for index in layers.indices where layers[index].reader.isGiven(name) { isGiven = true }
        let fullName = key(name)
        let merge = merge
        if !isGiven {
            return merge.standard(fullName) {
                let type = type()
                var value = standard(type)
                if value != nil { locate(&value!, nil) }
                merge.decide(fullName, value?.json ?? .null, type.shape, [.builtIn])
                return value
            }
        }
        let type = type()
        var merged = KeyMerge(direction())
        if var value = standard(type) {
            locate(&value, nil)
            merged.begin(with: value)
        }
        for index in layers.indices { take(name, type, from: index, into: &merged, locate) }
        merged.finish()
        merge.decide(fullName, merged.value?.json ?? .null, type.shape, merged.origins)
        return merged.value
    }

    /// One layer's word on one key.
    private mutating func take<Value: ConfigValue>(
        _ name: String, _ type: ValueType<Value>, from index: Int, into merged: inout KeyMerge<Value>,
        _ locate: (inout Value, ConfigSource?) -> Void
    ) {
        guard let found = layers[index].reader.located(name, type) else { return }
        let source = layers[index].source
        var wanted = found.value
        locate(&wanted, source)
        if let attempt = merged.take(wanted, source.role, source.origin(line: found.line)) {
            let against = attempt.against.map(\.shown).joined(separator: " and ")
            warn(
                name, in: source, found.source.position, "loosens what \(against) sets",
                "\(shownText(attempt.holds.json, type.shape)) holds")
        }
        if source.role == .floor, merged.isFree {
            let advice = "it holds as a default; a repository may write anything"
            warn(name, in: source, found.source.position, "is taste and has no floor", advice)
        }
    }

    // MARK: Groups

    /// A group of keys, with its own directions. Only layers that mention it take part.
    mutating func section<Result: Sendable>(_ name: String, _ doc: String, _ read: (inout LayeredReader) -> Result) -> Result {
        record(name, .section, doc, nil)
        var speaking: [Layer] = []
        for index in layers.indices {
            guard let group = layers[index].reader.group(name) else { continue }
            speaking.append(Layer(source: layers[index].source, reader: group))
        }
        var reader = LayeredReader(speaking, at: key(name), merge)
        if speaking.isEmpty { return merge.standard(key(name)) { read(&reader) } }
        let result = read(&reader)
        for layer in reader.layers { layer.reader.finish() }
        return result
    }

    /// A list of groups that every layer adds to. Where two elements have the same name, the layer above keeps its own.
    mutating func list<Result>(
        _ name: String, countMax: Int, named: (Result) -> String?, _ doc: String, _ read: (inout EntryReader, ConfigSource) -> Result
    ) -> [Result] {
        record(name, .list, doc, .appended)
        var results: [Result] = []
        var origins: [RuleOrigin] = []
        var taken: [String: RuleOrigin] = [:]
        for index in layers.indices {
            let source = layers[index].source
            var places: [YAMLPosition?] = []
            let found = layers[index].reader.list(name, doc) { element in
                places.append(element.position)
                return read(&element, source)
            }
            if found.count > countMax {
                layers[index].reader.complain(name, "has more than \(countMax) elements", "remove some")
            }
            for (result, position) in zip(found, places) {
                let origin = source.origin(line: position?.line)
                let ownName = named(result)
                if let ownName, let first = taken[ownName] {
                    reportRepeated(name, ownName, in: source, position, first)
                    continue
                }
                if let ownName { taken[ownName] = origin }
                results.append(result)
                origins.append(origin)
            }
        }
        merge.decide(key(name), JSON(results.count), .int(0...countMax), origins.isEmpty ? [.builtIn] : origins)
        return results
    }

    // MARK: Reports

    /// Something that a layer wanted and does not get.
    func warn(_ name: String, in source: ConfigSource, _ position: YAMLPosition?, _ what: String, _ advice: String) {
        var warning = ConfigProblem(line: position?.line, column: position?.column, key: key(name), what: what, advice: advice)
        warning.source = source
        merge.warn(warning)
    }

    private func reportRepeated(
        _ name: String, _ ownName: String, in source: ConfigSource, _ position: YAMLPosition?, _ first: RuleOrigin
    ) {
        warn(name, in: source, position, "names \(shortened(ownName)), which \(first.shown) has already", "the first one holds")
    }

    private func key(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    private func record(
        _ name: String, _ content: @autoclosure () -> KeyDescription.Content, _ doc: String, _ direction: LayerDirection?
    ) {
        guard merge.isDescribing else { return }
        layers[0].reader.record(name, content(), doc, direction)
    }
}

extension [ConfigPattern] {
    /// Puts layer and file to the line that was read; a default has none.
    fileprivate mutating func setSource(_ source: ConfigSource?) {
        for index in indices { self[index].origin = source?.origin(line: self[index].origin.line) ?? .builtIn }
    }
}

extension RuleOrigin {
    /// A default of the program.
    static let builtIn = RuleOrigin(layer: .builtIn, file: "built-in")

    /// `the organisation (acme/.github/.forge.yml:7)`.
    package var shown: String {
        let name = layer == .builtIn ? "Forge" : "the \(layer.rawValue)"
        return "\(name) (\(file)\(line.map { ":\($0)" } ?? ""))"
    }
}
