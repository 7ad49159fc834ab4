// Line and column of a byte, for messages about files that people open in an editor.

package struct TextPlace: Hashable, Sendable, CustomStringConvertible {
    /// Both begin at 1; a column counts bytes.
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package init(of offset: Int, in bytes: [UInt8]) {
        let before = bytes.prefix(offset)
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        column = before.count - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
    }

    package var description: String { "line \(line), column \(column)" }
}
