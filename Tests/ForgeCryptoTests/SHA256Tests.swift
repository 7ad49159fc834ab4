// SHA-256 against the examples NIST publishes for it (FIPS 180-4), at once and in parts.

import ForgeCrypto
import Testing

private func check(_ message: [UInt8], _ expected: String) {
    #expect(Hex.encode(SHA256.digest(message)) == expected)
    for partByteCount in [1, 7, 64, 1000] {
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: message.count, by: partByteCount) {
            hasher.update(Array(message[start..<min(start + partByteCount, message.count)]))
        }
        let digest = hasher.finish()
        #expect(Hex.encode(digest) == expected, "in parts of \(partByteCount)")
    }
}

@Test func `digests are those of FIPS 180-4, at once and in parts`() {
    check([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    check(Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    check(
        Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    check(
        [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
}

@Test func `the digest of a text is that of its UTF-8`() {
    #expect(SHA256.digest("ü") == SHA256.digest([0xc3, 0xbc]))
}
