// Which proxy stands between us and an address, as values. It must never ask the environment: whoever starts the program hands it in, and
// libcurl, which would look there by itself, is told for each request.

package import ForgeCore

package struct ProxyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Without the address: it may hold a password.
    package let message: String

    package var description: String { message }
}

package struct ProxySettings: Sendable {
    /// For http addresses. It may hold a name and a password, so it is a credential.
    package var http: Secret?
    /// For https addresses.
    package var https: Secret?
    private var exceptions: [Exception] = []

    package static let none = ProxySettings()

    private init() {}

    /// As the usual programs read them: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, each also in capitals; the small ones win.
    package init(environment: [String: String]) throws(ProxyProblem) {
        func value(_ names: String...) -> (name: String, text: String)? {
            for name in names.flatMap({ [$0, $0.uppercased()] }) {
                if let text = environment[name].map(trimmed), !text.isEmpty { return (name, text) }
            }
            return nil
        }
        http = try value("http_proxy", "all_proxy").map(Self.checked)
        https = try value("https_proxy", "all_proxy").map(Self.checked)
        if let list = value("no_proxy")?.text {
            exceptions = list.split(whereSeparator: { $0 == "," || $0 == " " }).compactMap { Exception(String($0)) }
        }
    }

    private static let schemes: Set<String> = ["http", "https", "socks5", "socks5h"]

    private static func checked(_ found: (name: String, text: String)) throws(ProxyProblem) -> Secret {
        let text = found.text.contains("://") ? found.text : "http://" + found.text
        let scheme = text.prefix { $0 != ":" }.lowercased()
        let rest = text.dropFirst(scheme.count + 3)
        let isClean = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard schemes.contains(scheme), isClean, !rest.hasPrefix("/"), URLParts("http://" + rest) != nil else {
            throw ProxyProblem(message: "\(found.name) is no address of a proxy, such as http://proxy.example.com:3128")
        }
        return Secret(Array(text.utf8))
    }

    /// Nil when the address is reached directly: by the exceptions, or because it is this machine.
    func proxy(for address: URLParts) -> Secret? {
        guard let proxy = address.scheme == "https" ? https : http else { return nil }
        let host = address.host.hasPrefix("[") ? String(address.host.dropFirst().dropLast()) : address.host
        if Self.isThisMachine(host) || exceptions.contains(where: { $0.covers(host, port: address.port) }) { return nil }
        return proxy
    }

    private static func isThisMachine(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        guard let address = IPAddress(host) else { return false }
        return loopback.contains { $0.contains(address) }
    }

    private static let loopback = ["127.0.0.0/8", "::1"].compactMap { IPNetwork($0) }

    /// One entry of `no_proxy`.
    private enum Exception: Sendable {
        case everything
        case network(IPNetwork)
        /// The host itself and all below it.
        case host(String, port: String?)

        init?(_ text: String) {
            if text == "*" {
                self = .everything
                return
            }
            let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            if let network = IPNetwork(bare) {
                self = .network(network)
                return
            }
            let parts = text.lowercased().split(separator: ":", maxSplits: 1).map(String.init)
            var host = parts.first ?? ""
            if host.hasPrefix("*") { host.removeFirst() }
            while host.hasPrefix(".") { host.removeFirst() }
            guard !host.isEmpty else { return nil }
            self = .host(host, port: parts.count == 2 ? parts[1] : nil)
        }

        func covers(_ host: String, port: String) -> Bool {
            switch self {
            case .everything: true
            case .network(let network): IPAddress(host).map(network.contains) ?? false
            case .host(let name, let only): (host == name || host.hasSuffix("." + name)) && (only == nil || only == port)
            }
        }
    }
}

private func trimmed(_ text: String) -> String {
    var text = text[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
}
