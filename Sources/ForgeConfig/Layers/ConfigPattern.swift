// Patterns for names and paths, each with the line that it stands on. This module never matches one: whether `src/**` fits a path is for the
// module that judges paths, and there is only one of those.

package import ForgeCore

/// One pattern, as it was written, and where.
package struct ConfigPattern: Sendable, Equatable, Hashable {
    package var text: String
    package var origin: RuleOrigin

    package init(_ text: String, origin: RuleOrigin) {
        self.text = text
        self.origin = origin
    }

    /// The same pattern on another line says the same.
    package static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// One list of patterns for each layer that speaks. A name fits when it fits a pattern of every list; a list without patterns fits nothing.
///
/// This is what makes an intersection of patterns exact: whether `src/**` and `**/*.py` have anything in common is not for the merge to find
/// out, it is asked of each path.
package struct AgreedPatterns: Sendable, Equatable {
    /// Never empty.
    package var lists: [[ConfigPattern]]

    package init(_ lists: [[ConfigPattern]]) {
        precondition(!lists.isEmpty, "somebody says something, if only the default")
        self.lists = lists
    }

    package var all: [ConfigPattern] { lists.flatMap { $0 } }

    /// With the caller's own idea of what fits.
    package func match(_ fits: (ConfigPattern) -> Bool) -> Bool { lists.allSatisfy { $0.contains(where: fits) } }
}

extension ConfigPattern {
    /// `!name`: of what stands before it in its own file's list.
    package var isException: Bool { text.hasPrefix("!") }
}

extension Direction<[ConfigPattern]> {
    /// Denials with exceptions: whoever matches them takes each file's list by itself, so a pattern that stands above with an exception
    /// behind it must not swallow the same pattern without one.
    static func unionOfFiles() -> Self {
        Self(name: .union) { above, below in
            guard (above + below).contains(where: \.isException) else { return Direction.union().meet(above, below) }
            let known = Set(above.map(\.origin))
            // A file that is there already is there with all its patterns.
            return above + below.filter { !known.contains($0.origin) }
        } loosens: { _, _ in
            false
        }
    }
}

extension Direction<AgreedPatterns> {
    /// What both let through: the lists stand side by side.
    static func intersection() -> Self {
        Self(name: .intersection) { above, below in
            // One list that lets nothing through settles it.
            if (above.lists + below.lists).contains(where: \.isEmpty) { return AgreedPatterns([[]]) }
            var lists = above.lists
            for list in below.lists where !lists.contains(where: { isSame($0, list) }) { lists.append(list) }
            return AgreedPatterns(lists)
        } loosens: { above, below in
            above.lists.contains { upper in
                // Lists that all must fit stay within a list when one of them does.
                !below.lists.contains { lower in
                    isWithin(lower, upper)
                }
            }
        }
    }
}

/// The order counts as soon as there are exceptions.
private func isSame(_ left: [ConfigPattern], _ right: [ConfigPattern]) -> Bool {
    (left + right).contains(where: \.isException) ? left == right : Set(left) == Set(right)
}

/// Whether the list below is known to let nothing through that the one above does not.
private func isWithin(_ lower: [ConfigPattern], _ upper: [ConfigPattern]) -> Bool {
    if upper.contains(where: \.isException) { return lower == upper }
    // An exception below only narrows.
    return lower.allSatisfy { wanted in wanted.isException || upper.contains { covers($0.text, wanted.text) } }
}

/// Whether everything that fits `narrow` is known to fit `wide`. False also means "not known": it only decides about a warning, and a
/// warning too many costs less than one too few.
func covers(_ wide: String, _ narrow: String) -> Bool {
    if wide == narrow || wide == "**" || wide == "**/*" { return true }
    if wide == "*" { return !narrow.contains("/") }
    guard wide.hasSuffix("/**") else { return false }
    let folder = wide.dropLast(2)
    let isPlain = !folder.contains { "*?[\\".contains($0) }
    return isPlain && narrow.hasPrefix(folder) && narrow.utf8.count > folder.utf8.count
}
