// Addresses of machines and networks, read strictly. Two spellings of one address must never differ: limits and trust are
// counted by it.

/// An IPv4 or IPv6 address. An IPv4 address that came mapped into IPv6 is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// 4 or 16, most significant first.
    package let bytes: [UInt8]

    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard let bytes = text.contains(":") ? parseVersion6(text) : parseVersion4(text) else { return nil }
        let isMapped = bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    package var isVersion6: Bool { bytes.count == 16 }

    /// This machine talking to itself.
    package var isLoopback: Bool {
        isVersion6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 : bytes.first == 127
    }
}

extension IPAddress: CustomStringConvertible {
    /// IPv6 in full, eight groups without leading zeros: one spelling, if not the shortest.
    package var description: String {
        guard isVersion6 else { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":")
    }
}

/// `10.0.0.0/8`, `::1`: an address and how many of its first bits count.
package struct IPNetwork: Hashable, Sendable {
    package let address: IPAddress
    package let prefixBits: Int

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        let bitsMax = address.bytes.count * 8
        let prefix = parts.count == 2 ? parts[1] : nil
        guard prefix.map({ $0.utf8.count <= 3 && $0.utf8.allSatisfy(isDigit) }) ?? true,
            let bits = prefix.map({ Int($0) }) ?? bitsMax, (0...bitsMax).contains(bits)
        else { return nil }
        self.address = address
        prefixBits = bits
    }

    package func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        let wholeBytes = prefixBits / 8
        guard other.bytes.prefix(wholeBytes) == address.bytes.prefix(wholeBytes) else { return false }
        let bitsLeft = prefixBits % 8
        return bitsLeft == 0 || (other.bytes[wholeBytes] ^ address.bytes[wholeBytes]) >> UInt8(8 - bitsLeft) == 0
    }
}

/// Four decimal numbers. A leading zero is refused: some programs read it as octal.
private func parseVersion4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part -> UInt8? in
        guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(isDigit), part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0")
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

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

extension String {
    fileprivate func firstIndex(of first: Character, followedBy second: Character) -> Index? {
        indices.first { self[$0] == first && index(after: $0) < endIndex && self[index(after: $0)] == second }
    }
}
