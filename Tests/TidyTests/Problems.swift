// How a rule speaks: it takes text and returns sentences that begin with the place, and a test records each as a failure of its own.
// A rule is a pure function, so that each also has a test that shows it catching what it is for.

import Testing

/// Records every problem as one issue, so that one run names them all.
func expectNone(_ problems: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    for problem in problems { Issue.record(Comment(rawValue: problem), sourceLocation: sourceLocation) }
}

/// An exception to a rule: where it holds, and why.
struct Exception: Sendable {
    /// A file, or a folder when it ends in `/`.
    let place: String
    let reason: String

    func covers(_ path: String) -> Bool { path == place || (place.hasSuffix("/") && path.hasPrefix(place)) }
}
