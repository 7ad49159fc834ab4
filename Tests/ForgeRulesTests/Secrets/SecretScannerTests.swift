// Places of secrets in texts, for those who take them out, and time on hostile texts.

import ForgeCore
import Testing

@testable import ForgeRules

struct SecretScannerTests {
    private let scanner = SecretScanner(SecretPack.rules)

    /// In order, none touching another.
    private func secretBytes(in text: [UInt8]) -> [Range<Int>] {
        scanner.scan(text).hits.map(\.capture).reduce(into: []) { joined, range in
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
    }

    /// No twelve bytes in a row of the secret are left when what was found is taken out.
    private func checkGone(_ before: String, _ secret: String, _ after: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let hidden = try SecretPack.text(secret)
        let text = Array(before.utf8) + hidden + Array(after.utf8)
        var left = text
        for range in secretBytes(in: text).reversed() { left.replaceSubrange(range, with: Array("[secret]".utf8)) }
        let windows = hidden.count < 12 ? [hidden] : (0...(hidden.count - 12)).map { Array(hidden[$0..<($0 + 12)]) }
        #expect(!windows.contains { left.contains(sequence: $0) }, "\(secret)", sourceLocation: sourceLocation)
        #expect(left.starts(with: Array(before.utf8).prefix(3)) || before.isEmpty, sourceLocation: sourceLocation)
    }

    @Test func `nothing of a secret is left when its bytes are taken out`() throws {
        try checkGone("token: ", "{{github:ghp_:1}}", " # mine")
        try checkGone("Authorization: Bearer ", "{{jwt:ghs_123456_:2}}", "\r\n")
        try checkGone("url = postgres://app:", "{{random:base62:24:3}}", "@db.internal.net/app")
        try checkGone("", "{{jwt::4}}", "")
        try checkGone(
            "hook: ", "https://hooks.{{}}slack.com/services/T{{letters:upper36:10:5}}/B{{letters:upper36:10:6}}/{{random:base62:24:7}}",
            "\n")
        try checkGone("see ", "{{base64-github:ghp_:8}}", " there")
        try checkGone("see ", "{{backwards:ghp_:9}}", " there")
        try checkGone("see ", "{{hex-github:ghp_:10}}", " there")
        try checkGone("key = '", "SG{{}}.{{random:base62:22:11}}.{{random:base62:43:12}}", "'")
        try checkGone("sentry-cli ", "{{sentry:13}}", "")
        try checkGone("AccountKey=", "{{random:base64:86:14}}==", ";")
    }

    @Test func `a private key is gone to its last line`() throws {
        let key = try SecretPack.text("{{pem:RSA:20}}")
        let body = key[(key.firstIndex(of: Byte.newline)! + 1)..<key.lastIndex(of: Byte.newline)!]
        for text in [key, Array("  \"key\": \"".utf8) + key.flatMap { $0 == Byte.newline ? Array("\\n".utf8) : [$0] } + Array("\",".utf8)] {
            let found = try #require(scanner.scan(text).hits.first { $0.rule.id == "private-key" })
            let kept = text[found.capture].filter { Base64.isDigit($0) || $0 == Byte.equals }
            #expect(kept.count >= body.count { $0 != Byte.newline })
            #expect(!text[found.capture].contains(Byte.minus))
        }
    }

    @Test func `places count bytes and lines`() throws {
        let token = try SecretPack.text("{{github:ghp_:30}}")
        let text = Array("première\nä = \"".utf8) + token + Array("\"\n".utf8)
        let found = try #require(scanner.scan(text).hits.first)
        #expect(text[found.capture].elementsEqual(token))
        #expect(found.lines == 2...2)
    }

    @Test(arguments: [
        "token=", "password: ", "-----BEGIN RSA PRIVATE KEY-----", "://a:b@", "eyJ", "ghp_", "kind: Secret\n", "%41%41", "naHBf", "AIKA ",
        "etsy", "Z2hwX\u{200B}",
    ])
    func `time grows with the text, whatever is in it`(_ piece: String) {
        let clock = ContinuousClock()
        func time(_ count: Int) -> Duration {
            let text = Array(String(repeating: piece, count: count / piece.utf8.count).utf8)
            return (0..<3).map { _ in clock.measure { _ = scanner.scan(text) } }.min() ?? .zero
        }
        let (once, fourfold) = (time(20_000), time(80_000))
        // Four times the text in at most twelve times the time: a quadratic one takes sixteen.
        #expect(fourfold < once * 12 + .milliseconds(100), "\(once), \(fourfold)")
    }
}
