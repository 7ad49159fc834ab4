// SHA-256 of bytes at once, or of bytes as they come. It must never be used on a password a person chose: see TokenHash.

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    package static let byteCount = 32

    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    /// The digest of the text's UTF-8.
    package static func digest(_ text: String) -> [UInt8] {
        digest(Array(text.utf8))
    }
}

/// A SHA-256 fed in parts. The parts' borders do not matter to the digest.
package struct SHA256Hasher: ~Copyable {
    private var context = DigestContext()

    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        context.update(bytes.span)
    }

    /// For bytes that already lie in memory somebody else owns, such as a chunk of a request's body.
    package mutating func update(_ bytes: Span<UInt8>) {
        context.update(bytes)
    }

    package consuming func finish() -> [UInt8] {
        context.finish()
    }
}
