// One attempt to make an App with a browser: which address shows the page, what the page sends where, and which answer belongs to it. Two random
// words guard it. The token is in the address of the page, so only who sees the terminal can open it; the state goes to GitHub and back, so
// only an answer to this very page counts. Both are good for this attempt alone.

import ForgeCore
package import ForgeCrypto

package struct AppRegistration: Sendable {
    /// The first part of every path, a credential.
    private let token: String
    private let state: String
    private let web: String
    private let organization: String?

    private static let wordBytes = 32

    /// `web` is GitHub's address for people, without a slash at its end. Without an organization the App belongs to whoever is signed in.
    package init(web: String, organization: String?, random: RandomBytes) throws(CryptoError) {
        token = Hex.encode(try random.generate(count: Self.wordBytes))
        state = Hex.encode(try random.generate(count: Self.wordBytes))
        self.web = web
        self.organization = organization
    }

    package var pagePath: String { "/\(token)" }
    package var returnPath: String { "/\(token)/created" }

    /// Whether the first part of a path is the token.
    package func isToken(_ word: String) -> Bool { Self.areEqual(word, token) }

    /// Where the form goes.
    package var formAddress: String {
        let owner = organization.map { "/organizations/\($0.percentEncoded)" } ?? ""
        return "\(web)\(owner)/settings/apps/new?state=\(state)"
    }

    package enum Answer: Hashable, Sendable {
        /// Good for one hour and one conversion.
        case code(String)
        case refused(why: String)
    }

    /// What the browser brought back.
    package func read(_ query: [(name: String, value: String)]) -> Answer {
        let states = query.filter { $0.name == "state" }.map(\.value)
        let codes = query.filter { $0.name == "code" }.map(\.value)
        guard states.count == 1, Self.areEqual(states[0], state) else {
            return .refused(
                why: "This answer does not belong to the page that this terminal opened. Begin again with the address it shows.")
        }
        guard codes.count == 1, (1...200).contains(codes[0].utf8.count), codes[0].utf8.allSatisfy(Self.isCodeByte) else {
            return .refused(why: "GitHub sent no code along, so no App was made. Begin again with the address the terminal shows.")
        }
        return .code(codes[0])
    }

    /// It becomes a part of a path.
    private static func isCodeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func areEqual(_ first: String, _ second: String) -> Bool {
        ConstantTime.areEqual(SHA256.digest(first), SHA256.digest(second))
    }
}
