// Addresses, ranges, and whose address a forwarded request has.

import ForgeCore
import ForgeServer
import Testing

private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

@Test func `an address is written as it was read, and a mapped one as IPv4`() throws {
    for text in ["192.0.2.1", "0.0.0.0", "255.255.255.255", "::1", "::", "2001:db8::ff00:42:8329"] {
        #expect(try address(text).description == text)
    }
    #expect(try address("::ffff:192.0.2.1") == address("192.0.2.1"))
    for text in ["", "1.2.3", "1.2.3.4.5", "a", "1.2.3.4:80", ":::"] { #expect(IPAddress(text) == nil) }
}

@Test func `an IPv6 subscriber counts as one, an IPv4 address by itself`() throws {
    #expect(try address("2001:db8:0:1::1").counted == address("2001:db8:0:1:ffff::9").counted)
    #expect(try address("2001:db8:0:1::1").counted != address("2001:db8:0:2::1").counted)
    #expect(try address("192.0.2.1").counted != address("192.0.2.2").counted)
}

@Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
    ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false), ("fd00::/8", "fd12::1", true),
    ("fd00::/8", "fe00::1", false), ("2001:db8::/96", "2001:db8::1:2", true), ("2001:db8::/96", "2001:db8::1:0:2", false),
    ("::/0", "2001:db8::1", true), ("10.0.0.129/25", "10.0.0.200", true), ("10.0.0.129/25", "10.0.0.100", false),
])
func `a range contains what shares its prefix`(range: String, text: String, expected: Bool) throws {
    #expect(try #require(IPNetwork(range)).contains(address(text)) == expected)
}

@Test func `a range that is none is refused`() {
    for text in ["10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8", "10.0.0.0/", "x/8"] { #expect(IPNetwork(text) == nil) }
}

@Test(arguments: [
    // An untrusted peer is believed nothing.
    ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
    // What stands left of the right-most untrusted entry was written by who knows whom.
    ("10.0.0.1", ["10.0.0.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
    ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
    ("10.0.0.1", ["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", [" 198.51.100.1:4711 "], "198.51.100.1"),
    ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
    ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
])
func `the right-most untrusted entry is who asks`(peer: String, entries: [String], expected: String) throws {
    let headers = entries.map { HeaderField("x-forwarded-for", $0) }
    let proxies = [try #require(IPNetwork("10.0.0.0/8"))]
    #expect(remoteAddress(peer: try address(peer), headers: headers, trustedProxies: proxies).description == expected)
}

// MARK: - Allowance

private let second: UInt64 = 1_000_000_000

@Test func `an allowance fills evenly and never above its size`() throws {
    let allowance = RequestAllowance(perMinute: 60, addressesMax: 10)
    let one = try address("192.0.2.1")
    for _ in 0..<60 { #expect(allowance.take(one, at: 0) == nil) }
    #expect(allowance.take(one, at: 0) == 1)
    #expect(allowance.take(one, at: second) == nil)
    #expect(allowance.take(one, at: second) == 1)
    for _ in 0..<60 { #expect(allowance.take(one, at: 3600 * second) == nil) }
    #expect(allowance.take(one, at: 3600 * second) == 1)
}

@Test func `one address's allowance is not another's, and what is given back can be taken again`() throws {
    let allowance = RequestAllowance(perMinute: 1, addressesMax: 10)
    let (one, other) = (try address("192.0.2.1"), try address("192.0.2.2"))
    #expect(allowance.take(one, at: 0) == nil)
    #expect(allowance.take(one, at: 0) == 60)
    #expect(allowance.take(other, at: 0) == nil)
    allowance.giveBack(one)
    allowance.giveBack(one)
    #expect(allowance.take(one, at: 0) == nil)
    #expect(allowance.take(one, at: 0) == 60)
}

@Test func `the table is bounded, and whoever was not heard of for longest is forgotten first`() throws {
    let allowance = RequestAllowance(perMinute: 1, addressesMax: 3)
    func take(_ number: Int) throws -> Bool { allowance.take(try address("192.0.2.\(number)"), at: 0) == nil }
    #expect(try take(1) && take(2) && take(3))
    #expect(try !take(1))
    #expect(try take(4))
    #expect(allowance.addressesRemembered == 3)
    #expect(try !take(1) && !take(3) && !take(4))
    #expect(try take(2), "2 was pushed out by 4")
}

@Test(arguments: UInt64(0)..<20)
func `the table stays whole whatever comes`(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let allowance = RequestAllowance(perMinute: 2, addressesMax: 8)
    // A model that keeps the same promise in the plainest way.
    var recent: [(address: UInt64, left: Int)] = []
    for _ in 0..<2000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let number = state >> 60
        let position = recent.firstIndex { $0.address == number }
        var entry = position.map { recent.remove(at: $0) } ?? (address: number, left: 2)
        if position == nil && recent.count == 8 { recent.removeFirst() }
        let isAllowed = entry.left > 0
        entry.left -= isAllowed ? 1 : 0
        recent.append(entry)
        #expect((allowance.take(IPAddress(high: number, low: 0), at: 0) == nil) == isAllowed)
    }
    #expect(allowance.addressesRemembered == 8)
}
