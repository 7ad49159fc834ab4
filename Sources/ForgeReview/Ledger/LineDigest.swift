// A number for a line of a change, by which it is known again after it moved or was indented anew. It is kept for every line that was looked
// at, so it is short; whoever makes two lines with one number hides nothing, since a finding on a line that counts as seen is still told in
// the summary and in the check run.

import ForgeCore

/// SipHash-2-4 (Aumasson, Bernstein, 2012) with a fixed key, cut to 48 bits: eight characters of text.
struct LineDigest {
    static let byteCount = 6
    private static let mask: UInt64 = 1 << 48 - 1

    private var v0: UInt64 = 0x736F_6D65_7073_6575
    private var v1: UInt64 = 0x646F_7261_6E64_6F6D ^ 0x666F_7267_652D_6C6E
    private var v2: UInt64 = 0x6C79_6765_6E65_7261
    private var v3: UInt64 = 0x7465_6462_7974_6573 ^ 0x666F_7267_652D_6C6E
    private var word: UInt64 = 0
    private var count: UInt64 = 0

    /// Blanks do not count: to indent a line is not to write it anew.
    static func of(_ line: DiffLine) -> UInt64 {
        var digest = Self()
        digest.add(byte: line.kind == .removed ? 1 : 0)
        for byte in line.text where byte != 0x20 && byte != 0x09 && byte != 0x0D { digest.add(byte: byte) }
        return digest.finish()
    }

    /// What a file is besides its lines. Its size counts only where its lines are not shown: there nothing else tells of a change.
    static func ofTraits(_ change: FileChange) -> UInt64 {
        var digest = Self()
        digest.add(byte: 2)
        for side in [change.old, change.new] { digest.add(number: UInt64(side?.mode.rawValue ?? 0)) }
        if change.omitted != nil { digest.add(number: UInt64(truncatingIfNeeded: change.new?.byteCount ?? 1)) }
        return digest.finish()
    }

    static func of(_ digests: some Sequence<UInt64>) -> UInt64 {
        var all = Self()
        for digest in digests { all.add(number: digest) }
        return all.finish()
    }

    private mutating func add(number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func add(byte: UInt8) {
        word |= UInt64(byte) << (8 * (count & 7))
        count &+= 1
        if count & 7 == 0 { takeWord() }
    }

    private mutating func takeWord() {
        v3 ^= word
        mix()
        mix()
        v0 ^= word
        word = 0
    }

    private mutating func finish() -> UInt64 {
        word |= count << 56
        takeWord()
        v2 ^= 0xFF
        for _ in 0..<4 { mix() }
        return (v0 ^ v1 ^ v2 ^ v3) & Self.mask
    }

    private mutating func mix() {
        v0 &+= v1
        v1 = (v1 << 13 | v1 >> 51) ^ v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = (v3 << 16 | v3 >> 48) ^ v2
        v0 &+= v3
        v3 = (v3 << 21 | v3 >> 43) ^ v0
        v2 &+= v1
        v1 = (v1 << 17 | v1 >> 47) ^ v2
        v2 = v2 << 32 | v2 >> 32
    }
}
