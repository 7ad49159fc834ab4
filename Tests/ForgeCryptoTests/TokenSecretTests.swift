// Tokens: their shape, what is kept of them, who is recognised, and that nothing prints them.

import ForgeCore
import ForgeCrypto
import Testing

private let counting = RandomBytes { count in (0..<count).map { UInt8($0) } }
private let countedText = "forge_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

@Test func `a token is its prefix and 256 random bits in hexadecimal`() throws {
    #expect(try TokenSecret.generate(from: counting).reveal() == countedText)
}

@Test func `tokens from the system differ and are recognised by their hash`() throws {
    let first = try TokenSecret.generate(from: .system)
    let second = try TokenSecret.generate(from: .system)
    let presented = try #require(TokenSecret(first.reveal()))

    #expect(first.reveal() != second.reveal())
    #expect(presented.hash.matches(first.hash))
    #expect(!presented.hash.matches(second.hash))
}

@Test func `a hash survives being stored, and is the SHA-256 of the whole text`() throws {
    let token = try #require(TokenSecret(countedText))
    let stored = try #require(TokenHash(hex: token.hash.hex))
    #expect(stored.matches(token.hash))
    #expect(stored.bytes == SHA256.digest(countedText))
    #expect(TokenHash(of: Secret(Array(countedText.utf8))).matches(stored))
}

private let countedDigits = String(countedText.dropFirst(TokenSecret.prefix.count))
private let otherTexts: [String] = [
    "", "forge_", "forge_0", countedDigits, "forge_\(countedDigits)0", "forge-\(countedDigits)", "FORGE_\(countedDigits)",
    "forge_\(countedDigits.uppercased())", "forge_\(countedDigits.dropLast())g", " forge_\(countedDigits.dropLast())",
    "fоrge_\(countedDigits)",  // a Cyrillic о
]

@Test(arguments: otherTexts)
func `text that cannot be a token of ours is not one`(text: String) {
    #expect(TokenSecret(text) == nil)
}

@Test(arguments: ["", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 66), String(repeating: "g", count: 64)])
func `text that cannot be a stored hash is not one`(text: String) {
    #expect(TokenHash(hex: text) == nil)
}

@Test func `a token does not print itself`() throws {
    let token = try #require(TokenSecret(countedText))
    var dumped = ""
    dump(token, to: &dumped)
    for shown in [dumped, "\(token)", String(reflecting: token)] { #expect(!shown.contains("0001")) }
}

@Test func `no token is made when there is no randomness`() {
    let empty = RandomBytes { _ throws(CryptoError) in throw .randomUnavailable }
    #expect(throws: CryptoError.randomUnavailable) { try TokenSecret.generate(from: empty) }
}

@Test func `the system gives as many bytes as asked for, and other ones each time`() throws {
    #expect(try RandomBytes.system.generate(count: 1).count == 1)
    #expect(try RandomBytes.system.generate(count: 32) != RandomBytes.system.generate(count: 32))
}

@Test func `comparison in constant time finds every difference`() {
    let bytes: [UInt8] = [1, 2, 3, 4]
    #expect(ConstantTime.areEqual(bytes, [1, 2, 3, 4]))
    #expect(ConstantTime.areEqual([], []))
    for index in bytes.indices {
        var other = bytes
        other[index] ^= 0x80
        #expect(!ConstantTime.areEqual(bytes, other))
    }
    #expect(!ConstantTime.areEqual(bytes, [1, 2, 3]))
    #expect(!ConstantTime.areEqual(bytes, []))
}
