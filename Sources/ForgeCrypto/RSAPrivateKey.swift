// RSA signatures as RS256 has them (RFC 7518: RSASSA-PKCS1-v1_5 over SHA-256): how an App proves to a code host that it is itself. It must
// never print or hand out a key it was given; the one way out is for keys it made itself.

import COpenSSL

/// A private RSA key, ready to sign on many threads.
@safe package final class RSAPrivateKey: Sendable {
    /// Proof for `nonisolated(unsafe)`: it is finished in `init` and afterwards only read; each signature has a context of its own.
    nonisolated(unsafe) private let raw: OpaquePointer

    /// Shorter ones can be factored.
    package static let bitsMin = 2_048

    /// Reads PKCS#1 and PKCS#8, without encryption.
    package convenience init(der: [UInt8]) throws(CryptoError) {
        let read = unsafe der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return unsafe d2i_AutoPrivateKey(nil, &start, buffer.count)
        }
        guard let read = unsafe read else { throw .notAnRSAKey }
        unsafe self.init(owned: read)
        guard unsafe EVP_PKEY_get_base_id(raw) == EVP_PKEY_RSA else { throw .notAnRSAKey }
        guard bits >= Self.bitsMin else { throw .keyTooShort(bits: bits) }
    }

    /// "owned": the caller must not free it.
    private init(owned: OpaquePointer) { unsafe raw = owned }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// A new key, for a stand-in of a code host that has an App of its own.
    package static func generate(bits: Int = bitsMin) -> RSAPrivateKey {
        precondition((bitsMin...8_192).contains(bits), "a key has \(bitsMin) to 8192 bits")
        guard let made = unsafe forge_rsa_generate(UInt32(bits)) else { preconditionFailure("OpenSSL makes RSA keys") }
        return unsafe RSAPrivateKey(owned: made)
    }

    package var bits: Int { Int(unsafe EVP_PKEY_get_bits(raw)) }

    /// The key as PKCS#1: only for one that `generate` made.
    package func exported() -> [UInt8] {
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PrivateKey(raw, &start)
        guard count > 0, let start = unsafe start else { preconditionFailure("OpenSSL writes a key it has") }
        defer { unsafe CRYPTO_clear_free(start, Int(count), nil, 0) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// The RS256 signature of `message`.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(raw)))
        var count = signature.count
        let isSigned =
            unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, raw) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        precondition(isSigned, "OpenSSL signs with a key it has read")
        return Array(signature.prefix(count))
    }

    /// Whether `signature` is this key's for `message`.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        return unsafe EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, raw) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
