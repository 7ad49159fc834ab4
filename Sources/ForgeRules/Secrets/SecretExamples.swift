// Parts of examples that only the makers of credentials know how to end: checksums, claims, keys. They must never make a credential that
// works: everything in them is drawn from a seed.

enum SecretExamples {
    static let functions: [String: ExampleFunction] = [
        "letters": { arguments, _ in letters(arguments) },
        "github": { arguments, _ in github(arguments) },
        "uuid": { arguments, _ in uuid(arguments) },
        "jwt": { arguments, _ in jwt(arguments) },
        "pem": { arguments, _ in pem(arguments) },
        "sentry": { arguments, _ in sentry(arguments) },
        "base64": { arguments, _ in Base64.encoded(Array(arguments.joined(separator: ":").utf8)) },
        "backwards": { arguments, _ in github(arguments).map { $0.reversed() } },
        "base64-github": { arguments, _ in github(arguments).map { Base64.encoded($0) } },
        "hex-github": { arguments, _ in github(arguments).map { $0.flatMap(hex) } },
        "percent-github": { arguments, _ in
            github(arguments).map { $0.enumerated().flatMap { $0 % 3 == 0 ? [Byte.percent] + hex($1) : [$1] } }
        },
        "joined-github": { arguments, _ in github(arguments).map { $0.prefix(4) + Array("\" + \"".utf8) + $0.dropFirst(4) } },
        "invisible-github": { arguments, _ in github(arguments).map { $0.prefix(7) + [0xE2, 0x80, 0x8B] + $0.dropFirst(7) } },
    ]

    private static let alphabets: [String: String] = [
        "base36": "0123456789abcdefghijklmnopqrstuvwxyz", "upper36": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "alpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "base58": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", "base32lower": "abcdefghijklmnopqrstuvwxyz234567", "hexupper": "0123456789ABCDEF",
        "base62": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ]

    /// `letters:ALPHABET:COUNT:SEED`, for alphabets that `random` does not have.
    private static func letters(_ arguments: [String]) -> [UInt8]? {
        guard arguments.count == 3, let alphabet = alphabets[arguments[0]], let count = Int(arguments[1]), (0...65_536).contains(count),
            let seed = UInt64(arguments[2])
        else { return nil }
        return drawn(count, from: alphabet, seed: seed)
    }

    /// `github:PREFIX:SEED`: a prefix, thirty letters and digits, their checksum.
    private static func github(_ arguments: [String]) -> [UInt8]? {
        guard arguments.count == 2, let seed = UInt64(arguments[1]), let alphabet = alphabets["base62"] else { return nil }
        let body = drawn(30, from: alphabet, seed: seed)
        return Array(arguments[0].utf8) + body + Checksum.base62(of: body)
    }

    /// `uuid:SEED`
    private static func uuid(_ arguments: [String]) -> [UInt8]? {
        guard arguments.count == 1, let seed = UInt64(arguments[0]) else { return nil }
        let digits = drawn(32, from: "0123456789abcdef", seed: seed)
        return Array([digits[..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20...]].joined(separator: [Byte.minus]))
    }

    /// `jwt:PREFIX:SEED`: a header, claims, and a signature that signs nothing.
    private static func jwt(_ arguments: [String]) -> [UInt8]? {
        guard arguments.count == 2, let seed = UInt64(arguments[1]), let alphabet = alphabets["base62"] else { return nil }
        let header = Base64.encoded(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), isURL: true)
        let claims = Base64.encoded(Array(#"{"sub":"\#(seed)","iat":1750000000}"#.utf8), isURL: true)
        return Array(arguments[0].utf8)
            + Array([header, claims, drawn(43, from: alphabet, seed: seed)].joined(separator: [UInt8(ascii: ".")]))
    }

    /// `pem:KIND:SEED`: what begins as a key does, with chance behind it.
    private static func pem(_ arguments: [String]) -> [UInt8]? {
        guard arguments.count == 2, let seed = UInt64(arguments[1]) else { return nil }
        let name = arguments[0].isEmpty ? "PRIVATE KEY" : arguments[0] + " PRIVATE KEY"
        let start: [UInt8] = [0x30, 0x82, 0x02, 0x5C, 0x02, 0x01, 0x00, 0x02, 0x81, 0x81]
        let body = Base64.encoded(start + drawn(170, from: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", seed: seed))
        let lines = stride(from: 0, to: body.count, by: 64).map { Array(body[$0..<min($0 + 64, body.count)]) }
        let whole = [Array("-----BEGIN \(name)-----".utf8)] + lines + [Array("-----END \(name)-----".utf8)]
        return Array(whole.joined(separator: [Byte.newline]))
    }

    /// `sentry:SEED`
    private static func sentry(_ arguments: [String]) -> [UInt8]? {
        guard arguments.count == 1, let seed = UInt64(arguments[0]), let alphabet = alphabets["base62"] else { return nil }
        let claims = Base64.encoded(Array(#"{"iat":1750000000,"url":"https://errors.example","org":"acme"}"#.utf8))
        return Array("sntrys_".utf8) + claims + [Byte.underscore] + drawn(43, from: alphabet, seed: seed)
    }

    private static func hex(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func drawn(_ count: Int, from alphabet: String, seed: UInt64) -> [UInt8] {
        let alphabet = Array(alphabet.utf8)
        var state = seed
        return (0..<count).map { _ in alphabet[Int(nextRandom(&state) % UInt64(alphabet.count))] }
    }
}
