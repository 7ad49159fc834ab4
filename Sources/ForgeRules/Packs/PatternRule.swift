// One rule over text or over a diff, as its pack says it. It must never hold anything that changes: every worker reads the same one.

package import ForgeCore

/// What a rule looks at.
package enum RuleSubject: String, Hashable, Sendable, CaseIterable {
    /// Any text: a ticket, a log, a file, a line of a diff.
    case text
    /// The lines that a diff adds, or removes.
    case added, removed
    /// The names of what a diff touches.
    case path
    /// The diff as a whole; such a rule has a check and no pattern.
    case change
}

package enum RuleConfidence: String, Hashable, Sendable, CaseIterable, Comparable {
    case low, medium, high

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// Where in a change a finding may be; all that are named must hold.
package enum RulePlace: String, Hashable, Sendable, CaseIterable {
    /// What the finding begins in; `live` is code or string.
    case code, comment, string, live
    /// Tests only; or neither tests nor examples.
    case test, product
    /// In generated and vendored files, too.
    case foreign
}

/// A regular expression of a pack and where it stands.
package struct LocatedPattern: Hashable, Sendable {
    package let expression: String
    package let line: Int
    package let column: Int
}

/// What a rule leaves alone although its pattern fits.
package struct RuleAllowance: Hashable, Sendable {
    /// One of them is found in the capture.
    package var captures: [LocatedPattern] = []
    /// One of them is found in the line.
    package var lines: [LocatedPattern] = []
    /// One of them is in the capture, in any letter case; kept in small letters.
    package var words: [[UInt8]] = []
    package var paths: [String] = []

    package init() {}
}

/// A text that shows what a rule finds, or leaves alone.
package struct RuleExample: Hashable, Sendable {
    /// Nil when it is about a file's name alone.
    package var path: RepositoryPath?
    package var text: [UInt8]?
    /// What stood in the place of `text` before.
    package var removed: [UInt8]?
    /// A whole diff, as `git diff` prints it.
    package var diff: [UInt8]?
    /// Where it stands in its pack.
    package var line: Int

    package init(path: RepositoryPath? = nil, text: [UInt8]? = nil, removed: [UInt8]? = nil, diff: [UInt8]? = nil, line: Int) {
        self.path = path
        self.text = text
        self.removed = removed
        self.diff = diff
        self.line = line
    }
}

/// Everything that is said of a rule; read from a pack by `PatternPack`, or put together from a repository's own patterns.
package struct RuleDescription: Sendable {
    package var id: String
    package var title: String
    package var severity: FindingSeverity
    package var family: String
    package var subject: RuleSubject
    package var patterns: [LocatedPattern] = []
    /// The group that is the finding; 0 is the whole match.
    package var capture = 0
    /// The pattern runs over line ends.
    package var acrossLines = false
    /// The pattern is over Unicode characters instead of bytes.
    package var isUnicode = false
    /// One of them is in the same line; in small letters.
    package var keywords: [[UInt8]] = []
    /// Bytes of the capture.
    package var length: ClosedRange<Int>?
    /// The least Shannon entropy of the capture, in bits per byte.
    package var entropy: Double?
    /// The name of a check in `RuleChecks`.
    package var check: String?
    /// For rules over a diff: where a finding may be.
    package var places: Set<RulePlace> = []
    /// For rules over a diff: what takes the place of the capture, when the fix is exact.
    package var suggestion: String?
    package var allow = RuleAllowance()
    package var paths: [String] = []
    package var pathsIgnore: [String] = []
    package var confidence = RuleConfidence.high
    /// Gives way to any other rule of its pack on the same characters.
    package var isGeneric = false
    /// A repository can neither disable it nor ask for less.
    package var isRequired = false
    package var message: String
    package var fix: String?
    package var references: [String] = []
    package var matches: [RuleExample] = []
    package var ignores: [RuleExample] = []
    package var origin: RuleOrigin

    package init(
        id: String, title: String, severity: FindingSeverity, family: String, subject: RuleSubject, message: String, origin: RuleOrigin
    ) {
        self.id = id
        self.title = title
        self.severity = severity
        self.family = family
        self.subject = subject
        self.message = message
        self.origin = origin
    }
}

/// A class, because every hit names its rule and a copy would count two dozen fields.
@dynamicMemberLookup
package final class PatternRule: Sendable {
    package let description: RuleDescription
    /// The pack it is of: `secrets`.
    package let pack: String

    package init(_ description: RuleDescription, pack: String) {
        self.description = description
        self.pack = pack
    }

    package subscript<Value>(dynamicMember key: KeyPath<RuleDescription, Value>) -> Value { description[keyPath: key] }

    /// Of two rules of a pack that find the same characters, the lower one gives way.
    package var precedence: Int {
        if description.isGeneric { return 0 }
        switch description.confidence {
        case .low: return 1
        case .medium: return 2
        case .high: return 3
        }
    }

    /// Noisy rules wait to be asked for.
    package var isOnByDefault: Bool { description.confidence > .low }
}
