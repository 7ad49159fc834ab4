// Looks for what is left of a secret: runs of twelve characters of it as it is, backwards, in base64 and in hex, in a text and in everything the
// text can be read as. It must stay simple rather than quick: it is what the redactor is measured with.

import Foundation

struct RedactionSearch {
    private let runs: Set<ArraySlice<UInt8>>
    private static let width = 12

    init(of secret: [UInt8]) {
        var forms = [secret, secret.reversed(), Self.hex(secret, "%02x"), Self.hex(secret, "%02X")]
        for place in 0..<3 {
            let text = Data([UInt8](repeating: 0x23, count: place) + secret + [0x24, 0x25]).base64EncodedString()
            // At its ends other bytes decide, too.
            let own = String(text.dropFirst(place == 0 ? 0 : place + 1).dropLast(5))
            forms += [Array(own.utf8), Array(own.replacing("+", with: "-").replacing("/", with: "_").utf8)]
        }
        runs = Set(forms.flatMap(Self.windows))
    }

    /// How many there are, in the reading that has most of them.
    func runs(in text: [UInt8]) -> Int {
        Self.readings(of: text).map { reading in Self.windows(reading).count { runs.contains($0) } }.max() ?? 0
    }

    private static func windows(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.count < width ? [] : (0...(bytes.count - width)).map { bytes[$0..<($0 + width)] }
    }

    private static func hex(_ bytes: [UInt8], _ format: String) -> [UInt8] { Array(bytes.map { String(format: format, $0) }.joined().utf8) }

    private static func readings(of bytes: [UInt8]) -> [[UInt8]] {
        let text = String(decoding: bytes, as: UTF8.self)
        let joined = joined(text)
        let percent = replaced(text, #/%([0-9a-fA-F]{2})/#, radix: 16)
        var readings = [text, joined, percent, replaced(percent, #/%([0-9a-fA-F]{2})/#, radix: 16)]
        readings.append(replaced(replaced(text, #/\\u00([0-9a-fA-F]{2})/#, radix: 16), #/\\x([0-9a-fA-F]{2})/#, radix: 16))
        readings.append(replaced(text, #/&#([0-9]{1,3});/#, radix: 10))
        readings.append(text.replacing("&lt;", with: "<").replacing("&quot;", with: "\"").replacing("&amp;", with: "&"))
        readings.append(unescaped(text))
        readings.append(unescaped(unescaped(text)))
        readings.append(joined.replacing(" ", with: "").replacing("\t", with: ""))
        readings.append(text.replacing("\\n", with: ""))
        readings += doublyEncoded(text)
        return readings.map { Array($0.utf8) }
    }

    /// What nobody does by accident, so that a known gap shows as one.
    private static func doublyEncoded(_ text: String) -> [String] {
        let letters = text.unicodeScalars.map { scalar -> Character in
            let letter = scalar.value | 0x20
            guard (0x61...0x7A).contains(letter), let other = Unicode.Scalar(letter > 0x6D ? scalar.value - 13 : scalar.value + 13) else {
                return Character(scalar)
            }
            return Character(other)
        }
        let numbers = text.split(separator: ", ").compactMap { UInt8($0) }
        let decoded = Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }
        return [String(letters), text.replacing(":", with: ""), String(decoding: numbers, as: UTF8.self)] + [decoded].compactMap(\.self)
    }

    private static func joined(_ text: String) -> String {
        let plain = text.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
        return String(String.UnicodeScalarView(plain.unicodeScalars.filter { $0.isASCII && $0 != "\n" && $0 != "\r" }))
    }

    private static func replaced(_ text: String, _ pattern: Regex<(Substring, Substring)>, radix: Int) -> String {
        text.replacing(pattern) { match in
            UInt32(match.output.1, radix: radix).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? String(match.output.0)
        }
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing(#/\\(["\\/])/#) { String($0.output.1) }
    }
}
