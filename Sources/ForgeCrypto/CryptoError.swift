// The one error of this module. It must never carry the bytes it complains about: they may be a credential.

/// What can be wrong with input to ForgeCrypto, or with the machine's source of randomness.
///
/// Hashing has no error: for it to fail OpenSSL must lack SHA-256 or the machine must be out of memory, and then the
/// program stops, as it does when any other allocation fails.
package enum CryptoError: Error, Equatable, Sendable {
    /// Not pairs of hexadecimal digits; `offset` is the first byte that does not fit, or the length when it is odd.
    case malformedHex(offset: Int)
    /// Not base64 of the alphabet asked for; `offset` is the first byte that does not fit.
    case malformedBase64(offset: Int)
    /// The operating system gave no random bytes.
    case randomUnavailable
    /// Not a private RSA key in DER.
    case notAnRSAKey
    case keyTooShort(bits: Int)
}

extension CryptoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedHex(let offset): "not hexadecimal: byte \(offset) does not fit"
        case .malformedBase64(let offset): "not base64: byte \(offset) does not fit"
        case .randomUnavailable: "the system gave no random bytes"
        case .notAnRSAKey: "not a private RSA key"
        case .keyTooShort(let bits): "an RSA key of \(bits) bits is too short"
        }
    }
}
