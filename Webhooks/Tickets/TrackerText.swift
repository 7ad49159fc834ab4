// Text from a tracker, cut to size. It must never be cut inside a character's bytes, nor lose its end without a sign of it.

import ForgeCore

extension String {
    private static let ellipsis = "…"

    /// At most so many bytes of UTF-8; what was longer ends in an ellipsis.
    func cut(toBytes bytesMax: Int) -> String {
        guard utf8.count > bytesMax else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, bytesMax - Self.ellipsis.utf8.count))
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end]) + Self.ellipsis
    }

    /// Up to the first line end that something stands before.
    var firstLine: String {
        let begin = utf8.firstIndex { $0 > 0x20 } ?? startIndex
        let end = utf8[begin...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? endIndex
        return String(self[begin..<end])
    }

    /// Nil for nothing but white space: senders write "" where they mean nothing.
    var unlessBlank: String? {
        utf8.contains { $0 > 0x20 } ? self : nil
    }
}

extension JSON {
    /// The text, nil when it is blank.
    var text: String? { string?.unlessBlank }

    /// What a tag or a field may hold: text, a number, or a truth.
    var scalarText: String? {
        if case .bool(let flag) = self { flag ? "true" : "false" } else { text }
    }

    /// An id as trackers write them: 123, "123", "APP-7", a uuid. Anything else is none, and never becomes part of a key.
    var identifier: String? {
        guard let text = string, (1...64).contains(text.utf8.count) else { return nil }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return isPlain ? text : nil
    }

    /// A moment as trackers write them: RFC 3339 and looser, or seconds since 1970 as a number or as text.
    var moment: Timestamp? {
        if case .string(let text) = self, let moment = Timestamp(text: text) { return moment }
        guard let seconds = double, seconds.isFinite, seconds > 0, seconds < 253_402_300_800 else { return nil }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }
}
