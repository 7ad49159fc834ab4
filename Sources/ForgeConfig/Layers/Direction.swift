// Which way a key may be moved by a layer below. A key of `.forge.yml` without a direction does not compile, so nobody can add one and
// forget to say who wins. A direction must never give back something looser than what stands above.
//
// In words of order: values that the layers write form a lattice in which lower is tighter, and `meet` is the greatest value that is at
// least as tight as both. For `.union` and `.intersection` tighter is by inclusion. `.free` alone is no lattice: it is for taste.

/// The way's name, as people read it in the table of keys.
package enum LayerDirection: String, Sendable, CaseIterable {
    case minimum, maximum
    case union, superset
    case intersection
    case tightenTrue = "tighten_true"
    case tightenFalse = "tighten_false"
    case fixed
    case appended
    case free

    /// What a layer below may do.
    package var sentence: String {
        switch self {
        case .minimum: "only lower"
        case .maximum: "only higher"
        case .union: "only add"
        case .superset: "only add; what stands above stays"
        case .intersection: "only narrow: every layer that speaks must agree"
        case .tightenTrue: "only true, once it is true above"
        case .tightenFalse: "only false, once it is false above"
        case .fixed: "nothing, once it is set above"
        case .appended: "add, never replace"
        case .free: "anything"
        }
    }
}

/// How a layer's value goes together with what stands above.
struct Direction<Value: Equatable> {
    let name: LayerDirection
    /// What holds when `above` is set and a layer below writes `below`.
    let meet: (_ above: Value, _ below: Value) -> Value
    /// Whether `below` asks for something that `above` does not let it have.
    let loosens: (_ above: Value, _ below: Value) -> Bool
}

extension Direction {
    /// Taste: the layer nearest to the repository is heard.
    static var free: Self {
        Self(name: .free) { _, below in
            below
        } loosens: { _, _ in
            false
        }
    }

    /// Whoever sets it first decides: for values that cannot be compared, such as the crew.
    static var fixed: Self {
        Self(name: .fixed) { above, _ in
            above
        } loosens: {
            $0 != $1
        }
    }
}

extension Direction where Value: Comparable {
    /// Budgets, sizes, how far agents go; and thresholds, since a higher one hides more.
    static var minimum: Self {
        Self(name: .minimum) {
            min($0, $1)
        } loosens: {
            $1 > $0
        }
    }

    /// Severities, tiers, what a person must be allowed to do before Forge listens.
    static var maximum: Self {
        Self(name: .maximum) {
            max($0, $1)
        } loosens: {
            $1 < $0
        }
    }
}

extension Direction<Bool> {
    /// A protection.
    static var tightenTrue: Self {
        Self(name: .tightenTrue) {
            $0 || $1
        } loosens: {
            $0 && !$1
        }
    }

    /// A permission.
    static var tightenFalse: Self {
        Self(name: .tightenFalse) {
            $0 && $1
        } loosens: {
            !$0 && $1
        }
    }
}

// MARK: Sets, written as lists

extension Direction {
    /// Every layer adds to it: denials. Not to repeat what stands above is no attempt at anything.
    static func union<Element>() -> Self where Value == [Element], Element: Hashable {
        Self(name: .union, meet: joined) { _, _ in false }
    }

    /// A list that is written whole: leaving out what stands above is an attempt, and it stays in.
    static func superset<Element>() -> Self where Value == [Element], Element: Hashable {
        Self(name: .superset, meet: joined) { above, below in !Set(above).isSubset(of: below) }
    }

    /// Like `superset` where an empty list means everything: the widest list of all.
    static func supersetEmptyIsAll<Element>() -> Self where Value == [Element], Element: Hashable {
        Self(name: .superset) { above, below in
            above.isEmpty || below.isEmpty ? [] : joined(above, below)
        } loosens: { above, below in
            if below.isEmpty { return false }
            return above.isEmpty || !Set(above).isSubset(of: below)
        }
    }

    /// Permissions: only what both name.
    static func intersection<Element>() -> Self where Value == [Element], Element: Hashable {
        Self(name: .intersection) { above, below in
            let allowed = Set(above)
            var seen: Set<Element> = []
            return below.filter { allowed.contains($0) && seen.insert($0).inserted }
        } loosens: { above, below in
            !Set(below).isSubset(of: above)
        }
    }
}

/// What stands above first, then what is new, each once.
private func joined<Element: Hashable>(_ above: [Element], _ below: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return (above + below).filter { seen.insert($0).inserted }
}

// MARK: Values under names

extension Direction {
    /// Each name by itself; a name that only one layer knows keeps that layer's value.
    static func perName<Element>(_ each: Direction<Element>) -> Self where Value == [String: Element], Element: Equatable {
        Self(name: each.name) { above, below in
            above.merging(below, uniquingKeysWith: each.meet)
        } loosens: { above, below in
            below.contains { name, value in above[name].map { each.loosens($0, value) } ?? false }
        }
    }
}
