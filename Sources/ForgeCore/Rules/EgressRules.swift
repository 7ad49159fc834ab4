// Which hosts a sandbox may reach, by name and port. Pure. An address is no name: what a list of names allows must be looked up by us, and judged
// by where it leads.

/// `registry.npmjs.org`, `*.pythonhosted.org`, `host.example:8443`. Without a port it is 443.
package struct EgressPattern: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    /// Names below `host`, and not itself.
    package let isSuffix: Bool
    package let port: UInt16

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let port = parts.count == 2 ? Self.port(parts[1]) : 443 else { return nil }
        let isSuffix = name.hasPrefix("*.")
        guard let host = Self.host(isSuffix ? name.dropFirst(2) : name), !isSuffix || host.contains(".") else { return nil }
        self.host = host
        self.isSuffix = isSuffix
        self.port = port
    }

    package var description: String { (isSuffix ? "*." : "") + host + (port == 443 ? "" : ":\(port)") }

    package func matches(_ target: EgressTarget) -> Bool {
        guard target.port == port else { return false }
        return isSuffix ? target.host.hasSuffix("." + host) : target.host == host
    }

    /// Whether everything that `other` allows is allowed here, too.
    package func covers(_ other: EgressPattern) -> Bool {
        guard other.port == port else { return false }
        guard isSuffix else { return !other.isSuffix && other.host == host }
        return other.host.hasSuffix("." + host) || other.isSuffix && other.host == host
    }

    static func port(_ text: some StringProtocol) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0
        else { return nil }
        return port
    }

    /// In lower case, without a dot at its end. Nil for what is no name: also for a number in any spelling, whose last part is one.
    static func host(_ text: some StringProtocol) -> String? {
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(name.utf8.count), let last = labels.last, labels.allSatisfy(isLabel) else { return nil }
        let isNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
        return isNumber ? nil : name
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else { return false }
        return label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}

/// Where a program wants to go.
package struct EgressTarget: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    /// `host:port`, as CONNECT has it.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let host = EgressPattern.host(parts[0]), let port = EgressPattern.port(parts[1]) else { return nil }
        self.host = host
        self.port = port
    }

    package var description: String { "\(host):\(port)" }
}

package struct EgressRules: Hashable, Sendable {
    package let patterns: [EgressPattern]

    package static let none = EgressRules([])

    package init(_ patterns: [EgressPattern]) { self.patterns = patterns }

    package var isEmpty: Bool { patterns.isEmpty }

    package func allows(_ target: EgressTarget) -> Bool { patterns.contains { $0.matches(target) } }

    /// What a repository asks for, as far as the operator allows it: never more than either says.
    package func narrowed(to wanted: [EgressPattern]) -> EgressRules {
        let inside = wanted.filter { wish in patterns.contains { $0.covers(wish) } }
        let within = patterns.filter { pattern in wanted.contains { $0.covers(pattern) } }
        var kept: [EgressPattern] = []
        for pattern in inside + within where !kept.contains(pattern) { kept.append(pattern) }
        return EgressRules(kept)
    }
}

/// The first lines that a program sends to the proxy.
package enum EgressRequest: Hashable, Sendable {
    case connect(EgressTarget)
    /// What is answered instead, with a status and a sentence.
    case refused(Int, String)
    /// More is to come.
    case unfinished

    package static let bytesMax = 8 << 10

    /// - Returns: also how many bytes it took; what follows belongs to the connection.
    package static func read(_ bytes: [UInt8]) -> (EgressRequest, count: Int) {
        guard let end = headEnd(bytes) else {
            return (bytes.count < bytesMax ? .unfinished : .refused(431, "the request's head is too long"), bytes.count)
        }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let line = head.prefix { $0 != "\r\n" && $0 != "\n" }
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
            return (.refused(400, "this is no HTTP request"), end)
        }
        guard words[0] == "CONNECT" else {
            return (.refused(405, "only CONNECT is let through: what is not encrypted could be read and changed on its way"), end)
        }
        guard let target = EgressTarget(words[1]) else {
            return (.refused(403, "'\(words[1].prefix(100))' is no host name with a port; addresses are not let through"), end)
        }
        return (.connect(target), end)
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        return (mark.count...min(bytes.count, bytesMax)).first { end in
            bytes[end - 1] == mark[3] && bytes[(end - mark.count)..<end].elementsEqual(mark)
        }
    }
}
