// An address as far as mirrors look at it: how it is spoken to, and how it may be shown.

struct RemoteAddress: Hashable, Sendable {
    /// `file` for a path without a colon.
    let scheme: String
    let hasUserInformation: Bool
    /// Without user, password and query.
    let shown: String

    init(_ url: String) {
        guard let mark = url.firstRange(of: "://") else {
            // `host:path` is a way to ssh: for git with its colon before any slash, for the library wherever the colon is.
            scheme = url.contains(":") ? "ssh" : "file"
            hasUserInformation = scheme == "ssh" && url.contains("@")
            shown = scheme == "file" ? url : "an address like ssh's"
            return
        }
        let kind = url[..<mark.lowerBound].lowercased()
        let rest = url[mark.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest[authority.endIndex...].prefix { !"?#".contains($0) }
        scheme = kind
        hasUserInformation = authority.contains("@")
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        shown = "\(kind)://\(host)\(path)"
    }
}
