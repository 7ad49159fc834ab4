// An address as far as mirrors look at it: how it is spoken to, and how it may be shown.

struct RemoteAddress: Hashable, Sendable {
    /// `file` for a path.
    let scheme: String
    let hasUserInformation: Bool
    /// Without user, password and query.
    let shown: String

    init(_ url: String) {
        guard let mark = url.firstRange(of: "://") else {
            // `host:path`, which git reads as a way to ssh, has its colon before any slash.
            let beforeSlash = url.prefix { $0 != "/" }
            scheme = beforeSlash.contains(":") ? "ssh" : "file"
            hasUserInformation = beforeSlash.contains("@")
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
