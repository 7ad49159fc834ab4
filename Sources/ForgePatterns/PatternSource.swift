// A pattern as a person wrote it, and how its letters are meant. Both engines read the same source, so an option here must mean the same to
// both: what only one of them knows has no place in it.

/// A regular expression in the syntax that Vectorscan and PCRE2 share.
package struct PatternSource: Hashable, Sendable {
    package struct Options: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Letters match in either case; of ASCII only, without `unicode`.
        package static let caseless = Options(rawValue: 1 << 0)
        /// `^` and `$` match at every line.
        package static let multiline = Options(rawValue: 1 << 1)
        /// `.` matches a line feed, too.
        package static let dotAll = Options(rawValue: 1 << 2)
        /// A character is a Unicode scalar, not a byte. An exact match crosses no bytes that are no UTF-8; a scan of a text with such bytes may
        /// miss what stands in it, so such a pattern is for texts that were made valid before.
        package static let unicode = Options(rawValue: 1 << 3)
        /// A scan reports the pattern once, at whichever end comes first. Of no meaning to an exact match.
        package static let once = Options(rawValue: 1 << 4)
        /// The pattern may match no text at all, which a scan then reports at every byte. Without it such a pattern is refused.
        package static let allowsEmpty = Options(rawValue: 1 << 5)
    }

    package var expression: String
    package var options: Options

    package init(_ expression: String, options: Options = []) {
        self.expression = expression
        self.options = options
    }
}

/// How long a text that matches can be, in bytes.
package struct PatternWidth: Hashable, Sendable {
    package var min: Int
    /// Nil when there is no longest.
    package var max: Int?

    package init(min: Int, max: Int?) {
        self.min = min
        self.max = max
    }
}
