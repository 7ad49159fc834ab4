// Known credentials and found ones, out of one text and out of a stream of any length.

import ForgeCore
import ForgeRules
import ForgeTestSupport
import Testing

struct TextRedactorTests {
    private static let pack = """
        version: 1
        pack: secrets
        rules:
          - id: word-token
            title: A token
            severity: high
            family: test
            pattern: 'tok_([a-z]{20})'
            capture: 1
            message: A token.
            matches: ['tok_{{a*20}}']
            ignores: ['tok_']
        """

    private func redactor(known: [String] = []) throws -> TextRedactor {
        let rules = try PatternPack(yaml: Array(Self.pack.utf8), file: "pack.yml", layer: .operator).rules
        return TextRedactor(known: Redactor(known.map { Secret(Array($0.utf8)) }), scanner: SecretScanner(try RuleSet(rules)))
    }

    @Test func `what a rule finds is replaced by the rule's name`() throws {
        let token = String(repeating: "q", count: 20)
        let redacted = try redactor(known: ["a-known-secret-01"]).redact(Array("x tok_\(token) y a-known-secret-01".utf8))
        #expect(String(decoding: redacted.bytes, as: UTF8.self) == "x tok_[redacted:word-token] y [redacted:known-secret]")
        #expect(redacted.redactions == 2)
    }

    @Test func `a text may keep the line ends that stood in a credential`() throws {
        let known = "first half of a key\nsecond half of the key"
        let text = Array("a\n\(known)\nb \(known.replacing("\n", with: "\r\n"))\nc\n".utf8)
        let kept = try redactor(known: [known]).redactKeepingLines(text)
        let shown = String(decoding: kept, as: UTF8.self)
        #expect(!shown.contains("half") && shown.contains("[redacted:known-secret]") && shown.hasPrefix("a\n") && shown.hasSuffix("\nc\n"))
        #expect(kept.count { $0 == 0x0A } == text.count { $0 == 0x0A })
        #expect(try redactor().redactKeepingLines(text) == text)
    }

    @Test(arguments: ["\n", " "]) func `a long stream says the same however it is cut, over the edges of its blocks, too`(end: String)
        throws
    {
        let token = String(repeating: "q", count: 20)
        let known = "a-known-secret-of-thirty-bytes"
        let redactor = try redactor(known: [known])
        var text = ""
        for number in 0..<12_000 { text += number % 7 == 0 ? "tok_\(token)\(end)" : "\(number) \(known) is here and\(end)" }
        let bytes = Array(text.utf8)
        var outputs: Set<[UInt8]> = []
        for size in [977, 65_536, bytes.count] {
            var stream = TextRedactionStream(redactor)
            var output: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                output += stream.push(Array(bytes[start..<min(bytes.count, start + size)]))
            }
            output += stream.finish()
            outputs.insert(output)
            #expect(stream.redactions == 12_000)
        }
        let expected = text.replacing(token, with: "[redacted:word-token]").replacing(known, with: "[redacted:known-secret]")
        #expect(outputs.count == 1 && outputs.first == Array(expected.utf8))
    }
}
