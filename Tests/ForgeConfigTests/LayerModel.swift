// A second opinion on layers, for the tests: what two layers must come to by each direction's definition, worked out on JSON and not by the
// code under test. And layers at random, made from the table of keys, so that a new key is tested from the day it is written.

import ForgeConfig
import ForgeCore
import ForgeTestSupport

/// A key that holds one value, with what its values may be.
struct ModelKey: Sendable {
    let path: [String]
    let shape: ValueShape
    let direction: LayerDirection
    let standard: JSON?
    let name: String
    /// Where an empty list means everything.
    let isEmptyAll: Bool

    /// Every key of `.forge.yml` but those in lists.
    static let all: [ModelKey] = {
        let standards = Dictionary(uniqueKeysWithValues: EffectiveConfig.load([]).decisions.map { ($0.key, $0.value) })
        return RepositoryConfig.table.compactMap { key in
            guard !key.path.contains("[]"), case .value(let shape, let standard) = key.content, let direction = key.direction else {
                return nil
            }
            var value: JSON?
            let name = key.path.joined(separator: ".")
            if case .value = standard { value = standards[name] }
            return ModelKey(
                path: key.path, shape: shape, direction: direction, standard: value, name: name,
                isEmptyAll: ["review.labels_require", "review.paths"].contains(name))
        }
    }()

    static let bySection: [[ModelKey]] = Dictionary(grouping: all) { $0.path[0] }.sorted { $0.key < $1.key }.map(\.value)
}

// MARK: Values at random

extension ModelKey {
    /// From few values, so that layers often agree and often do not.
    func randomValue(_ random: inout SeededRandom) -> JSON { Self.randomValue(shape, name, &random) }

    private static func randomValue(_ shape: ValueShape, _ name: String, _ random: inout SeededRandom) -> JSON {
        switch shape {
        case .bool: return .bool(random.below(2) == 0)
        case .int(let range): return JSON(range.lowerBound + random.below(min(range.count, 4)))
        case .number(let range): return JSON(range.lowerBound + Double(random.below(8)) / 4, decimals: 6)
        case .size(let range): return JSON(range.lowerBound + random.below(4))
        case .duration(let range):
            return .string(DurationText.format(min(range.lowerBound + .seconds(random.below(4) * 90), range.upperBound)))
        case .choice(let words): return .string(random.element(of: words))
        case .text: return .string(random.element(of: texts(for: name)))
        case .list(let element):
            let count = random.below(4)
            return .array((0..<count).map { _ in randomValue(element, name, &random) })
        case .names(let element):
            var members: [JSON.Member] = []
            for word in texts(for: name) where random.below(2) == 0 { members.append(.init(word, randomValue(element, name, &random))) }
            return .object(members)
        case .record, .either: return .null
        }
    }

    private static func texts(for name: String) -> [String] {
        switch name {
        case "commands.permissions": ["fix", "approve", "plan"]
        case "review.language": ["en", "de", "pt-BR"]
        case "tickets.keys": ["SHOP", "OPS", "WEB"]
        default: ["aaa", "bbb", "ccc"]
        }
    }
}

// MARK: The definition of each direction

extension ModelKey {
    /// What holds when `above` is set and `below` is written.
    func merged(_ above: JSON, _ below: JSON) -> JSON {
        switch direction {
        case .free, .appended: return below
        case .fixed: return above
        case .minimum: return rank(above) <= rank(below) ? above : below
        case .maximum: return rank(above) >= rank(below) ? above : below
        case .tightenTrue: return .bool(above == .bool(true) || below == .bool(true))
        case .tightenFalse: return .bool(above == .bool(true) && below == .bool(true))
        case .union, .superset:
            if isEmptyAll, items(above).isEmpty || items(below).isEmpty { return [] }
            return .array(Array(items(above).union(items(below))))
        case .intersection:
            if isAgreed { return agreed(above, below) }
            return .array(Array(items(above).intersection(items(below))))
        }
    }

    /// Names are put together one by one.
    func mergedNames(_ above: JSON, _ below: JSON) -> JSON {
        guard case .object(let upper) = above, case .object(let lower) = below else { return .null }
        var members = Dictionary(upper.map { ($0.name, $0.value) }) { first, _ in first }
        for member in lower { members[member.name] = members[member.name].map { merged($0, member.value) } ?? member.value }
        return .object(members.map { JSON.Member($0.key, $0.value) })
    }

    func expected(_ above: JSON, _ below: JSON) -> JSON {
        if case .names = shape, direction != .free { return mergedNames(above, below) }
        return merged(above, below)
    }

    /// Whether the layer below asked for more than it gets, and has to be told.
    func isAttempt(_ above: JSON, _ below: JSON) -> Bool {
        switch direction {
        case .free, .appended, .union: return false
        case .superset:
            if isEmptyAll { return !items(below).isEmpty && (items(above).isEmpty || !items(above).isSubset(of: items(below))) }
            return !items(above).isSubset(of: items(below))
        case .intersection: return !items(below).isSubset(of: items(above))
        case .fixed, .minimum, .maximum, .tightenTrue, .tightenFalse:
            return isSame(expected(above, below), below) ? false : !isNamesOnly(above, below)
        }
    }

    /// A name that only the layer above knows stays, which is no attempt of the layer below.
    private func isNamesOnly(_ above: JSON, _ below: JSON) -> Bool {
        guard case .names = shape, case .object(let lower) = below, case .object(let upper) = above else { return false }
        return lower.allSatisfy { member in
            upper.first { $0.name == member.name }.map { rank($0.value) <= rank(member.value) } ?? true
        }
    }

    /// Lists and objects in any order.
    func isSame(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.array(let one), .array(let other)):
            guard isAgreed else { return Set(one) == Set(other) }
            return lists(one) == lists(other)
        case (.object(let one), .object(let other)):
            return Set(one.map { "\($0.name)=\($0.value.text)" }) == Set(other.map { "\($0.name)=\($0.value.text)" })
        default: return left == right
        }
    }

    private var isAgreed: Bool { direction == .intersection && !["commands.enabled", "agents.egress"].contains(name) }

    /// Lists that must all fit; one that is empty lets nothing through, whatever the others say.
    private func agreed(_ above: JSON, _ below: JSON) -> JSON {
        let all = lists(above.array ?? []).union(lists(below.array ?? []))
        if all.contains([]) { return [] }
        return all.count == 1 ? .array(Array(all.first ?? [])) : .array(all.map { .array(Array($0)) })
    }

    /// `[a, b]` is one list, `[[a], [b]]` are two.
    private func lists(_ items: [JSON]) -> Set<Set<JSON>> {
        if case .array? = items.first { return Set(items.map { Set($0.array ?? []) }) }
        return [Set(items)]
    }

    private func items(_ value: JSON) -> Set<JSON> { Set(value.array ?? []) }

    private func rank(_ value: JSON) -> Double {
        switch (value, shape) {
        case (.string(let word), .choice(let words)), (.string(let word), .names(.choice(let words))):
            return Double(words.firstIndex(of: word) ?? -1)
        case (.string(let text), _):
            let parts = DurationText.parse(text)?.components
            return Double(parts?.seconds ?? -1) + Double(parts?.attoseconds ?? 0) / 1e18
        default: return value.double ?? -1
        }
    }
}

// MARK: Layers at random

/// What one layer says: keys with values, in the order of the table.
struct RandomLayer {
    var values: [(key: ModelKey, value: JSON)]

    func value(of key: ModelKey) -> JSON? { values.first { $0.key.name == key.name }?.value }

    /// A few keys of one group: small layers make many pairs.
    init(keys: [ModelKey], _ random: inout SeededRandom) {
        values = keys.filter { _ in random.below(3) == 0 }.map { ($0, $0.randomValue(&random)) }
    }

    /// As a file. JSON is YAML.
    var text: [UInt8] { Self.object(values.map { ($0.key.path[...], $0.value) }).utf8 }

    private static func object(_ values: [(path: ArraySlice<String>, value: JSON)]) -> JSON {
        var names: [String] = []
        var members: [JSON.Member] = []
        for (path, value) in values {
            guard let name = path.first, !names.contains(name) else { continue }
            names.append(name)
            let below = values.filter { $0.path.first == name }.map { ($0.path.dropFirst(), $0.value) }
            members.append(.init(name, path.count == 1 ? value : object(below)))
        }
        return .object(members)
    }
}
