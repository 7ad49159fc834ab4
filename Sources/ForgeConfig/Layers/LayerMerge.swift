// What the readers of several layers share: who decided what, and who tried to loosen what. It must never let an attempt pass without a
// word: a repository that believes it has switched something off, and has not, is as badly off as one that has.

package import ForgeCore

/// A value that holds, and who decided it.
package struct ConfigDecision: Sendable, Equatable {
    /// `review.max_comments`.
    package let key: String
    package let value: JSON
    package let shape: ValueShape
    /// The farthest from the repository first; several where layers were put together.
    package let origins: [RuleOrigin]

    /// The value as YAML on one line.
    package var shown: String { shownText(value, shape) }
}

/// What holds where no layer says anything, read once for all: most files mention few keys, and the rest need not be read each time.
struct ConfigStandards: Sendable {
    /// One key, or a group with all its keys.
    struct Entry: Sendable {
        let value: any Sendable
        let decisions: [ConfigDecision]
    }

    var entries: [String: Entry] = [:]
}

/// One per reading, on one task.
final class LayerMerge {
    private(set) var decisions: [ConfigDecision] = []
    private(set) var warnings: [ConfigProblem] = []
    let isDescribing: Bool
    private let known: ConfigStandards
    /// What this reading, of no layer at all, found to be standard.
    private(set) var found = ConfigStandards()

    init(isDescribing: Bool = false, standards: ConfigStandards = ConfigStandards()) {
        self.isDescribing = isDescribing
        known = standards
    }

    func decide(_ key: String, _ value: JSON, _ shape: ValueShape, _ origins: [RuleOrigin]) {
        decisions.append(ConfigDecision(key: key, value: value, shape: shape, origins: origins))
    }

    func warn(_ warning: ConfigProblem) { warnings.append(warning) }

    /// What is standard for a key or a group that no layer mentions, with its decisions; read and kept when it is not known yet.
    func standard<Value: Sendable>(_ key: String, _ read: () -> Value) -> Value {
        if let entry = known.entries[key], let value = entry.value as? Value {
            decisions += entry.decisions
            return value
        }
        let start = decisions.count
        let value = read()
        if !isDescribing { found.entries[key] = ConfigStandards.Entry(value: value, decisions: Array(decisions[start...])) }
        return value
    }
}

/// One key on its way through the layers.
struct KeyMerge<Value: ConfigValue> {
    private(set) var value: Value?
    private(set) var origins: [RuleOrigin] = [.builtIn]
    /// What the layers so far allow; nil while nobody has said.
    private var bound: Value?
    private var boundOrigins: [RuleOrigin] = []
    private let direction: Direction<Value>

    init(_ direction: Direction<Value>) { self.direction = direction }

    var isFree: Bool { direction.name == .free }

    /// With the program's default, which binds nobody.
    mutating func begin(with standard: Value) { value = standard }

    /// What a layer asked for in vain.
    struct Attempt {
        let holds: Value
        let against: [RuleOrigin]
    }

    /// Takes the next layer's value; says so when it asked for more than it may have.
    mutating func take(_ wanted: Value, _ role: ConfigLayerRole, _ origin: RuleOrigin) -> Attempt? {
        if role == .defaults || isFree {
            (value, origins) = (wanted, [origin])
            return nil
        }
        let above = (value: bound, origins: boundOrigins)
        let held = bound.map { direction.meet($0, wanted) } ?? wanted
        boundOrigins = Self.origins(of: held, above: above, below: (wanted, origin))
        bound = held
        if role == .config || value == nil { (value, origins) = (held, boundOrigins) }
        guard let limit = above.value, direction.loosens(limit, wanted) else { return nil }
        return Attempt(holds: held, against: above.origins)
    }

    /// The floor holds for a default, too.
    mutating func finish() {
        guard let bound, let value else { return }
        let held = direction.meet(bound, value)
        guard held != value else { return }
        origins = held == bound ? boundOrigins : boundOrigins + origins
        self.value = held
    }

    private static func origins(
        of held: Value, above: (value: Value?, origins: [RuleOrigin]), below: (value: Value, origin: RuleOrigin)
    ) -> [RuleOrigin] {
        // The one above decided first, so it counts when both say the same.
        if held == above.value { return above.origins }
        if held == below.value { return [below.origin] }
        return above.origins + [below.origin]
    }
}
