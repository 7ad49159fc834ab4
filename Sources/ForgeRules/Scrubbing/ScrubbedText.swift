// What scrubbing gives back: the harmless text, and what was found on the way. It must never hold what was dropped: a note counts, it does
// not quote.

/// What was dropped or made visible. The names are stable: they stand in logs and metrics.
package enum ScrubKind: String, Hashable, Sendable, CaseIterable {
    case invalidBytes = "invalid-bytes"
    case invisible = "invisible-character"
    case bidirectional = "bidirectional-control"
    case tags = "tag-character"
    case variation = "variation-selector"
    case escape = "terminal-escape"
    case control = "control-character"
    case stackedMarks = "stacked-mark"
    case padding = "blank-padding"
    case comment = "hidden-comment"
    case attributes = "markup-attributes"
    case image = "image"
    case linkTitle = "link-title"
    case reference = "reference-definition"
    case roleMarker = "role-marker"
    case delimiter = "fake-delimiter"
    case cut = "cut"
}

package struct ScrubNote: Hashable, Sendable {
    package var kind: ScrubKind
    /// How many places, or characters where single characters are dropped.
    package var count: Int

    package init(kind: ScrubKind, count: Int) {
        self.kind = kind
        self.count = count
    }
}

package struct ScrubbedText: Hashable, Sendable {
    package var text: String
    /// In the order of `ScrubKind.allCases`; only what was found.
    package var notes: [ScrubNote]
}

/// Counts by kind while the steps run.
struct ScrubTally {
    private var counts: [ScrubKind: Int] = [:]

    mutating func add(_ kind: ScrubKind, _ count: Int = 1) { counts[kind, default: 0] += count }

    var notes: [ScrubNote] { ScrubKind.allCases.compactMap { kind in counts[kind].map { ScrubNote(kind: kind, count: $0) } } }
}
