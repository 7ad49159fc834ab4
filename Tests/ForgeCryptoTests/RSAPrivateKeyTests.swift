// RS256 with keys in both forms: what is signed is valid, what was changed is not, and what is no key is refused by name.

import ForgeCrypto
import Testing

@Suite struct RSAPrivateKeyTests {
    private static let key = RSAPrivateKey.generate()

    @Test func `a signature is valid for its message and its key only`() {
        let message = Array("header.claims".utf8)
        let signature = Self.key.sign(message)
        #expect(signature.count == 256)
        #expect(Self.key.isValid(signature, for: message))
        #expect(!Self.key.isValid(signature, for: message + [0]))
        var changed = signature
        changed[100] ^= 1
        #expect(!Self.key.isValid(changed, for: message))
        #expect(!Self.key.isValid([], for: message))
        #expect(!RSAPrivateKey.generate().isValid(signature, for: message))
    }

    /// RSASSA-PKCS1-v1_5 has no chance in it; a signature with chance would be PSS, which is another algorithm.
    @Test func `the same message has the same signature`() {
        #expect(Self.key.sign([1, 2, 3]) == Self.key.sign([1, 2, 3]))
    }

    @Test func `a key in PKCS#1 and the same in PKCS#8 sign alike`() throws {
        let first = try RSAPrivateKey(der: Self.key.exported())
        let second = try RSAPrivateKey(der: pkcs8(Self.key.exported()))
        #expect(first.bits == 2_048)
        #expect(first.sign([7]) == Self.key.sign([7]))
        #expect(second.sign([7]) == Self.key.sign([7]))
    }

    @Test(arguments: [[], [0x30], Array("no key at all".utf8), [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]])
    func `what is no key is refused`(bytes: [UInt8]) {
        #expect(throws: CryptoError.notAnRSAKey) { try RSAPrivateKey(der: bytes) }
    }

    @Test func `half a key is refused`() {
        #expect(throws: CryptoError.notAnRSAKey) { try RSAPrivateKey(der: Array(Self.key.exported().dropLast(40))) }
    }

    /// An elliptic key (RFC 5915) is a key, but not one that signs RS256.
    @Test func `a key of another kind is refused`() throws {
        let scalar = [UInt8](repeating: 7, count: 32)
        let curve: [UInt8] = [0xA0, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        let content = [0x02, 0x01, 0x01, 0x04, 0x20] + scalar + curve
        #expect(throws: CryptoError.notAnRSAKey) { try RSAPrivateKey(der: [0x30, UInt8(content.count)] + content) }
    }
}

/// A PKCS#1 key wrapped as RFC 5208 has it.
private func pkcs8(_ inner: [UInt8]) -> [UInt8] {
    func wrapped(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }
    let algorithm: [UInt8] = [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00]
    return wrapped(0x30, [0x02, 0x01, 0x00] + algorithm + wrapped(0x04, inner))
}
