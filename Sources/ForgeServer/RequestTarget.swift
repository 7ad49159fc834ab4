// The request line's target, taken apart strictly: what two readers could understand differently is refused, never mended. A path is decoded
// once and no dot segment is ever resolved.

/// A decoded path and its query.
import ForgeCore

struct RequestTarget {
    let path: String
    let query: [(name: String, value: String)]

    /// Nil when the target is not `/…`, has a byte outside printable ASCII, a broken escape, an escape that hides a control character, a
    /// slash or broken UTF-8, or a `..` segment.
    init?(_ bytes: [UInt8]) {
        if bytes.first == UInt8(ascii: "/"), bytes.allSatisfy(Self.isPlain) {
            path = String(decoding: bytes, as: UTF8.self)
            query = []
            return
        }
        guard bytes.first == UInt8(ascii: "/"), !bytes.contains(where: { $0 <= 0x20 || $0 >= 0x7f || $0 == UInt8(ascii: "#") }) else {
            return nil
        }
        let mark = bytes.firstIndex(of: UInt8(ascii: "?"))
        guard let path = Self.path(bytes[..<(mark ?? bytes.endIndex)]) else { return nil }
        self.path = path
        guard let mark else {
            query = []
            return
        }
        guard let query = Self.query(bytes[(mark + 1)...]) else { return nil }
        self.query = query
    }

    /// Bytes that mean only themselves. Most targets have no others.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func path(_ raw: ArraySlice<UInt8>) -> String? {
        guard let decoded = decode(raw, plusIsBlank: false) else { return nil }
        // An escaped slash or backslash would make one segment of ours two segments of somebody else's.
        guard decoded.count(where: { $0 == UInt8(ascii: "/") }) == raw.count(where: { $0 == UInt8(ascii: "/") }),
            !decoded.contains(UInt8(ascii: "\\")), !decoded.contains(where: { $0 < 0x20 || $0 == 0x7f })
        else { return nil }
        let dots = decoded.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) || $0.elementsEqual(".".utf8) }
        return dots ? nil : String(validating: decoded, as: UTF8.self)
    }

    private static func query(_ raw: ArraySlice<UInt8>) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for part in raw.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = text(part[..<equals]), let value = text(part[equals...].dropFirst()) else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }

    private static func text(_ raw: ArraySlice<UInt8>) -> String? {
        guard let decoded = decode(raw, plusIsBlank: true), !decoded.contains(0) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func decode(_ raw: ArraySlice<UInt8>, plusIsBlank: Bool) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        var rest = raw
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst()?.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else { return nil }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsBlank && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return decoded
    }
}
