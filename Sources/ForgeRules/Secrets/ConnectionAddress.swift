// An address with a user's name and a password in it: `postgres://app:…@host/db`. It must never report one that carries a placeholder, or
// that stands for the machine it is run on with a password everybody uses.

struct ConnectionAddress {
    let scheme: ArraySlice<UInt8>
    let user: ArraySlice<UInt8>
    let password: ArraySlice<UInt8>
    let host: ArraySlice<UInt8>

    /// - Parameters:
    ///   - text: in which `match` begins with `://` and `password` is where it stands.
    init(_ text: [UInt8], line: Range<Int>, match: Range<Int>, password place: Range<Int>) {
        var start = match.lowerBound
        while start > line.lowerBound, match.lowerBound - start < 32, Self.isScheme(text[start - 1]) { start -= 1 }
        scheme = text[start..<match.lowerBound]
        user = text[(match.lowerBound + 3)..<max(match.lowerBound + 3, place.lowerBound - 1)]
        password = text[place]
        let rest = text[min(place.upperBound + 1, line.upperBound)..<line.upperBound].prefix(255)
        host = rest.prefix {
            !Byte.isSpace($0) && ![Byte.slash, Byte.colon, Byte.question, Byte.doubleQuote, Byte.singleQuote].contains($0)
        }
    }

    var isLeak: Bool {
        guard scheme.count >= 2, scheme.first.map({ Byte.isNameStart($0) }) ?? false, !host.isEmpty else { return false }
        guard !Placeholder.isReference(user) || user.isEmpty, CredentialPassword(password).isCertain(user: user) else { return false }
        guard isForShow else { return true }
        let value = SecretValue(password)
        return value.digitCount > 0 && value.letterCount > 0 && value.bytes.count >= 8 && value.wordShare < 0.7
    }

    /// The host is this machine, or one that documentation is written with.
    private var isForShow: Bool {
        let name = host.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        return Self.showHosts.contains(name)
            || Self.showDomains.contains { name.count > $0.count && name.suffix($0.count).elementsEqual($0) }
    }

    private static func isScheme(_ byte: UInt8) -> Bool {
        Byte.isName(byte) && byte != Byte.underscore || [Byte.plus, Byte.minus, UInt8(ascii: ".")].contains(byte)
    }

    private static let showHosts = Set(
        [
            "localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal", "host", "hostname", "myhost", "yourhost", "your-host", "server",
            "myserver", "domain", "mydomain", "example.com", "example.org", "example.net", "example",
        ].map { Array($0.utf8) })
    private static let showDomains = [".example.com", ".example.org", ".example.net", ".test", ".invalid", ".localhost"].map {
        Array($0.utf8)
    }
}
