// What one layer says about which files may be changed, as plain values: whoever reads `.forge.yml` makes one of these for each file.
// Of several layers denials add up, a path must be allowed by every layer that speaks, and the lowest limit holds.

package import ForgeCore

/// A pattern with the meaning that a line of `.gitignore` has, and where it stands.
package struct ScopeEntry: Hashable, Sendable {
    package var pattern: String
    package var origin: RuleOrigin

    package init(_ pattern: String, origin: RuleOrigin) {
        self.pattern = pattern
        self.origin = origin
    }
}

package struct ScopeLimit: Hashable, Sendable {
    package var value: Int
    package var origin: RuleOrigin

    package init(_ value: Int, origin: RuleOrigin) {
        self.value = value
        self.origin = origin
    }
}

package struct ScopeLimits: Hashable, Sendable {
    package var filesMax: ScopeLimit?
    /// Added and removed ones.
    package var linesMax: ScopeLimit?
    /// Added ones.
    package var bytesMax: ScopeLimit?
    package var fileBytesMax: ScopeLimit?

    package init(filesMax: ScopeLimit? = nil, linesMax: ScopeLimit? = nil, bytesMax: ScopeLimit? = nil, fileBytesMax: ScopeLimit? = nil) {
        self.filesMax = filesMax
        self.linesMax = linesMax
        self.bytesMax = bytesMax
        self.fileBytesMax = fileBytesMax
    }

    /// The lower of both; the one that was there first when they are the same.
    func met(with other: ScopeLimits) -> ScopeLimits {
        func lower(_ first: ScopeLimit?, _ second: ScopeLimit?) -> ScopeLimit? {
            guard let first, let second else { return first ?? second }
            return second.value < first.value ? second : first
        }
        return ScopeLimits(
            filesMax: lower(filesMax, other.filesMax), linesMax: lower(linesMax, other.linesMax),
            bytesMax: lower(bytesMax, other.bytesMax), fileBytesMax: lower(fileBytesMax, other.fileBytesMax))
    }
}

package struct ScopeLayer: Hashable, Sendable {
    /// Where it allows what it allows, when it is the list as a whole that does not.
    package var origin: RuleOrigin
    /// Nil when the layer does not speak about it; empty allows nothing. `!` takes out again what the list itself let in.
    package var allow: [ScopeEntry]?
    /// `!` takes back a denial of this list, never one of another layer.
    package var deny: [ScopeEntry]
    package var ask: [ScopeEntry]
    package var limits: ScopeLimits

    package init(
        origin: RuleOrigin, allow: [ScopeEntry]? = nil, deny: [ScopeEntry] = [], ask: [ScopeEntry] = [], limits: ScopeLimits = ScopeLimits()
    ) {
        self.origin = origin
        self.allow = allow
        self.deny = deny
        self.ask = ask
        self.limits = limits
    }

    /// Patterns that can never match, and those that are none: what its owner should be told before the layer is used.
    package var problems: [(entry: ScopeEntry, message: String)] {
        ((allow ?? []) + deny + ask).compactMap { entry in
            guard let pattern = PathPattern(entry.pattern) else {
                return (entry, "is a blank line or a comment to git, and matches nothing")
            }
            return pattern.problem.map { (entry, "matches nothing: it \($0)") }
        }
    }
}
