// URLs in trackers' bodies, read for what they say and stripped of what they should not. Nothing here fetches, and a host that comes from
// an unsigned body must never get into a URL that is later fetched: only digits and names are taken from those.

/// `scheme://host/path?query#fragment`, split. Not a validator: what has no `://` is no URL here.
struct TrackerURL {
    let scheme: Substring
    /// With its port, without user and password.
    let host: Substring
    let path: Substring
    let query: Substring?

    init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[colon...].utf8.starts(with: "://".utf8) else { return nil }
        scheme = text[..<colon]
        let rest = text[text.utf8.index(colon, offsetBy: 3)...]
        let isPathBegin: (UInt8) -> Bool = { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        let hostEnd = rest.utf8.firstIndex(where: isPathBegin) ?? rest.endIndex
        let authority = rest[..<hostEnd]
        host = authority.utf8.lastIndex(of: UInt8(ascii: "@")).map { authority[authority.utf8.index(after: $0)...] } ?? authority
        let afterHost = rest[hostEnd...]
        let beforeFragment = afterHost[..<(afterHost.utf8.firstIndex(of: UInt8(ascii: "#")) ?? afterHost.endIndex)]
        if let mark = beforeFragment.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = beforeFragment[..<mark]
            query = beforeFragment[beforeFragment.utf8.index(after: mark)...]
        } else {
            path = beforeFragment
            query = nil
        }
    }

    /// Only these may stand where a person might click.
    var isWeb: Bool { scheme.lowercased() == "https" || scheme.lowercased() == "http" }

    var segments: [Substring] { path.split(separator: "/") }

    /// The segment after this one: the issue's number after `issues`.
    func segment(after name: String) -> Substring? {
        let segments = segments
        guard let index = segments.firstIndex(where: { $0 == name }), index + 1 < segments.count else { return nil }
        return segments[index + 1]
    }

    /// The digits after `/issues/` (or `/groups/`, as it was once called).
    var issueNumber: String? {
        guard let segment = segment(after: "issues") ?? segment(after: "groups"), (1...20).contains(segment.utf8.count) else { return nil }
        return segment.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? String(segment) : nil
    }

    /// `https://host`, in lower case.
    var origin: String { "\(scheme.lowercased())://\(host.lowercased())" }

    /// Without user, password and fragment, and with the names of the query but not its values.
    var withoutValues: String {
        let names = query.map { "?" + Self.names(in: $0) } ?? ""
        return "\(scheme)://\(host)\(path)\(names)"
    }

    private static func names(in query: Substring) -> String {
        query.split(separator: "&").map { pair in
            guard let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) else { return "" }
            return String(pair[...equals])
        }.filter { !$0.isEmpty }.joined(separator: "&")
    }

    /// A tracker's base URL as it stands in identities: scheme and host in lower case, no usual port, no slash at the end.
    static func normalisedBase(_ text: String) -> String {
        guard let url = TrackerURL(text) else { return text }
        var origin = url.origin
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            origin.removeLast(port.utf8.count)
        }
        let path = url.segments.joined(separator: "/")
        return path.isEmpty ? origin : "\(origin)/\(path)"
    }
}
