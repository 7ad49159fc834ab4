// The form-encoded shape of a GitHub body: `payload=<JSON, percent-encoded>`. The signature is over the encoded bytes, so these are what
// is stored; decoding takes the JSON out.

import ForgeCore

enum GitHubForm {
    private static let field = Array("payload=".utf8)

    /// For a body that came without its content type; no JSON begins like this.
    static func isForm(_ bytes: [UInt8]) -> Bool { bytes.starts(with: field) }

    /// The value of the form's `payload` field; nil when there is none.
    static func payload(of form: [UInt8]) -> [UInt8]? {
        for part in form.split(separator: UInt8(ascii: "&")) where part.starts(with: field) {
            return decode(part.dropFirst(field.count))
        }
        return nil
    }

    /// The form GitHub would have sent for this JSON.
    static func form(of payload: [UInt8]) -> [UInt8] {
        var out = field
        out.reserveCapacity(field.count + payload.count * 3 / 2)
        for byte in payload {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "*"):
                out.append(byte)
            case UInt8(ascii: " "): out.append(UInt8(ascii: "+"))
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return out
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// A `%` without two hex digits stays as it is, as browsers and servers have it.
    private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var at = text.startIndex
        while at < text.endIndex {
            let byte = text[at]
            if byte == UInt8(ascii: "%"), at + 2 < text.endIndex, let high = text[at + 1].hexadecimalValue,
                let low = text[at + 2].hexadecimalValue
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                at += 1
            }
        }
        return out
    }
}
