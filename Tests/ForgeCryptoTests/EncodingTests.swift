// Hexadecimal and base64: the examples of RFC 4648, there and back over seeds, and everything that must be refused.

import ForgeCrypto
import Testing

private func checkHex(_ text: String, _ expected: [UInt8]) throws {
    #expect(try Hex.decode(text) == expected)
    #expect(Hex.encode(expected) == text.lowercased())
}

private func checkBase64(_ bytes: [UInt8], _ text: String, _ alphabet: Base64.Alphabet) throws {
    #expect(Base64.encode(bytes, as: alphabet) == text)
    #expect(try Base64.decode(text, as: alphabet) == bytes)
}

private func checkRefused(_ text: String, _ alphabet: Base64.Alphabet, offset: Int) {
    #expect(throws: CryptoError.malformedBase64(offset: offset), "\(text)") { try Base64.decode(text, as: alphabet) }
}

@Test func `hexadecimal is written in lower case and read in either`() throws {
    try checkHex("", [])
    try checkHex("00ff10", [0, 255, 16])
    try checkHex("DEADbeef", [0xde, 0xad, 0xbe, 0xef])
    #expect(try Hex.decode("sha256=0aF9".dropFirst(7)) == [0x0a, 0xf9])
}

@Test(arguments: [
    ("0", 1), ("abc", 3), ("0g", 1), (" 00", 0), ("00 ", 2), ("0x00", 1), ("ａａ", 0), ("00\n", 2), ("-1", 0), ("@G", 0), ("`0", 0),
])
func `text that is not pairs of digits is refused where it goes wrong`(text: String, offset: Int) {
    #expect(throws: CryptoError.malformedHex(offset: offset)) { try Hex.decode(text) }
}

@Test func `base64 is that of RFC 4648`() throws {
    let examples = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]
    for (text, standard) in examples {
        try checkBase64(Array(text.utf8), standard, .standard)
        try checkBase64(Array(text.utf8), standard.filter { $0 != "=" }, .url)
        #expect(try Base64.decode(standard, as: .url) == Array(text.utf8), "padding is allowed in the url alphabet")
    }
    try checkBase64([0xfb, 0xff, 0xfe], "+//+", .standard)
    try checkBase64([0xfb, 0xff, 0xfe], "-__-", .url)
}

@Test func `base64 that is not the one text for its bytes is refused where it goes wrong`() {
    checkRefused("Zg", .standard, offset: 2)
    checkRefused("Zg=", .standard, offset: 3)
    checkRefused("Zg=", .url, offset: 3)
    checkRefused("Z", .url, offset: 1)
    checkRefused("Zm9v====", .standard, offset: 4)
    checkRefused("=", .standard, offset: 1)
    checkRefused("====", .standard, offset: 0)
    checkRefused("Z===", .standard, offset: 1)
    checkRefused("Zh==", .standard, offset: 1)
    checkRefused("Zm9=", .standard, offset: 2)
    checkRefused("Zm9v\nZm9v", .standard, offset: 9)
    checkRefused("Zm 9", .standard, offset: 2)
    checkRefused("-__-", .standard, offset: 0)
    checkRefused("+//+", .url, offset: 0)
    checkRefused("Zm9é", .url, offset: 5)
}

@Test(arguments: UInt64(0)..<50)
func `what is encoded comes back`(seed: UInt64) throws {
    var random = Sequence64(state: seed)
    let bytes = (0..<Int(seed * 3)).map { _ in random.next() }
    #expect(try Hex.decode(Hex.encode(bytes)) == bytes)
    #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
    #expect(try Base64.decode(Base64.encode(bytes, as: .url), as: .url) == bytes)
}

/// Bytes that are the same for the same seed (Knuth's linear congruential generator).
private struct Sequence64 {
    var state: UInt64

    mutating func next() -> UInt8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}
