// No twelve characters of a known credential leave, whatever form they have; and texts without one leave as they came.

import ForgeCore
import ForgeRules
import ForgeTestSupport
import Foundation
import Testing

struct RedactorTests {
    private let secret = "q7Zk-2/xV+9_mW%41=pL8$dR\"t\\6Yh"
    private var redactor: Redactor { Redactor([Secret(Array(secret.utf8))]) }

    private func check(_ masked: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let redacted = redactor.redact(Array("before \(masked) after".utf8))
        let text = String(decoding: redacted.bytes, as: UTF8.self)
        #expect(redacted.redactions >= 1, sourceLocation: sourceLocation)
        // At most the ends of an encoding, which other bytes decide too, stay.
        let left = text.replacing("[redacted:known-secret]", with: "").count - "before  after".count
        #expect((0...5).contains(left), "\(text)", sourceLocation: sourceLocation)
    }

    @Test func `every form of a known secret is replaced`() {
        let bytes = Array(secret.utf8)
        check(secret)
        check(String(secret.reversed()))
        check(Data(bytes).base64EncodedString())
        check(Data(bytes).base64EncodedString(options: .lineLength64Characters))
        check(Data("x:\(secret)".utf8).base64EncodedString().dropFirst(3).description)
        check(Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
        check(bytes.map { String(format: "%02x", $0) }.joined())
        check(bytes.map { String(format: "%02X", $0) }.joined())
        check(bytes.map { String(format: "%%%02X", $0) }.joined())
        check(bytes.map { String(format: "%%%02x", $0) }.joined())
        check(bytes.map { String(format: "%%25%02x", $0) }.joined())
        check(secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics)!)
        check(bytes.map { String(format: "\\u%04x", $0) }.joined())
        check(bytes.map { String(format: "\\x%02x", $0) }.joined())
        check(bytes.map { "&#\($0);" }.joined())
        check(JSON.string(secret).text)
        check(secret.map { "\($0)\u{200B}" }.joined())
        check(secret.map { "\($0)\n    " }.joined())
        check(secret.map { "\u{1B}[31m\($0)" }.joined())
    }

    @Test func `twelve characters of a secret are too many`() {
        let text = "start \(secret.dropFirst(9).prefix(12)) end \(secret.prefix(11)) end"
        #expect(redactor.redact(text) == "start [redacted:known-secret] end \(secret.prefix(11)) end")
    }

    @Test func `a replacement leaves what stands around it`() {
        #expect(redactor.redact("token=\(secret)\nnext line\n") == "token=[redacted:known-secret]\nnext line\n")
        #expect(redactor.redact("\(secret)\(secret) and \(secret)") == "[redacted:known-secret] and [redacted:known-secret]")
        #expect(redactor.redact("nothing here %41 \\u0041 &amp; =\n") == "nothing here %41 \\u0041 &amp; =\n")
        #expect(redactor.redact("") == "")
    }

    @Test func `a short secret is replaced as a whole`() {
        let redactor = Redactor([Secret(Array("hunter22".utf8))])
        #expect(redactor.redact("p=hunter22&q=hunter2") == "p=[redacted:known-secret]&q=hunter2")
        #expect(redactor.redact("68756e7465723232") == "[redacted:known-secret]")
        #expect(Redactor([Secret(Array("abc".utf8))]).redact("abc abc") == "abc abc")
    }

    @Test func `of a URL the password is secret, of a key its body`() {
        let database = Redactor([Secret(Array("postgres://forge:s3cr3t-p%40ssword@db.example/forge".utf8))])
        #expect(
            database.redact("postgres://forge:s3cr3t-p%40ssword@db.example/forge is down")
                == "postgres://forge:[redacted:known-secret]@db.example/forge is down")
        #expect(database.redact("password s3cr3t-p@ssword") == "password [redacted:known-secret]")
        let frame = "PRIVATE " + "KEY-----"
        let body = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA", "AoIBAQC7VJTUt9Us8cKjMzEfYyjiWA4R4ypTC0"]
        let pem = "-----BEGIN \(frame)\n\(body[0])\n\(body[1])\n-----END \(frame)\n"
        let key = Redactor([Secret(Array(pem.utf8))])
        #expect(key.redact(pem) == "-----BEGIN \(frame)\n[redacted:known-secret]\n-----END \(frame)\n")
        #expect(key.redact(JSON.string(pem).text) == "\"-----BEGIN \(frame)\\n[redacted:known-secret]\\n-----END \(frame)\\n\"")
        #expect(key.redact("expected -----BEGIN \(frame) at the beginning") == "expected -----BEGIN \(frame) at the beginning")
    }

    @Test func `places of a rule are replaced by its name, and a known secret goes before`() {
        let text = Array("a \(secret) b password c".utf8)
        let known = 2..<(2 + secret.utf8.count)
        let places = [SecretPlace(range: text.count - 10..<text.count - 2, rule: "word"), SecretPlace(range: known, rule: "generic")]
        let redacted = redactor.redact(text, and: places)
        #expect(String(decoding: redacted.bytes, as: UTF8.self) == "a [redacted:known-secret] b [redacted:word] c")
        #expect(redacted.redactions == 2)
    }

    @Test func `a minted token is known until it was taken away as often as it was added`() {
        let redactor = Redactor()
        let token = Secret(Array("a-token-of-twenty-six-bytes".utf8))
        #expect(redactor.redact("x a-token-of-twenty-six-bytes") == "x a-token-of-twenty-six-bytes")
        redactor.add(token)
        redactor.add(token)
        redactor.remove(token)
        #expect(redactor.redact("x a-token-of-twenty-six-bytes") == "x [redacted:known-secret]")
        redactor.remove(token)
        redactor.remove(token)
        #expect(redactor.redact("x a-token-of-twenty-six-bytes") == "x a-token-of-twenty-six-bytes")
    }

    @Test(arguments: UInt64(0)..<60) func `no window of a generated secret survives any masking`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let secrets = (0..<4).map { _ in MaskedSecrets.secret(using: &random) }
        let redactor = Redactor(secrets.map { Secret($0) })
        for secret in secrets {
            let text = MaskedSecrets.text(around: secret, using: &random)
            let redacted = redactor.redact(text.bytes)
            #expect(redacted.redactions > 0, "\(text.mask): \(String(decoding: text.bytes, as: UTF8.self))")
            for form in [secret, Array(secret.reversed()), Array(Data(secret).base64EncodedString().utf8.prefix(secret.count * 4 / 3))] {
                #expect(
                    !MaskedSecrets.hasWindow(of: form, in: redacted.bytes),
                    "\(text.mask): \(String(decoding: redacted.bytes, as: UTF8.self))")
            }
            #expect(redactor.redact(redacted.bytes).bytes == redacted.bytes)
        }
    }

    @Test(arguments: UInt64(0)..<60) func `a stream says the same however it is cut`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let secrets = (0..<3).map { _ in MaskedSecrets.secret(using: &random) }
        let redactor = Redactor(secrets.map { Secret($0) })
        var text: [UInt8] = []
        for _ in 0..<6 { text += MaskedSecrets.text(around: secrets.randomElement(using: &random)!, using: &random).bytes }
        let whole = redactor.redact(text)
        for _ in 0..<6 {
            var stream = RedactionStream(redactor)
            var output: [UInt8] = []
            var at = 0
            while at < text.count {
                let end = min(text.count, at + Int.random(in: 1...40, using: &random))
                output += stream.push(Array(text[at..<end]))
                at = end
            }
            output += stream.finish()
            #expect(output == whole.bytes)
            #expect(stream.redactions == whole.redactions)
        }
    }

    @Test func `a stream holds little back`() {
        for piece in ["ordinary text, line after line\n", "\u{200B}", "\\u200b", " ", "%4", "\n", "\u{1B}[1", "q7Zk-2/xV+9"] {
            var stream = RedactionStream(redactor)
            var pushed = 0
            for _ in 0..<2_000 {
                let bytes = Array(piece.utf8)
                pushed += bytes.count - stream.push(bytes).count
                #expect(pushed < 10_000)
            }
        }
    }

    @Test(arguments: ["%", "\\", "\\u", "&", "&#", "\u{1B}[", "\n", "\u{200B}", "=", "q7Zk-2/x", "q7Zk-2/xV+9_", "&#x4", "\\u200", "%0A"])
    func `twice the text takes twice the time`(piece: String) {
        let redactor = redactor
        func time(_ count: Int) -> Double {
            let text = [UInt8](String(repeating: piece, count: count).utf8)
            return (0..<3).map { _ in processorSeconds { _ = redactor.redact(text) } }.min()!
        }
        let length = 20_000 / piece.utf8.count
        let ratio = time(length * 4) / time(length)
        #expect(ratio < 9, "four times the text took \(ratio) times as long")
    }
}

/// Credentials and the ways they are masked.
enum MaskedSecrets {
    static func secret(using random: inout SeededRandom) -> [UInt8] {
        let alphabets = [
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "0123456789abcdef",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.~!*'()%&\\\"<>?",
        ]
        let alphabet = Array(alphabets[random.below(alphabets.count)].utf8)
        return (0..<Int.random(in: 12...120, using: &random)).map { _ in alphabet[random.below(alphabet.count)] }
    }

    static func text(around secret: [UInt8], using random: inout SeededRandom) -> (bytes: [UInt8], mask: String) {
        let masks: [(String, ([UInt8], inout SeededRandom) -> [UInt8])] = [
            ("plain", { bytes, _ in bytes }), ("reversed", { bytes, _ in bytes.reversed() }),
            ("hex", { bytes, _ in Array(bytes.map { String(format: "%02x", $0) }.joined().utf8) }),
            (
                "base64",
                { bytes, random in
                    let lead = (0..<random.below(3)).map { _ in UInt8(0x41) }
                    return Array(Data(lead + bytes + [0x42]).base64EncodedString().utf8)
                }
            ),
            (
                "percent",
                { bytes, random in
                    bytes.flatMap { byte in
                        Bool.random(using: &random) || byte == 0x25 ? Array(String(format: "%%%02x", byte).utf8) : [byte]
                    }
                }
            ),
            ("json", { bytes, _ in Array(JSON.string(String(decoding: bytes, as: UTF8.self)).text.utf8) }),
            ("unicode", { bytes, _ in Array(bytes.map { String(format: "\\u%04X", $0) }.joined().utf8) }),
            ("zero-width", { bytes, random in bytes.flatMap { Bool.random(using: &random) ? [$0, 0xE2, 0x80, 0x8B] : [$0] } }),
            ("wrapped", { bytes, random in bytes.flatMap { random.below(9) == 0 ? [$0, 0x0D, 0x0A, 0x20, 0x20] : [$0] } }),
        ]
        let noise = [
            "", " ", "\n", "text ", "%", "%4", "\\", "\\u00", "&", "&#4", "=", "key=\"", "\u{200B}", "é", "\u{1B}[1m", "12", "abcdef",
        ]
        let (name, mask) = masks[random.below(masks.count)]
        let before = Array(noise[random.below(noise.count)].utf8)
        let after = Array(noise[random.below(noise.count)].utf8)
        return (before + mask(secret, &random) + after, name)
    }

    static func hasWindow(of form: [UInt8], in text: [UInt8]) -> Bool {
        guard form.count >= 12, text.count >= 12 else { return false }
        let windows = Set((0...(form.count - 12)).map { Array(form[$0..<($0 + 12)]) })
        return (0...(text.count - 12)).contains { windows.contains(Array(text[$0..<($0 + 12)])) }
    }
}
