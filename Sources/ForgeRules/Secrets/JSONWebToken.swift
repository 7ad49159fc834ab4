// Whether a text is a JSON Web Token: a header that decodes to JSON with an algorithm. The signature is not checked; it must never be said
// that a token is still good.

internal import ForgeCore

enum JSONWebToken {
    private static let segmentBytesMax = 16_384

    /// `header.claims`, with or without a signature, in base64url.
    static func isToken(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (2...5).contains(parts.count), let header = object(parts[0]), header["alg"]?.string != nil else { return false }
        // The five parts of an encrypted token hold nothing that can be read.
        return header["enc"] != nil || object(parts[1]) != nil
    }

    /// The samples that the format's best-known pages show, with any signature.
    static func isDocumentationSample(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."))
        guard parts.count > 1, let claims = object(parts[1]) else { return false }
        if claims["some"]?.string == "payload" { return true }
        return claims["sub"]?.string == "1234567890" && (claims["name"]?.string == "John Doe" || claims["admin"] == .bool(true))
    }

    static func object(_ segment: ArraySlice<UInt8>) -> JSON? {
        guard segment.count <= segmentBytesMax, let bytes = Base64.decoded(segment) else { return nil }
        // What is no JSON is no part of a token, and that is all that is asked.
        guard let value = try? JSONParser.parse(bytes, limits: JSONLimits(depthMax: 32, valuesMax: 2_000)).value,
            case .object = value
        else { return nil }
        return value
    }
}
