// Where a server listens: an address of this machine, as a number, and a port.

/// `127.0.0.1:8080` or `[::1]:8080`.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    /// 0 means any that is free.
    package let port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let portText = text[text.index(after: colon)...]
        var host = text[..<colon]
        if host == "localhost" { host = "127.0.0.1" }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        let isNumber = (1...5).contains(portText.utf8.count) && portText.utf8.allSatisfy(\.isDigit)
        guard isNumber, isBracketed == host.contains(":"), let address = IPAddress(host), let port = UInt16(portText) else { return nil }
        self.init(address: address, port: port)
    }

    package var description: String { address.isVersion6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
