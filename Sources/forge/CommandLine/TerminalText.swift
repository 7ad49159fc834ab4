// What a program writes, made harmless for a terminal: nothing in it moves the cursor, changes a title or turns the text around. Bytes come
// in pieces, and a character may be cut in two.

import ForgeCore

struct TerminalText: Sendable {
    private var rest: [UInt8] = []

    /// Of the bytes so far, all whole characters; what is no text is shown as the replacement character.
    mutating func take(_ bytes: [UInt8]) -> String {
        let all = rest + bytes
        let cut = Self.unfinished(all)
        rest = Array(all.suffix(cut))
        return Self.shown(all.dropLast(cut))
    }

    /// What was left of a character that never came whole.
    mutating func finish() -> String {
        defer { rest = [] }
        return Self.shown(rest[...])
    }

    private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let isPlain = scalar == "\n" || scalar == "\t" || !scalar.isHidden
            if isPlain {
                text.append(scalar)
            } else if scalar != "\r" {
                text.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            }
        }
        return String(text)
    }

    /// How many bytes at the end begin a character that is not whole.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }
}
