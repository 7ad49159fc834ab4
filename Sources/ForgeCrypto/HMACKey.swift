// HMAC-SHA256, the signature of webhooks. It must never keep the key itself, and never compare signatures by `==`.
//
// The cost of one message counts, because every delivery is checked before it is answered. An HMAC is two SHA-256 runs
// that each begin with a block derived from the key, so both beginnings are hashed once, when the key is made, and every
// message starts from a copy of them. On 64 bytes that takes 0.3 µs where OpenSSL's `HMAC()` takes 1.2; on 16 KiB it adds
// 0.13 µs to the 9.3 of the digest alone.

import COpenSSL

/// A key for HMAC-SHA256 (RFC 2104), ready for many messages on many threads.
@safe package final class HMACKey: Sendable {
    /// Proof for `nonisolated(unsafe)`: both are finished in `init` and afterwards only copied from, which OpenSSL does
    /// through a pointer to const.
    nonisolated(unsafe) private let inner: DigestContext
    nonisolated(unsafe) private let outer: DigestContext

    private static let blockByteCount = 64

    /// Any length will do, as RFC 2104 has it: a longer key than a block is hashed first.
    package init(_ key: [UInt8]) {
        var block = key.count > Self.blockByteCount ? SHA256.digest(key) : key
        block.append(contentsOf: repeatElement(0, count: Self.blockByteCount - block.count))
        unsafe inner = Self.begin(with: &block, mask: 0x36)
        // The block is now the key under 0x36; this mask takes that off again and puts 0x5c on.
        unsafe outer = Self.begin(with: &block, mask: 0x36 ^ 0x5c)
        unsafe block.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    package func authenticate(_ message: [UInt8]) -> [UInt8] {
        var hasher = hasher()
        hasher.update(message)
        return hasher.finish()
    }

    /// Whether `code` is this key's for `message`, decided in a time that does not depend on where they differ.
    package func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        ConstantTime.areEqual(code, authenticate(message))
    }

    /// For a message that comes in parts.
    package func hasher() -> HMACHasher {
        HMACHasher(key: self, context: unsafe DigestContext(copying: inner))
    }

    fileprivate func close(_ context: inout DigestContext) -> [UInt8] {
        let digest = context.finish()
        unsafe context.reset(to: outer)
        context.update(digest.span)
        return context.finish()
    }

    private static func begin(with block: inout [UInt8], mask: UInt8) -> DigestContext {
        for index in block.indices { block[index] ^= mask }
        var context = DigestContext()
        context.update(block.span)
        return context
    }
}

/// An HMAC-SHA256 fed in parts. The parts' borders do not matter to the code.
package struct HMACHasher: ~Copyable {
    private let key: HMACKey
    private var context: DigestContext

    fileprivate init(key: HMACKey, context: consuming DigestContext) {
        self.key = key
        self.context = context
    }

    package mutating func update(_ bytes: [UInt8]) {
        context.update(bytes.span)
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        context.update(bytes)
    }

    package consuming func finish() -> [UInt8] {
        key.close(&context)
    }
}
