// The checks that take a credential apart: checksums, base64, claims, keys, tokens of a known format.

import ForgeCore
import Testing

@testable import ForgeRules

struct ChecksumTests {
    @Test func `the checksum is the one of zip, in base 62`() {
        #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(Checksum.crc32([]) == 0)
        #expect(Checksum.base62(of: []) == Array("000000".utf8))
        // 0xCBF43926 = 3421780262 = 3·62⁵ + 45·62⁴ + 35·62³ + 17·62² + 61·62 + 58, in digits 0-9A-Za-z.
        var rest = 0xCBF4_3926
        var digits: [Int] = []
        for _ in 0..<6 {
            digits.insert(rest % 62, at: 0)
            rest /= 62
        }
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        #expect(Checksum.base62(of: Array("123456789".utf8)) == digits.map { alphabet[$0] })
    }

    @Test(arguments: UInt64(0)..<100) func `one changed character breaks a checksum`(seed: UInt64) throws {
        var token = try SecretPack.text("{{github:ghp_:\(seed)}}")
        #expect(Checksum.isRight(token[...], prefixCount: 4))
        let place = 4 + Int(seed % 36)
        token[place] = token[place] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
        #expect(!Checksum.isRight(token[...], prefixCount: 4))
    }

    @Test(arguments: 0..<70) func `base64 comes back as it went`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
        #expect(Base64.decoded(Base64.encoded(bytes)) == bytes)
        #expect(Base64.decoded(Base64.encoded(bytes, isURL: true)) == bytes)
    }

    @Test func `what is no base64 is no answer`() {
        for text in ["a", "ab=c", "a b!", "ab\u{0}c", "=a"] { #expect(Base64.decoded(Array(text.utf8)) == nil, "\(text)") }
        #expect(Base64.decoded(Array("Zm9y\nZ2U=".utf8)) == Array("forge".utf8))
    }

    @Test func `a token with claims says its algorithm`() throws {
        let token = try SecretPack.text("{{jwt::1}}")
        #expect(JSONWebToken.isToken(token[...]))
        #expect(!JSONWebToken.isToken(Array("eyJub3QganNvbn0.eyJub3QganNvbn0.abc".utf8)[...]))
        let noAlgorithm = Base64.encoded(Array(#"{"typ":"JWT"}"#.utf8), isURL: true) + Array(".e30.x".utf8)
        #expect(!JSONWebToken.isToken(noAlgorithm[...]))
        #expect(!JSONWebToken.isToken([]))
    }
}

struct SecretValueTests {
    /// How many of a thousand drawn values pass for random.
    private func passing(_ alphabet: String, _ count: Int) throws -> Int {
        try (UInt64(1)...1_000).count { seed in
            let function = alphabet == "base36" ? "letters" : "random"
            return SecretValue(try SecretPack.text("{{\(function):\(alphabet):\(count):\(seed)}}")[...]).isRandom
        }
    }

    @Test func `what is drawn by chance looks so`() throws {
        #expect(try passing("base62", 32) > 980)
        #expect(try passing("base62", 24) > 945)
        #expect(try passing("base64", 40) > 980)
        #expect(try passing("hex", 32) > 990)
        #expect(try passing("base36", 32) > 960)
    }

    @Test(arguments: [
        "swizzledSelectorsByClassName2", "prod-database-primary-credentials", "NEXUS-GPT4-API-KEY-PRODUCTION",
        "SecretsManagerClientFactory2Builder",
        "my-application-secret-name-v2", "com.acme.billing.TokenProvider3", "application/vnd.acme.v2+json", "tls-wildcard-certificate-2024",
    ]) func `names do not look drawn by chance`(_ name: String) {
        #expect(!SecretValue(Array(name.utf8)[...]).isRandom)
    }

    @Test(arguments: [
        "${TOKEN}", "$TOKEN", "{{ token }}", "<token>", "[REDACTED]", "%TOKEN%", "%s", "process.env.TOKEN", "os.environ['TOKEN']",
        "@TOKEN@",
        "$(cat token)", "vault:secret/data/app", "op://vault/item", "#{token}", "env.TOKEN",
    ]) func `the way to a value is not the value`(_ text: String) {
        #expect(Placeholder.isReference(Array(text.utf8)[...]))
    }

    @Test(arguments: [
        "xxxxxxxxxxxxxxxx", "0000000000", "abcabcabcabc", "abcdefghijklmnopqrst", "EXAMPLEKEY", "your_api_key", "............",
    ])
    func `what shows that it is none is a placeholder`(_ text: String) {
        #expect(Placeholder.isPlain(Array(text.utf8)[...]))
    }

    @Test(arguments: ["password", "Password1!", "changeme", "postgres", "admin123", "hunter", "secret", "test-1234"].dropLast(0))
    func `words that everybody uses are no leaked password`(_ text: String) {
        #expect(!CredentialPassword(Array(text.utf8)[...]).isQuotedOne)
    }
}
