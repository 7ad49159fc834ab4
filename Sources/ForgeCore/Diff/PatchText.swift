// The text of a unified diff to a `Diff`: what `git diff`, `git show`, `git format-patch` and `diff -u` write. It must never skip a change
// that `git apply` would carry out, and never guess: a text that says two things, or less than it announces, is refused with its line.
//
// What it takes is one pass, in time that grows with the text; the lines of the result are slices of it. What a patch does not tell is not
// known afterwards either: sizes of files, and the mode of a file that is only renamed, which counts as a regular one.

package struct PatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Of the patch, the first is 1.
    package let line: Int
    package let message: String

    package var description: String { "line \(line): \(message)" }
}

package enum PatchText {
    /// An empty text is a diff of no files. Any other text without a change is none, and is refused.
    package static func parse(_ bytes: [UInt8]) throws(PatchError) -> Diff {
        var parser = PatchParser(bytes)
        return try parser.diff()
    }
}

/// The lines of a patch one after the other, and their numbers.
struct PatchLines {
    private let bytes: [UInt8]
    private var start = 0
    private var end = 0
    /// Of the line that `current` shows.
    private(set) var number = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = Self.lineEnd(bytes, 0)
    }

    /// Without its line feed; nil at the end.
    var current: ArraySlice<UInt8>? { start < bytes.count ? bytes[start..<end] : nil }

    /// Without a carriage return at its end, too: what is no line of a file may have been through a program that writes them.
    var currentHeader: ArraySlice<UInt8>? {
        guard let line = current else { return nil }
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    mutating func advance() {
        start = end + 1
        end = Self.lineEnd(bytes, start)
        number += 1
    }

    private static func lineEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        return end
    }
}

extension ArraySlice<UInt8> {
    func hasPrefix(_ text: String) -> Bool { starts(with: text.utf8) }

    func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }

    /// What follows the prefix, if it is there.
    func after(_ text: String) -> ArraySlice<UInt8>? { hasPrefix(text) ? dropFirst(text.utf8.count) : nil }
}
