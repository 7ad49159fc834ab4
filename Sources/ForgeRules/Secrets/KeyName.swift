// The name that a value is given: `DB_PASSWORD`, `nextPageToken`. It must never look at the value.

struct KeyName {
    /// Names are shorter, and sentences that speak of one are longer.
    private static let bytesMax = 96
    /// In small letters: from the start of the name that the match begins in, to the value.
    private let text: [UInt8]

    init(_ input: RuleCheckInput) {
        var start = input.match.lowerBound
        while start > input.line.lowerBound, input.match.lowerBound - start < 64,
            Byte.isName(input.text[start - 1]) || input.text[start - 1] == Byte.minus
        {
            start -= 1
        }
        text = input.text[start..<max(start, input.capture.lowerBound)].map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }

    /// What looks like a credential's name, but means a digest, a page of a list, a thing that everybody may see.
    var isOfSomethingElse: Bool { Placeholder.containsAny(text[...], Self.otherWords) }

    /// What stands between the name and the value gives it one: `=`, `:`, a quotation mark; a path, a list or a sentence does not.
    var isAssigned: Bool {
        let between = text.reversed().prefix { !Byte.isName($0) }
        guard text.count <= Self.bytesMax, between.allSatisfy(Self.joints.contains) else { return false }
        return between.contains(where: Self.assigning.contains)
    }

    private static let assigning = Set("=:>\"'`|".utf8)
    private static let joints = Set("= :,>([]\"'`|?\\{\t".utf8)

    /// A UUID under this name is a credential, not a number.
    var isStrong: Bool { Placeholder.containsAny(text[...], Self.strongWords) && !Placeholder.containsAny(text[...], Self.weakWords) }

    private static func words(_ text: String) -> [[UInt8]] { text.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) } }

    private static let otherWords = words(
        """
        public pubkey csrf xsrf pagetoken page_token page-token nextpage next_page cursor= continuation continue_token nexttoken next_token \
        idempot cancellation canceltoken cancel_token authenticity _hash hash= hash: hash" digest checksum fingerprint integrity sha1 sha2 sha= \
        sha: sha" md5 etag commit revision traceid trace_id trace- _trace spanid span_id resume synctoken sync_token token_type tokentype \
        tokenizer redirect _url url= url: url" _uri uri= _path path= path: _file filename _dir _name hostname endpoint pattern regex regexp \
        placeholder label _title description prefix suffix length _count expires timeout _version image _id _id" -id idtoken_hint accountid \
        site_key sitekey publishable anon_key anonkey clientid tenantid
        """)
    private static let strongWords = words("token secret password passwd auth api_key apikey api-key bearer credential")
    private static let weakWords = words("id\" id= id: _id -id usersecretsid")
}
