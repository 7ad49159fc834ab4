// The keys under which tickets from GitHub are the same thing: host, the repository's number (names move), and what it is about.

import ForgeCore
import ForgeCrypto

/// The beginning of the names of the branches Forge pushes.
let ownBranchPrefix = "forge/"

struct GitHubIdentity {
    private let prefix: String

    init(settings: DecodingSettings, repository: RepositoryReference?) {
        prefix = "github:\(Self.host(of: settings.codeHostURL)):\(repository.map { String($0.number) } ?? "-")"
    }

    /// `github:github.com:4711#issue/12`
    func subject(_ subject: String) -> String { "\(prefix)#\(subject)" }

    /// Without frames there is nothing to join by, so the second key is only the first one in another form.
    static func fingerprint(of identity: String) -> String { Hex.encode(SHA256.digest(identity)) }

    /// `github.com` of `https://github.com/`; ports stay, since they tell hosts apart.
    static func host(of url: String) -> String {
        var rest = url[...]
        if let scheme = rest.utf8.firstIndex(of: UInt8(ascii: ":")), rest[scheme...].hasPrefix("://") {
            rest = rest[scheme...].dropFirst("://".count)
        }
        return rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
    }
}
