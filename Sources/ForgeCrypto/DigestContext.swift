// The one owner of OpenSSL's hashing handles. It must never hand out a pointer, and never leave a context half used.

import COpenSSL

/// SHA-256 as OpenSSL fetched it. Fetching searches the providers (1 ms the first time), so it is done once.
@safe private final class DigestAlgorithm: Sendable {
    static let sha256 = DigestAlgorithm(fetching: "SHA256")

    /// Proof for `nonisolated(unsafe)`: a fetched `EVP_MD` never changes, and its reference count is atomic.
    nonisolated(unsafe) private let raw: OpaquePointer

    private init(fetching name: String) {
        guard let fetched = unsafe EVP_MD_fetch(nil, name, nil) else { preconditionFailure("this OpenSSL has no \(name)") }
        unsafe raw = fetched
    }

    deinit { unsafe EVP_MD_free(raw) }

    func begin(_ context: OpaquePointer) -> Int32 {
        unsafe EVP_DigestInit_ex2(context, raw, nil)
    }
}

/// Owns one `EVP_MD_CTX` in the middle of a SHA-256; frees it exactly once.
@safe struct DigestContext: ~Copyable {
    private let raw: OpaquePointer

    init() {
        unsafe raw = Self.allocate()
        unsafe require(DigestAlgorithm.sha256.begin(raw))
    }

    /// Goes on from where `other` is, leaving it as it was. OpenSSL only reads `other`, so many threads may do this at once.
    init(copying other: borrowing DigestContext) {
        unsafe raw = Self.allocate()
        unsafe require(EVP_MD_CTX_copy_ex(raw, other.raw))
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    /// Starts again from where `other` is, in the memory this context already has.
    mutating func reset(to other: borrowing DigestContext) {
        unsafe require(EVP_MD_CTX_copy_ex(raw, other.raw))
    }

    mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe require(EVP_DigestUpdate(raw, $0.baseAddress, $0.count)) }
    }

    /// The 32 bytes. The context is spent after this, unless it is reset.
    mutating func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
            unsafe require(EVP_DigestFinal_ex(raw, buffer.baseAddress, nil))
            count = SHA256.byteCount
        }
    }

    private static func allocate() -> OpaquePointer {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
        return unsafe context
    }
}

/// These calls fail only without memory; see `CryptoError`.
private func require(_ status: Int32) {
    precondition(status == 1, "OpenSSL could not go on with a SHA-256")
}
