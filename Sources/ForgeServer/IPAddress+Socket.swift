// Addresses as the operating system's calls have them.

import CMicroHTTPD
package import ForgeCore
import Glibc

extension IPAddress {
    /// Who is counted: an IPv4 address, or the /64 that one IPv6 subscriber gets.
    package var counted: IPAddress { isVersion4 ? self : IPAddress(high: high, low: 0) }

    static let loopback = IPAddress(version4: 0x7F00_0001)

    /// The address in what `accept` filled in; nil for a socket that is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET:
            let address = unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(as: sockaddr_in.self) }.sin_addr
            self.init(version4: UInt32(bigEndian: address.s_addr))
        case AF_INET6:
            let address = unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(as: sockaddr_in6.self) }.sin6_addr
            let words = unsafe withUnsafeBytes(of: address) {
                unsafe ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
        default: return nil
        }
    }
}
