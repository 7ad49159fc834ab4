// What can be wrong with patterns, with a compiled database from a file, and with a match that costs too much. A message must never quote
// the text that was searched: it may hold a credential.

/// Why a pattern, or a set of them, cannot be used.
package struct PatternError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The engine does not understand it, or cannot search for it in any way.
        case refused
        /// It is understood, and would cost more than the limits allow.
        case tooExpensive
    }

    /// Its place in the list that was given; nil when no single pattern is to blame.
    package var pattern: Int?
    package var reason: Reason
    package var message: String
    /// The byte of the expression that the engine stopped at, where it says so.
    package var offset: Int?

    package init(pattern: Int?, _ reason: Reason, _ message: String, offset: Int? = nil) {
        self.pattern = pattern
        self.reason = reason
        self.message = message
        self.offset = offset
    }
}

extension PatternError: CustomStringConvertible {
    package var description: String {
        let place = pattern.map { "pattern \($0): " } ?? ""
        return place + message + (offset.map { " (at byte \($0))" } ?? "")
    }
}

/// Why bytes are not a database that this program can use. None is worth more than compiling again.
package enum SerializedDatabaseError: Error, Hashable, Sendable {
    /// Something else altogether.
    case foreign
    /// Written by a version of Forge with another format.
    case otherFormat(UInt32)
    /// Cut short, or changed since it was written.
    case damaged
    /// Made for another processor, or by another version of the library.
    case otherPlatform(String)
    /// Made of other patterns.
    case otherKey
    /// The library refuses it for its own reason.
    case refused(Int32)
}

extension SerializedDatabaseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .foreign: "not a pattern database"
        case .otherFormat(let version): "a pattern database of format \(version)"
        case .damaged: "a damaged pattern database"
        case .otherPlatform(let platform): "a pattern database for \(platform)"
        case .otherKey: "a database of other patterns"
        case .refused(let code): "a pattern database that Vectorscan refuses (error \(code))"
        }
    }
}

/// A match was given up because it cost too much: whether the text matches is not known.
package enum PatternLimitReached: Error, Hashable, Sendable {
    /// Steps of backtracking.
    case steps
    /// Depth of backtracking.
    case depth
    /// Memory for backtracking.
    case memory
    /// More matches than were asked for.
    case matches
}

extension PatternLimitReached: CustomStringConvertible {
    package var description: String {
        switch self {
        case .steps: "the pattern needs too many steps on this text"
        case .depth: "the pattern nests too deep on this text"
        case .memory: "the pattern needs too much memory on this text"
        case .matches: "the pattern matches too often in this text"
        }
    }
}
