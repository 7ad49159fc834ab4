// Whether a file holds text that rules can read, told by its first bytes. It must never take a text for something else because of a few odd
// bytes: what is taken for no text is not looked at.

enum TextKind: String, Hashable, Sendable {
    case text
    /// With its byte order mark; every second byte is zero in most of them, so patterns over bytes find nothing there.
    case utf16 = "UTF-16"
    case binary

    /// So much of a file is looked at.
    static let bytesLookedAt = 8 << 10

    /// A zero byte does not stand in text, nor do many control bytes.
    static func of(_ start: Span<UInt8>) -> TextKind {
        let count = min(start.count, bytesLookedAt)
        if count >= 2, (start[0] == 0xFF && start[1] == 0xFE) || (start[0] == 0xFE && start[1] == 0xFF) {
            // UTF-32 begins the same, and is as rare as it is unreadable.
            return .utf16
        }
        var zeros = 0
        var controls = 0
        var at = 0
        while at < count {
            let block = oddBytes(in: start.extracting(at..<min(at + blockBytes, count)))
            zeros += block.zeros
            controls += block.controls
            at += blockBytes
        }
        return zeros > 0 || controls * 10 > count ? .binary : .text
    }

    /// So few that a byte counts them.
    private static let blockBytes = 128

    /// Without branches, in counters of one byte and to the end of the block whatever is found: only then does the compiler take many bytes at
    /// once, which is a tenth of the work. `forge bench scan` shows it.
    private static func oddBytes(in block: Span<UInt8>) -> (zeros: Int, controls: Int) {
        var zeros: UInt8 = 0
        var controls: UInt8 = 0
        for index in block.indices {
            let byte = block[index]
            zeros |= UInt8(byte == 0 ? 1 : 0)
            // All below space but tab, line feed, vertical tab, form feed, carriage return, backspace, bell and escape.
            controls &+= UInt8(byte < 0x20 ? 1 : 0) & UInt8(byte &- 0x07 > 0x06 ? 1 : 0) & UInt8(byte != 0x1B ? 1 : 0)
        }
        return (Int(zeros), Int(controls))
    }
}
