// HMAC-SHA256 against RFC 4231 and GitHub's published example; one key on many threads; and who is turned away.

import ForgeCrypto
import Testing

private func check(key: [UInt8], message: [UInt8], _ expected: String) throws {
    let key = HMACKey(key)
    #expect(Hex.encode(key.authenticate(message)) == expected)
    #expect(key.isValid(try Hex.decode(expected), for: message))

    var hasher = key.hasher()
    for byte in message { hasher.update([byte]) }
    let inParts = hasher.finish()
    #expect(Hex.encode(inParts) == expected, "byte by byte")
    #expect(Hex.encode(key.authenticate(message)) == expected, "a second time with the same key")
}

private func repeated(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }

@Test func `GitHub's example signature holds`() throws {
    try check(
        key: Array("It's a Secret to Everybody".utf8), message: Array("Hello, World!".utf8),
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
}

@Test func `codes are those of RFC 4231, for keys shorter and longer than a block`() throws {
    try check(key: repeated(0x0b, 20), message: Array("Hi There".utf8), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    try check(
        key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    try check(
        key: repeated(0xaa, 20), message: repeated(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
    try check(
        key: Array(1...25), message: repeated(0xcd, 50), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b")
    try check(
        key: repeated(0xaa, 131), message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
}

@Test func `an empty message, as Sentry signs it, has a code too`() throws {
    try check(key: [], message: [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
}

@Test(arguments: [0, 15, 31])
func `a code with one wrong bit, wherever it is, is not valid`(index: Int) {
    let key = HMACKey([1, 2, 3])
    var code = key.authenticate([4, 5])
    #expect(key.isValid(code, for: [4, 5]))
    code[index] ^= 1
    #expect(!key.isValid(code, for: [4, 5]))
}

@Test func `a code that is cut short, too long or absent is not valid`() {
    let key = HMACKey([1, 2, 3])
    let code = key.authenticate([4, 5])
    #expect(!key.isValid(Array(code.dropLast()), for: [4, 5]))
    #expect(!key.isValid(code + [0], for: [4, 5]))
    #expect(!key.isValid([], for: [4, 5]))
    #expect(!HMACKey([1, 2, 4]).isValid(code, for: [4, 5]))
}

@Test func `one key serves many tasks at once`() async {
    let key = HMACKey(repeated(7, 32))
    let messages = (0..<64).map { repeated(UInt8($0), 1 + $0 * 97) }
    let alone = messages.map(key.authenticate)
    await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<32 {
            group.addTask { messages.map(key.authenticate) == alone }
        }
        for await isSame in group { #expect(isSame) }
    }
}
