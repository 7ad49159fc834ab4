// The tokens that show what they are, for texts that were hidden and have been decoded: where a decoded text has one of these, it was one.
// What stands here must be so narrow that bytes drawn by chance are not it; packs say the same of plain text, with more formats.

struct TokenFormat {
    let prefix: [UInt8]
    let count: ClosedRange<Int>
    let isDigit: @Sendable (UInt8) -> Bool
    var hasChecksum = false

    /// Where a token of this format is, when one begins here. A checksum says so even within a word.
    func token(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        guard bytes[start...].starts(with: prefix), hasChecksum || start == 0 || !Byte.isName(bytes[start - 1]) else { return nil }
        let body = bytes[(start + prefix.count)...].prefix(count.upperBound + 1).prefix(while: isDigit)
        guard count.contains(body.count), !Placeholder.isPlain(body) else { return nil }
        guard !hasChecksum || Checksum.isRight(bytes[start..<body.endIndex], prefixCount: prefix.count) else { return nil }
        return start..<body.endIndex
    }

    /// The first token in a decoded text.
    static func firstToken(in bytes: [UInt8]) -> Range<Int>? {
        for start in bytes.indices {
            for index in byFirst[Int(bytes[start])] {
                if let found = all[index].token(in: bytes, at: start) { return found }
            }
            if let found = privateKey(in: bytes, at: start) ?? statelessToken(in: bytes, at: start) ?? address(in: bytes, at: start) {
                return found
            }
        }
        return nil
    }

    private static func privateKey(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        guard bytes[start] == Byte.minus, bytes[start...].starts(with: Array("-----BEGIN ".utf8)) else { return nil }
        let name = bytes[(start + 11)...].prefix(60).prefix { $0 != Byte.minus && $0 >= 0x20 }
        guard name.contains(sequence: Array("PRIVATE KEY".utf8)), bytes[name.endIndex...].starts(with: Array("-----".utf8)) else {
            return nil
        }
        return PrivateKeyText(in: bytes, behind: start..<(name.endIndex + 5))?.body
    }

    private static func statelessToken(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        guard bytes[start] == UInt8(ascii: "g"), bytes[start...].starts(with: Array("ghs_".utf8)) else { return nil }
        let token = bytes[start...].prefix(2_000).prefix {
            Base64.isDigit($0) && $0 != Byte.slash && $0 != Byte.plus || $0 == UInt8(ascii: ".")
        }
        return isStateless(token) ? token.startIndex..<token.endIndex : nil
    }

    /// `ghs_`, the App's id, `_`, a JSON Web Token.
    static func isStateless(_ token: ArraySlice<UInt8>) -> Bool {
        guard let bar = token.dropFirst(4).firstIndex(of: Byte.underscore) else { return false }
        return JSONWebToken.isToken(token[(bar + 1)...])
    }

    private static func address(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        guard bytes[start] == Byte.colon, bytes[start...].starts(with: Array("://".utf8)) else { return nil }
        let authority = bytes[(start + 3)...].prefix(400).prefix {
            !Byte.isSpace($0) && $0 != Byte.slash && $0 != Byte.doubleQuote && $0 != Byte.singleQuote
        }
        guard let at = authority.lastIndex(of: Byte.at), let colon = authority[..<at].firstIndex(of: Byte.colon) else { return nil }
        let password = (colon + 1)..<at
        let address = ConnectionAddress(bytes, line: 0..<bytes.count, match: start..<at, password: password)
        return address.isLeak ? password : nil
    }

    private static let all: [TokenFormat] =
        ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_"].map { format($0, 36...36, isLetterOrDigit, hasChecksum: true) } + [
            format("github_pat_", 82...82, isWord), format("glpat-", 20...300, isWordOrDot), format("glptt-", 40...40, isWord),
            format("AKIA", 16...16, isBase32), format("ASIA", 16...16, isBase32), format("xoxb-", 30...80, isWord),
            format("xoxp-", 40...120, isWord), format("xapp-1-", 60...120, isWord), format("sk_live_", 20...247, isLetterOrDigit),
            format("rk_live_", 20...247, isLetterOrDigit), format("sk_test_", 20...247, isLetterOrDigit),
            format("whsec_", 32...64, isLetterOrDigit),
            format("sk-ant-", 60...140, isWord), format("sk-proj-", 40...200, isWord), format("AIza", 35...35, isWord),
            format("GOCSPX-", 28...28, isWord), format("hf_", 34...34, isLetterOrDigit), format("pypi-AgE", 60...1_000, isWord),
            format("SG.", 60...80, isWordOrDot), format("shpat_", 32...32, isHex), format("dop_v1_", 64...64, isHex),
            format("sntrys_eyJ", 60...400, isBase64), format("sntryu_", 64...64, isHex), format("glsa_", 41...41, isWord),
            format("dckr_pat_", 27...27, isWord), format("hvs.", 24...300, isWord), format("tskey-", 20...100, isWord),
            format("lin_api_", 40...40, isLetterOrDigit), format("dapi", 32...32, isHex), format("gsk_", 48...56, isLetterOrDigit),
            format("eyJhbGciOi", 60...8_000, isWordOrDot),
        ]

    /// By the first byte of their prefix.
    private static let byFirst: [[Int]] = (0..<256).map { byte in all.indices.filter { all[$0].prefix[0] == UInt8(byte) } }

    private static func format(
        _ prefix: String, _ count: ClosedRange<Int>, _ isDigit: @escaping @Sendable (UInt8) -> Bool, hasChecksum: Bool = false
    )
        -> TokenFormat
    {
        TokenFormat(prefix: Array(prefix.utf8), count: count, isDigit: isDigit, hasChecksum: hasChecksum)
    }

    private static let isLetterOrDigit: @Sendable (UInt8) -> Bool = { Byte.isName($0) && $0 != Byte.underscore }
    private static let isWord: @Sendable (UInt8) -> Bool = { Byte.isName($0) || $0 == Byte.minus }
    private static let isWordOrDot: @Sendable (UInt8) -> Bool = { Byte.isName($0) || $0 == Byte.minus || $0 == UInt8(ascii: ".") }
    private static let isBase32: @Sendable (UInt8) -> Bool = { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    private static let isHex: @Sendable (UInt8) -> Bool = { Byte.isHexDigit($0) }
    private static let isBase64: @Sendable (UInt8) -> Bool = { Base64.isDigit($0) || $0 == Byte.equals }
}
