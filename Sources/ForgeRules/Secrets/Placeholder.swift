// What stands where a credential would: `<your-key>`, `xxxx`, `${VAR}`, `process.env.X`, `changeme`. It must never pass judgement on how
// random a text is, only on whether it shows that it is none.

enum Placeholder {
    /// Shows by itself that it is no credential, whatever its format: for tokens that a published format describes.
    static func isPlain(_ value: ArraySlice<UInt8>) -> Bool {
        isDocumentationSample(value) || isRepetitive(value) || containsAny(value, plainWords) || longestRun(of: value) >= 6
            || isSequence(value, percent: 88)
    }

    /// Values that specifications and manuals show; everybody has them.
    static func isDocumentationSample(_ value: ArraySlice<UInt8>) -> Bool { samples.contains { value.starts(with: $0) } }

    private static let samples = [
        // RFC 6749 and RFC 6750, OAuth 1.0a, RFC 7617, the storage emulators of Azure, kubeadm.
        "2YotnFZFEjr1zCsicMWpAA", "tGzv3JOkF0XG5Qx2TlKWIA", "SplxlOBeZQQYbYS6WxSbIA", "mF_9.B5f-4.1JqM", "czZCaGRSa3F0Mzpn", "gX1fBat3bV",
        "7Fjfp0ZBr1KtDRbnfVdmIw", "QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6", "0685bd9184jfhq22",
        "ad180jjd733klru7", "dpf43f3p2l4k3l03", "nnch734d00sl2jdk", "abcdef.0123456789abcdef",
    ].map { Array($0.utf8) }

    /// The same for values that have no format, where a word is telling too.
    static func isLikely(_ value: ArraySlice<UInt8>) -> Bool {
        isPlain(value) || isReference(value) || isSequence(value) || containsAny(value, likelyWords)
            || longestRun(of: value) >= 5
    }

    /// Not a value but the way to one: `$NAME`, `${…}`, `{{ … }}`, `%s`, `<…>`, `process.env.X`, `os.environ[…]`, `vault:…`.
    static func isReference(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first, let last = value.last else { return true }
        let second = value.dropFirst().first ?? 0
        switch first {
        case Byte.dollar: return value.count == 1 || Byte.isNameStart(second) || opening.contains(second)
        case Byte.less: return last == Byte.greater
        case Byte.openBracket: return last == Byte.closeBracket
        case Byte.openBrace: return last == Byte.closeBrace
        case Byte.percent: return last == Byte.percent || value.count <= 4 || second == Byte.openParenthesis
        case Byte.at: return last == Byte.at || opening.contains(second)
        case Byte.backquote, Byte.ampersand: return true
        default: return containsAny(value, referenceWords)
        }
    }

    private static let opening: [UInt8] = [Byte.openBrace, Byte.openParenthesis, Byte.openBracket]

    /// Half of it or more is one byte, or a short piece over and over.
    static func isRepetitive(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.count >= 4 else { return false }
        var counts = InlineArray<256, Int>(repeating: 0)
        for byte in value { counts[Int(byte)] += 1 }
        for index in counts.indices where counts[index] * 2 >= value.count { return true }
        for period in 1...4 where value.count >= 3 * period {
            if zip(value, value.dropFirst(period)).allSatisfy({ $0 == $1 }) { return true }
        }
        return false
    }

    /// Counts up or down for most of its length: `abcdefgh01234567`.
    static func isSequence(_ value: ArraySlice<UInt8>, percent: Int = 70) -> Bool {
        guard value.count >= 6 else { return false }
        let steps = zip(value, value.dropFirst()).count { pair in abs(Int(pair.1) - Int(pair.0)) == 1 }
        return steps * 100 >= (value.count - 1) * percent
    }

    static func longestRun(of value: ArraySlice<UInt8>) -> Int {
        var longest = 0
        var run = 0
        var last: UInt8?
        for byte in value {
            run = byte == last ? run + 1 : 1
            last = byte
            longest = max(longest, run)
        }
        return longest
    }

    /// Whether one of the words, in small letters, is in it in any letter case.
    static func containsAny(_ value: ArraySlice<UInt8>, _ words: [[UInt8]]) -> Bool {
        words.contains { contains(value, $0) }
    }

    private static func contains(_ value: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        guard value.count >= word.count else { return false }
        return (value.startIndex...(value.endIndex - word.count)).contains { start in
            word.indices.allSatisfy { small(value[start + $0]) == word[$0] }
        }
    }

    private static func small(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    private static func words(_ text: String) -> [[UInt8]] { text.split(separator: " ").map { Array($0.utf8) } }

    private static let plainWords = words("example xxxxx ..... ***** placeholder redacted your_ your- insert_ randomstring goes-here _here")

    private static let likelyWords = words(
        """
        xxxx your dummy changeme change-me change_me change_it replace-me replace_me replaceme replace_with sample notreal not-real not_real \
        fake todo fixme foobar foo-bar foo_bar lorem ipsum insecure deadbeef null undefined none <your redact mysecret my-secret my_secret \
        supersecret super-secret super_secret s3cr3t mytoken my-token my_token test-token test_token testtoken test-key test_key testkey \
        secret-key secret_key secretkey secret-token some-secret some_secret some-token some_token the-secret the_secret token-here key-here \
        a-secret abcdef 1234567 0123456 qwerty asdf password passw0rd p@ssw0rd pa55word hunter1
        """)

    private static let referenceWords = words(
        """
        ${ {{ }} $( <% %> process.env os.environ os.getenv getenv( env. env[ environ[ import.meta secrets. vault: vault( \
        vault/ ssm: secretsmanager arn:aws: keyvault config. config[ settings. op:// env( fetch( lookup( /run/secrets #{ !ref !sub \
        read( get( @microsoft.keyvault
        """)
}
