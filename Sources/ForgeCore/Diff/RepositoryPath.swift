// A path inside a repository, as git has it: any bytes but zero, with `/` between its parts. It must never be printed as it is: a name
// may hold line ends, escapes and characters that turn the text around.

package struct RepositoryPath: Hashable, Sendable, Comparable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    /// With a replacement character where the bytes are no UTF-8: for patterns, never for opening a file.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// For people and logs, on one line: what hides or moves text, and what is no UTF-8, as `\u{…}` or `\x…`.
    package var shown: String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.map { (0x20..<0x7F).contains($0) && $0 != 0x5C ? String(UnicodeScalar($0)) : "\\x" + hex($0) }.joined()
        }
        guard text.unicodeScalars.contains(where: \.isHidden) else { return text }
        return text.unicodeScalars.map { $0.isHidden ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    /// The part after the last `/`.
    package var name: ArraySlice<UInt8> {
        bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[($0 + 1)...] } ?? bytes[...]
    }

    /// The part before the last `/`; empty at the top.
    package var parent: RepositoryPath { RepositoryPath(bytes: Array(bytes.dropLast(name.count + 1))) }

    package static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

private func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
}
