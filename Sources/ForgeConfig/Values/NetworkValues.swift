// Where others are reached, checked once. An address of a server must never carry a name and password:
// it is printed in many places.

package import ForgeCore
import ForgeYAML

/// The address of a server and a path below it, without a slash at its end: `https://ghe.example.com/api/v3`.
package struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    package let host: String
    /// With the scheme and the port, if one is written.
    package let text: String

    package init?(_ text: String) {
        guard text.utf8.count <= 1_000, text.utf8.allSatisfy(isURLByte) else { return nil }
        let lowerCase = text.lowercased()
        let scheme = ["https://", "http://"].first { lowerCase.hasPrefix($0) }
        guard let scheme else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard let host = parseAuthority(authority.lowercased()[...]) else { return nil }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        isSecure = scheme == "https://"
        self.host = host
        self.text = scheme + authority.lowercased() + path
    }

    package var description: String { text }
}

/// Where Forge keeps what it knows.
package enum StoreSetting: Sendable {
    /// In the data folder.
    case sqlite
    /// A URL, which may hold a password.
    case postgres(Secret)
}

extension ValueType<ListenAddress> {
    static var listenAddress: ValueType<ListenAddress> {
        ValueType(shape: .text(pattern: "^.+:[0-9]{1,5}$")) { node throws(Complaint) in
            guard let value = ListenAddress(try scalarText(node, bytesMax: 100)) else {
                throw Complaint("is not an IP address and a port", "write 127.0.0.1:8080, or 0.0.0.0:8080 for every interface")
            }
            return value
        }
    }
}

extension ValueType<HTTPURL> {
    static var url: ValueType<HTTPURL> {
        ValueType(shape: .text(pattern: "^https?://[^@?#]+$")) { node throws(Complaint) in
            guard let value = HTTPURL(try scalarText(node, bytesMax: 1_000)) else {
                throw Complaint(
                    "is not the address of a server", "write it as https://forge.example.com, without a user, a '?' or a '#' in it")
            }
            return value
        }
    }
}

extension ValueType<IPNetwork> {
    static var network: ValueType<IPNetwork> {
        ValueType(shape: .text(pattern: "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$")) { node throws(Complaint) in
            guard let value = IPNetwork(try scalarText(node, bytesMax: 100)) else {
                throw Complaint("is not an IP address or network", "write 10.0.0.7, 10.0.0.0/8 or fd00::/8")
            }
            return value
        }
    }
}

extension ValueType<StoreSetting> {
    static var store: ValueType<StoreSetting> {
        ValueType(shape: .text(pattern: "^(sqlite|postgres(ql)?://.+)$")) { node throws(Complaint) in
            let text = try scalarText(node, bytesMax: 1_000)
            if text == "sqlite" { return .sqlite }
            guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else {
                throw Complaint(
                    "is neither sqlite nor the address of a PostgreSQL server", "write sqlite, or postgres://user@host/database")
            }
            return .postgres(Secret(Array(text.utf8)))
        }
    }
}

extension ValueType<RepositoryName> {
    static var repository: ValueType<RepositoryName> {
        ValueType(shape: .text(pattern: "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")) { node throws(Complaint) in
            guard let value = RepositoryName(try scalarText(node, bytesMax: 300)) else {
                throw Complaint("is not the name of a repository", "write it as owner/name")
            }
            return value
        }
    }
}

/// A host's name or address, and perhaps a port; the host alone is returned.
private func parseAuthority(_ text: Substring) -> String? {
    var host = text
    if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
        guard let port = parsePort(text[text.index(after: colon)...]), port > 0 else { return nil }
        host = text[..<colon]
    }
    if host.hasPrefix("[") {
        guard host.hasSuffix("]"), let address = IPAddress(host.dropFirst().dropLast()), address.isVersion6 else { return nil }
        return String(host)
    }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    let isName = labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-") && label.utf8.allSatisfy(isHostByte)
    }
    return isName && host.utf8.count <= 253 ? String(host) : nil
}

private func parsePort(_ text: Substring) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(text), port <= 65_535 else {
        return nil
    }
    return port
}

private func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    // An underscore is in no host name by the rules, and in many by the habits of container networks.
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
}

/// Visible ASCII, without what would begin a query, a fragment or a user's name, or needs to be escaped.
private func isURLByte(_ byte: UInt8) -> Bool {
    (0x21...0x7e).contains(byte) && !Array("\"#<>?@\\^`{|}".utf8).contains(byte)
}
