// `Rules/scope.yml` as a value: which paths and kinds of changes are denied or asked about, and how large a change may be. It must never
// hold a rule without an example that shows it at work.

package import ForgeCore

package struct ScopeRule: Sendable {
    package let id: String
    package let title: String
    /// `deny` or `ask`.
    package let decision: Decision
    package let message: String
    package let fix: String?
    package let references: [String]
    package let matches: [ScopeExample]
    package let ignores: [ScopeExample]
    package let origin: RuleOrigin
    package let paths: [String]
    let check: ScopeCheck?
    /// As they are written, and for paths that are only read like them.
    let exact: PathPatternList
    let forgiving: PathPatternList
}

/// A change that shows what a rule is about.
package struct ScopeExample: Hashable, Sendable {
    package var diff: Diff
    /// Paths that are there already.
    package var beside: [TreeEntry]
    /// Where it stands in its pack.
    package var line: Int
}

package struct ScopePack: Sendable {
    package var file: String
    package var layer: RuleLayer
    package var rules: [ScopeRule] = []
    package var limits = ScopeLimits()
}

/// What cannot be said by a pattern.
enum ScopeCheck: String, CaseIterable, Sendable {
    // Of a path.
    case outsideTree = "outside-tree"
    case backslash, unseenCharacters = "unseen-characters", controlCharacters = "control-characters"
    case blankOrDotAtEnd = "blank-or-dot-at-end"
    case reservedName = "reserved-name"
    case reservedCharacters = "reserved-characters"
    case shortName = "short-name"
    case gitFolder = "git-folder"
    case invalidText = "invalid-text"
    case mixedScripts = "mixed-scripts"
    // Of a change.
    case symlinkOutside = "symlink-outside"
    case symlinkToProtected = "symlink-to-protected"
    case symlinkUnknown = "symlink-unknown"
    case protectedFolder = "protected-folder"
    case throughSymlink = "through-symlink"
    case madeExecutable = "made-executable"
    case submodule
    case attributeDrivers = "attribute-drivers"
    case binary
    // Of all changes together.
    case collision
    case bareRepository = "bare-repository"
    case files, lines, bytes
    case fileBytes = "file-bytes"
}
