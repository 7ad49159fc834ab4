// Where a GitHub is: github.com or somebody's own. Whatever an answer points to is followed only while it stays there.

package struct GitHubAddresses: Hashable, Sendable {
    /// Without a slash at the end: `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise.
    package let api: String
    /// For people, and for git.
    package let web: String
    package let graphQL: String

    package init(api: String = "https://api.github.com", web: String = "https://github.com") {
        let api = Self.withoutSlash(api)
        self.api = api
        self.web = Self.withoutSlash(web)
        // Enterprise has GraphQL beside `v3`, github.com below its root.
        graphQL = api.hasSuffix("/api/v3") ? api.dropLast("v3".count) + "graphql" : api + "/graphql"
    }

    private static func withoutSlash(_ text: String) -> String {
        var text = text[...]
        while text.hasSuffix("/") { text.removeLast() }
        return String(text)
    }

    /// Scheme, host and port.
    private var origin: Substring {
        guard let start = api.range(of: "://")?.upperBound else { return api[...] }
        return api[..<(api[start...].firstIndex(of: "/") ?? api.endIndex)]
    }

    /// What `location` means in an answer from the API; nil when it leads elsewhere, where no token of ours has business.
    func resolve(_ location: String) -> String? {
        if location.hasPrefix("/"), !location.hasPrefix("//") { return origin + location }
        let start = origin + "/"
        return location.prefix(start.count).lowercased() == start.lowercased() ? location : nil
    }
}

extension String {
    /// The first place of `part`; by bytes, like the addresses it is looked for in.
    fileprivate func range(of part: String) -> Range<String.Index>? { firstRange(of: part) }

    /// As one part of a path or of a query.
    package var percentEncoded: String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
