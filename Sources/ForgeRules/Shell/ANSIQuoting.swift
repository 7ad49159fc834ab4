// The escapes of `$'…'`, which `printf` and `echo -e` share. It must never keep what follows a NUL: a shell's text ends there.

enum ANSIQuoting {
    /// What the escapes say; bytes that are no UTF-8 become replacement characters.
    static func decode(_ source: ArraySlice<UInt8>, zeroPrefixedOctal: Bool = false) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(source.count)
        var at = source.startIndex
        while at < source.endIndex {
            guard source[at] == Byte.backslash, at + 1 < source.endIndex else {
                out.append(source[at])
                at += 1
                continue
            }
            let count = escape(source[(at + 1)...], zeroPrefixedOctal, into: &out)
            at += 1 + count
        }
        if let end = out.firstIndex(of: 0) { out.removeSubrange(end...) }
        return String(decoding: out, as: UTF8.self)
    }

    /// One escape after its backslash; returns how many bytes it took.
    private static func escape(_ rest: ArraySlice<UInt8>, _ zeroPrefixedOctal: Bool, into out: inout [UInt8]) -> Int {
        let letter = rest[rest.startIndex]
        let after = rest.dropFirst()
        switch letter {
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "a"): out.append(0x07)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "v"): out.append(0x0B)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "e"), UInt8(ascii: "E"): out.append(0x1B)
        case UInt8(ascii: "x"): return 1 + number(after, radix: 16, digitsMax: 2, isScalar: false, letter, into: &out)
        case UInt8(ascii: "u"): return 1 + number(after, radix: 16, digitsMax: 4, isScalar: true, letter, into: &out)
        case UInt8(ascii: "U"): return 1 + number(after, radix: 16, digitsMax: 8, isScalar: true, letter, into: &out)
        case UInt8(ascii: "0") where zeroPrefixedOctal: return 1 + number(after, radix: 8, digitsMax: 3, isScalar: false, nil, into: &out)
        case UInt8(ascii: "0")...UInt8(ascii: "7"): return number(rest, radix: 8, digitsMax: 3, isScalar: false, nil, into: &out)
        case UInt8(ascii: "c"):
            guard let control = after.first else { break }
            out.append(control & 0x1F)
            return 2
        case Byte.backslash, Byte.singleQuote, Byte.doubleQuote, Byte.question: out.append(letter)
        default:
            out.append(Byte.backslash)
            out.append(letter)
        }
        return 1
    }

    private static func number(
        _ digits: ArraySlice<UInt8>, radix: UInt32, digitsMax: Int, isScalar: Bool, _ letter: UInt8?, into out: inout [UInt8]
    ) -> Int {
        var value: UInt32 = 0
        var count = 0
        for byte in digits.prefix(digitsMax) {
            guard Byte.isHexDigit(byte), Byte.hexValue(byte) < radix else { break }
            value = value &* radix &+ Byte.hexValue(byte)
            count += 1
        }
        if count == 0 {
            if let letter { out.append(contentsOf: [Byte.backslash, letter]) } else { out.append(0) }
        } else if isScalar {
            out.append(contentsOf: Array(String(UnicodeScalar(value) ?? "\u{FFFD}").utf8))
        } else {
            out.append(UInt8(truncatingIfNeeded: value))
        }
        return count
    }
}
