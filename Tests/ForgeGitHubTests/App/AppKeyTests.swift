// The App's key in every form operators have it in: each is read, told apart, and never shown.

import ForgeCore
import ForgeCrypto
import Testing

@testable import ForgeGitHub

@Suite struct AppKeyTests {
    private static let der = Scene.signer.exported()

    private static func pem(_ label: String = "RSA PRIVATE KEY", _ der: [UInt8] = der, lineEnd: String = "\n") -> String {
        let text = Base64.encode(der)
        let lines = stride(from: 0, to: text.utf8.count, by: 64).map { start in String(text.dropFirst(start).prefix(64)) }
        return (["-----BEGIN \(label)-----"] + lines + ["-----END \(label)-----", ""]).joined(separator: lineEnd)
    }

    private static var pkcs8: [UInt8] {
        func wrapped(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
        let algorithm: [UInt8] = [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00]
        return wrapped(0x30, [0x02, 0x01, 0x00] + algorithm + wrapped(0x04, der))
    }

    private static func written(_ text: String) -> String { text.replacing("\n", with: "\\n") }

    private static let forms: [(text: String, form: String)] = [
        (pem(), "PKCS#1"),
        (pem("PRIVATE KEY", pkcs8), "PKCS#8"),
        (pem(lineEnd: "\r\n"), "PKCS#1, with CRLF line ends"),
        (written(pem()), "PKCS#1, with \\n for line ends"),
        ("\"\(written(pem()))\"", "PKCS#1, in quotes, with \\n for line ends"),
        ("'\(pem())'\n", "PKCS#1, in quotes"),
        ("\"\(pem().replacing("\n", with: "\\r\\n"))\"", "PKCS#1, in quotes, with \\n for line ends"),
        (Base64.encode(Array(pem().utf8)), "PKCS#1, in base64"),
        (Base64.encode(Array(pem("PRIVATE KEY", pkcs8).utf8)) + "\n", "PKCS#8, in base64"),
        ("\"\(Base64.encode(Array(pem(lineEnd: "\r\n").utf8)))\"", "PKCS#1, in quotes, in base64, with CRLF line ends"),
        (Base64.encode(der), "DER, in base64"),
        // As a shell leaves it that split the text at its line ends.
        (pem().replacing("\n", with: " "), "PKCS#1"),
        ("\u{FEFF}\n\n" + pem() + "\n\n", "PKCS#1"),
    ]

    @Test(arguments: forms.indices) func `a key is read in every form and said to be in it`(index: Int) throws {
        let (text, form) = Self.forms[index]
        let key = try AppKey(Secret(Array(text.utf8)))
        #expect(key.form == form)
        #expect(Scene.signer.isValid(key.sign([1, 2, 3]), for: [1, 2, 3]))
    }

    private static let refused: [(text: String, says: String)] = [
        ("", "is empty"),
        (" \n\t ", "is empty"),
        ("12345", "is no PEM"),
        (pem().replacing("-----END", with: "-----FIN"), "is cut off"),
        (pem("ENCRYPTED PRIVATE KEY"), "without a passphrase"),
        (pem().replacing("KEY-----\n", with: "KEY-----\nProc-Type: 4,ENCRYPTED\n\n"), "without a passphrase"),
        (pem("PUBLIC KEY"), "public part"),
        (pem("CERTIFICATE"), "public part"),
        (pem("OPENSSH PRIVATE KEY"), "SSH key"),
        (pem("EC PRIVATE KEY"), "unknown kind"),
        (pem("RSA PRIVATE KEY", Array(der.dropLast(30))), "not a private RSA key"),
        (pem().replacing("MII", with: "M*I"), "is damaged"),
    ]

    @Test(arguments: refused.indices) func `what is no key is refused with a sentence that says why and shows nothing of it`(index: Int) {
        let (text, says) = Self.refused[index]
        var caught: AppKeyError?
        do throws(AppKeyError) { _ = try AppKey(Secret(Array(text.utf8))) } catch { caught = error }
        #expect(caught?.message.contains(says) == true, "\(caught?.message ?? "no error")")
        for line in text.split(whereSeparator: \.isWhitespace) where line.count > 30 && !line.hasPrefix("-----") {
            #expect(caught?.message.contains(line.prefix(20)) == false)
        }
    }

    @Test func `a key shows nothing of itself`() throws {
        let key = try AppKey(Secret(Array(Self.pem().utf8)))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!(dumped + String(describing: key)).contains("MII"))
    }
}
