// What a bridge leads to, and the variables by which programs find it there. No credential is among them: where a library insists on a key,
// it gets a word that opens nothing.

/// The way of asking that libraries of a provider know.
package enum BridgedAPI: String, Hashable, Sendable, CaseIterable {
    case anthropic, openai
}

package struct BridgedWay: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A proxy that makes connections to hosts.
        case hosts
        /// A broker that asks models.
        case models(BridgedAPI)
    }

    package var kind: Kind
    package var socket: String
    /// 0 is any that is free.
    package var port: UInt16

    package init(_ kind: Kind, socket: String, port: UInt16 = 0) {
        self.kind = kind
        self.socket = socket
        self.port = port
    }

    /// What libraries insist on having, and nobody looks at.
    package static let placeholderKey = "forge-sandbox-needs-no-key"

    /// What programs read once the bridge stands at this port.
    package func variables(port: UInt16) -> [String: String] {
        let address = "http://127.0.0.1:\(port)"
        switch kind {
        case .hosts: return Self.proxy(address)
        case .models(.anthropic): return ["ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": Self.placeholderKey]
        case .models(.openai):
            return [
                "OPENAI_BASE_URL": "\(address)/v1", "OPENAI_API_BASE": "\(address)/v1", "OPENAI_API_KEY": Self.placeholderKey,
            ]
        }
    }

    /// Addresses are reached directly, where models are, too: the proxy lets names through and no address.
    private static func proxy(_ address: String) -> [String: String] {
        var names: [String: String] = ["npm_config_proxy": address, "npm_config_https_proxy": address]
        for (name, value) in [
            ("HTTP_PROXY", address), ("HTTPS_PROXY", address), ("ALL_PROXY", address), ("NO_PROXY", "127.0.0.1,::1"),
        ] {
            names[name] = value
            names[name.lowercased()] = value
        }
        return names
    }
}
