// The App's private key as operators have it: a file from GitHub, or a setting that went through a shell, a YAML file, an `.env` file or a
// secret store, each of which leaves its marks. What was found is said, so that the operator can tell one file from another; the key never is.

package import ForgeCore
package import ForgeCrypto

package struct AppKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String

    package var description: String { message }
}

package struct AppKey: Sendable {
    /// What it was read from, such as `PKCS#1, in base64, with CRLF line ends`.
    package let form: String
    private let key: RSAPrivateKey

    package init(_ text: Secret) throws(AppKeyError) {
        var reader = AppKeyReader(text)
        let (label, der) = try reader.read()
        do throws(CryptoError) {
            key = try RSAPrivateKey(der: der)
        } catch {
            throw AppKeyError(message: "the App's private key (\(reader.form(label))) cannot be used: \(error)")
        }
        form = reader.form(label)
    }

    /// For a stand-in that has an App of its own.
    package init(_ key: RSAPrivateKey) {
        self.key = key
        form = "made here"
    }

    package func sign(_ message: [UInt8]) -> [UInt8] { key.sign(message) }
}

/// Takes one wrapping after the other off a key's text.
private struct AppKeyReader {
    private var text: [UInt8]
    private var marks: [String] = []

    init(_ secret: Secret) { text = secret.reveal() }

    func form(_ label: String) -> String { ([label] + marks).joined(separator: ", ") }

    mutating func read() throws(AppKeyError) -> (label: String, der: [UInt8]) {
        unwrap()
        if text.isEmpty { throw AppKeyError(message: "the App's private key is empty") }
        if !contains("-----BEGIN"), let inside = try? Base64.decode(compact(text[...])) {  // no base64: then it is no key either
            marks.append("in base64")
            text = inside
            if text.first == 0x30 { return ("DER", text) }
            unwrap()
        }
        return try readPEM()
    }

    /// Quotes, line ends written out, and line ends of another system.
    private mutating func unwrap() {
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
        trim()
        for quote in [UInt8(ascii: "\""), UInt8(ascii: "'")] where text.count > 1 && text.first == quote && text.last == quote {
            text = Array(text.dropFirst().dropLast())
            marks.append("in quotes")
            trim()
        }
        if contains("\\n") {
            replace("\\r", with: [])
            replace("\\n", with: [0x0A])
            marks.append("with \\n for line ends")
        }
        if text.contains(0x0D) { marks.append("with CRLF line ends") }
        trim()
    }

    private func readPEM() throws(AppKeyError) -> (label: String, der: [UInt8]) {
        let begin = Array("-----BEGIN ".utf8)
        guard let start = text.firstRange(of: begin)?.upperBound, let endOfLabel = text[start...].firstRange(of: Array("-----".utf8)) else {
            throw AppKeyError(message: "the App's private key is no PEM: it must begin with '-----BEGIN RSA PRIVATE KEY-----'")
        }
        let label = String(decoding: text[start..<endOfLabel.lowerBound].prefix(40), as: UTF8.self)
        let kind = try Self.kind(of: label)
        guard let end = text[endOfLabel.upperBound...].firstRange(of: Array("-----END ".utf8)) else {
            throw AppKeyError(message: "the App's private key (\(form(kind))) is cut off: it has no '-----END' line")
        }
        let body = text[endOfLabel.upperBound..<end.lowerBound]
        guard !body.contains(UInt8(ascii: ":")) else {
            throw AppKeyError(message: "the App's private key is encrypted; store it without a passphrase")
        }
        do throws(CryptoError) {
            return (kind, try Base64.decode(compact(body)))
        } catch {
            throw AppKeyError(message: "the App's private key (\(form(kind))) is damaged: \(error)")
        }
    }

    private static func kind(of label: String) throws(AppKeyError) -> String {
        switch label {
        case "RSA PRIVATE KEY": return "PKCS#1"
        case "PRIVATE KEY": return "PKCS#8"
        case "ENCRYPTED PRIVATE KEY": throw AppKeyError(message: "the App's private key is encrypted; store it without a passphrase")
        case "OPENSSH PRIVATE KEY":
            throw AppKeyError(message: "this is an SSH key; the App's private key comes from the App's settings page")
        case "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE":
            throw AppKeyError(message: "this is the public part of a key; the App's private key comes from the App's settings page")
        default:
            throw AppKeyError(message: "the App's private key is of an unknown kind; GitHub's begin with '-----BEGIN RSA PRIVATE KEY-----'")
        }
    }

    // MARK: Bytes

    private func contains(_ part: String) -> Bool { text.firstRange(of: Array(part.utf8)) != nil }

    private mutating func replace(_ part: String, with other: [UInt8]) { text = text.replacing(Array(part.utf8), with: other) }

    private mutating func trim() {
        let blank: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0]
        guard let first = text.firstIndex(where: { !blank.contains($0) }), let last = text.lastIndex(where: { !blank.contains($0) }) else {
            text = []
            return
        }
        text = Array(text[first...last])
    }

    private func compact(_ part: ArraySlice<UInt8>) -> String {
        String(decoding: part.filter { $0 > 0x20 }, as: UTF8.self)
    }
}
