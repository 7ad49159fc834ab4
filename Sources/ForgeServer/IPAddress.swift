// An address as a value: both families in sixteen bytes, an IPv4 one as IPv6 maps it, so that one table and one comparison serve both.

import CMicroHTTPD
import Glibc

package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    private static let mappedPrefix: UInt64 = 0xffff_0000_0000

    var isVersion4: Bool { high == 0 && low >> 32 == 0xffff }

    /// Who is counted: an IPv4 address, or the /64 that one IPv6 subscriber gets.
    package var counted: IPAddress { isVersion4 ? self : IPAddress(high: high, low: 0) }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`.
    package init?(_ text: String) {
        var version4 = in_addr()
        if unsafe inet_pton(AF_INET, text, &version4) == 1 {
            self.init(version4)
            return
        }
        var version6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &version6) == 1 else { return nil }
        self.init(version6)
    }

    private init(_ address: in_addr) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(UInt32(bigEndian: address.s_addr)))
    }

    private init(_ address: in6_addr) {
        let words = unsafe withUnsafeBytes(of: address) {
            unsafe ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
    }

    /// The address in what `accept` filled in; nil for a socket that is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET:
            self.init(unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(as: sockaddr_in.self) }.sin_addr)
        case AF_INET6:
            self.init(unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(as: sockaddr_in6.self) }.sin6_addr)
        default: return nil
        }
    }

    package var description: String {
        if isVersion4 { return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)" }
        let words = (high.bigEndian, low.bigEndian)
        return unsafe withUnsafeBytes(of: words) { source in
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
                unsafe inet_ntop(AF_INET6, source.baseAddress, text.baseAddress!, socklen_t(text.count)).map { unsafe String(cString: $0) }
                    ?? "::"
            }
        }
    }
}

/// `10.0.0.0/8`, or one address.
package struct AddressRange: Hashable, Sendable {
    private let base: IPAddress
    private let maskHigh: UInt64
    private let maskLow: UInt64

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let bitsMax = address.isVersion4 ? 32 : 128
        var bits = bitsMax
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...bitsMax).contains(given) else { return nil }
            bits = given
        }
        let prefix = bits + 128 - bitsMax
        maskHigh = prefix == 0 ? 0 : UInt64.max << UInt64(64 - min(64, prefix))
        maskLow = prefix <= 64 ? 0 : UInt64.max << UInt64(128 - prefix)
        base = IPAddress(high: address.high & maskHigh, low: address.low & maskLow)
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.high & maskHigh == base.high && address.low & maskLow == base.low
    }
}
