// What is personal in a tracker's body, by name and by look. Dropped before storage unless the operator's settings keep it; what is dropped
// is told by kind, never by value. This cannot find a name inside a sentence: redaction of texts comes before prompts, elsewhere.

import ForgeCore

enum PersonalData {
    /// Members that hold people or what they sent, wherever they stand, in lower case.
    private static let memberNames: Set<String> = [
        "actor", "api_key", "apikey", "assignedto", "assignee", "authorization", "cookie", "cookies", "data", "email", "emails", "env",
        "geo",
        "headers", "ip", "ip_address", "participants", "passwd", "password", "query_string", "remote_addr", "secret", "seenby", "session",
        "set-cookie", "subscriptiondetails", "token", "user", "username", "userreport", "users", "vars",
    ]

    private static let tagNames: Set<String> = [
        "client_ip", "email", "ip", "ip_address", "remote_addr", "sentry:user", "user", "username", "user_email", "user_id",
    ]

    static func isMember(_ name: String) -> Bool { name.utf8.count <= 32 && memberNames.contains(name.lowercased()) }

    static func isTag(_ name: String, _ value: String) -> Bool {
        let name = name.utf8.count <= 32 ? name.lowercased() : ""
        return tagNames.contains(name) || name.hasPrefix("user.") || isAddress(value)
    }

    /// Whether a value is nothing but an e-mail or IP address.
    static func isAddress(_ text: String) -> Bool {
        (3...254).contains(text.utf8.count) && (isMailAddress(text) || isIPAddress(text))
    }

    private static func isMailAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains(UInt8(ascii: ".")) else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
    }

    private static func isIPAddress(_ text: String) -> Bool {
        let quads = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if quads.count == 4 { return quads.allSatisfy { UInt8(Substring($0)) != nil } }
        let groups = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (3...8).contains(groups.count) else { return false }
        // A clock time has colons too, but never fewer than three groups of four, nor an empty one.
        let isHex = groups.allSatisfy { $0.count <= 4 && $0.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } }
        return isHex && (groups.count == 8 || groups.dropFirst().dropLast().contains { $0.isEmpty } || text.hasPrefix("::"))
    }

    /// A text that is a URL, without its query's values; an address, not at all; anything else as it is.
    static func cleaned(_ text: String) -> String? {
        if isAddress(text) { return nil }
        guard let url = TrackerURL(text), url.scheme.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return text }
        return url.withoutValues
    }
}
