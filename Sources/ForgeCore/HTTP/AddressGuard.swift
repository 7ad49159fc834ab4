// Which machines an address from outside may lead to. The question is asked of the address that a connection is about to be made to, after
// the name was resolved: a name can mean anything.

package struct AddressGuard: Sendable {
    /// Networks that are reached all the same: a tracker on one's own network.
    package let exceptions: [IPNetwork]

    package init(exceptions: [IPNetwork] = []) { self.exceptions = exceptions }

    package func allows(_ address: IPAddress) -> Bool {
        exceptions.contains { $0.contains(address) } || !Self.closed.contains { $0.contains(address) }
    }

    /// This machine, private and local networks, cloud metadata, multicast, documentation, and whatever carries an IPv4 address inside an
    /// IPv6 one (RFC 6890, RFC 6052, RFC 3056, RFC 4380).
    private static let closed: [IPNetwork] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "::/96", "64:ff9b::/96",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    ].map { text in
        guard let network = IPNetwork(text) else { preconditionFailure("\(text) is a network") }
        return network
    }
}
