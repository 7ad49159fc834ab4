// Tokens that Forge makes and later recognises. The text of one must never be stored or logged: only its hash is kept.

package import ForgeCore

/// A bearer token in full: what the person is shown once, and what comes back with each request.
///
/// It is `forge_` and 64 hexadecimal digits, 256 random bits: a fixed shape that secret scanners can be taught, that
/// survives copying, selecting with a double click, and any case-preserving transport.
package struct TokenSecret: Sendable {
    package static let prefix = "forge_"
    private static let randomByteCount = 32

    private let text: Secret

    package static func generate(from random: RandomBytes) throws(CryptoError) -> TokenSecret {
        TokenSecret(trusted: prefix + Hex.encode(try random.generate(count: randomByteCount)))
    }

    /// Nil for anything that cannot be a token of ours, so that a stranger's text costs neither a hash nor a look-up.
    package init?(_ text: String) {
        let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
        let isWellFormed = text.hasPrefix(Self.prefix) && digits.count == Self.randomByteCount * 2 && digits.allSatisfy(isLowerCaseHex)
        guard isWellFormed else { return nil }
        self.init(trusted: text)
    }

    private init(trusted text: String) {
        self.text = Secret(Array(text.utf8))
    }

    /// The token itself, for the one time it is shown.
    package func reveal() -> String {
        String(decoding: text.reveal(), as: UTF8.self)
    }

    package var hash: TokenHash { TokenHash(of: text) }
}

/// What is stored of a token, and what an incoming one is looked up by.
///
/// One SHA-256 without salt is enough, and a slow password hash would be wrong. A token has 256 random bits, so there is
/// no list of likely ones to try and no two that are the same, which is all that slowness and salt protect against; and it
/// is checked with every request, where a slow hash would be a way to keep the server busy. For the same reason this must
/// never be used on a password that a person chose.
package struct TokenHash: Sendable {
    package let bytes: [UInt8]

    package init(of secret: Secret) {
        bytes = SHA256.digest(secret.reveal())
    }

    /// A hash as it was stored; nil when it is not one.
    package init?(hex: String) {
        // Any failure means the same here: this text is no hash.
        guard let bytes = try? Hex.decode(hex), bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }

    package var hex: String { Hex.encode(bytes) }

    package func matches(_ other: TokenHash) -> Bool {
        ConstantTime.areEqual(bytes, other.bytes)
    }
}

private func isLowerCaseHex(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
}
