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

extension Direction<AgreedPatterns> {
    /// What both let through: the lists stand side by side.
    static func intersection() -> Self {
        Self(name: .intersection) { above, below in
            // One list that lets nothing through settles it.
            if (above.lists + below.lists).contains(where: \.isEmpty) { return AgreedPatterns([[]]) }
            var lists = above.lists
            for list in below.lists where !lists.contains(where: { Set($0) == Set(list) }) { lists.append(list) }
            return AgreedPatterns(lists)
        } loosens: { above, below in
            above.lists.contains { upper in
                // Lists that all must fit stay within a list when one of them does.
                !below.lists.contains { lower in
                    lower.allSatisfy { wanted in upper.contains { covers($0.text, wanted.text) } }
                }
            }
        }
    }
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
