// Addresses of machines and networks, read strictly. Two spellings of one address must never differ: limits and trust are counted by it.
// Both families stand in sixteen bytes, an IPv4 one as IPv6 maps it, so that one table and one comparison serve both.

/// An IPv4 or IPv6 address. An IPv4 address that came mapped into IPv6 is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// The first and the last eight bytes, most significant first.
    package let high: UInt64
    package let low: UInt64

    private static let mappedPrefix: UInt64 = 0xffff_0000_0000

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(version4 address: UInt32) { self.init(high: 0, low: Self.mappedPrefix | UInt64(address)) }

    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard let bytes = text.contains(":") ? parseVersion6(text) : parseVersion4(text) else { return nil }
        func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self = bytes.count == 4 ? .init(version4: UInt32(number(bytes))) : .init(high: number(bytes[..<8]), low: number(bytes[8...]))
    }

    package var isVersion4: Bool { high == 0 && low >> 32 == 0xffff }

    package var isVersion6: Bool { !isVersion4 }
}

extension IPAddress: CustomStringConvertible {
    /// `192.0.2.1`, or IPv6 as RFC 5952 writes it: no leading zeros, the longest run of zero groups as `::`.
    package var description: String {
        if isVersion4 { return [24, 16, 8, 0].map { String(low >> $0 & 255) }.joined(separator: ".") }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> $0 & 0xffff } }
        func text(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        guard let gap = Self.longestGap(in: groups) else { return text(0..<8) }
        return text(0..<gap.lowerBound) + "::" + text(gap.upperBound..<8)
    }

    private static func longestGap(in groups: [UInt64]) -> Range<Int>? {
        var best = 0..<1
        var start = 0
        for index in groups.indices {
            guard groups[index] == 0 else {
                start = index + 1
                continue
            }
            if index + 1 - start > best.count { best = start..<index + 1 }
        }
        return best.count > 1 ? best : nil
    }
}

/// `10.0.0.0/8`, `::1`: an address and how many of its first bits count.
package struct IPNetwork: Hashable, Sendable {
    private let base: IPAddress
    private let maskHigh: UInt64
    private let maskLow: UInt64

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        let bitsMax = first.contains(":") ? 128 : 32
        let given = parts.count == 2 ? parts[1] : nil
        guard given.map({ $0.utf8.count <= 3 && $0.utf8.allSatisfy(\.isDigit) }) ?? true,
            let bits = given.map({ Int($0) }) ?? bitsMax, (0...bitsMax).contains(bits)
        else { return nil }
        let prefix = bits + 128 - bitsMax
        maskHigh = prefix == 0 ? 0 : UInt64.max << UInt64(64 - min(64, prefix))
        maskLow = prefix <= 64 ? 0 : UInt64.max << UInt64(128 - prefix)
        base = IPAddress(high: address.high & maskHigh, low: address.low & maskLow)
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.high & maskHigh == base.high && address.low & maskLow == base.low
    }
}

/// Four decimal numbers. A leading zero is refused: some programs read it as octal.
private func parseVersion4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part -> UInt8? in
        guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isDigit),
            part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0")
        else { return nil }
        return UInt8(part)
    }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
}

/// Eight groups, or fewer around one `::`; the last two may be an IPv4 address.
private func parseVersion6(_ text: String) -> [UInt8]? {
    var before = text[...]
    var after: Substring?
    if let gap = text.firstIndex(of: ":", followedBy: ":") {
        before = text[..<gap]
        after = text[text.index(gap, offsetBy: 2)...]
    }
    guard let head = parseGroups(before, mayEndInVersion4: after == nil) else { return nil }
    guard let after else { return head.count == 16 ? head : nil }
    guard let tail = parseGroups(after, mayEndInVersion4: true), head.count + tail.count <= 14 else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
}

private func parseGroups(_ text: Substring, mayEndInVersion4: Bool) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    var bytes: [UInt8] = []
    let groups = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, group) in groups.enumerated() {
        if mayEndInVersion4, index == groups.count - 1, group.contains(".") {
            guard let last = parseVersion4(group) else { return nil }
            bytes += last
            continue
        }
        guard (1...4).contains(group.utf8.count), group.allSatisfy({ $0.isASCII && $0.isHexDigit }), let value = UInt16(group, radix: 16)
        else {
            return nil
        }
        bytes += [UInt8(value >> 8), UInt8(value & 255)]
    }
    return bytes
}

extension String {
    fileprivate func firstIndex(of first: Character, followedBy second: Character) -> Index? {
        indices.first { self[$0] == first && index(after: $0) < endIndex && self[index(after: $0)] == second }
    }
}
