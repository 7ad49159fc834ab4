// The random token in a URL's path that stands in for a signature where the sender has none. It must never be compared as text, and the
// time it takes must tell neither whether the tracker exists nor how much of the token was right.

import ForgeCore
import ForgeCrypto

/// The tokens one tracker's URL may end in, as SHA-256 digests, newest first.
struct PathTokens: Sendable {
    private let digests: [[UInt8]]
    private let isKnown: Bool

    /// So many digests are compared whatever is configured: no token, one, or two during a rotation take the same time.
    private static let comparisonsMin = 2
    /// No text is known that has this digest.
    private static let decoy = [UInt8](repeating: 0, count: SHA256.byteCount)

    init(digests: [[UInt8]]) {
        self.digests = digests
        self.isKnown = true
    }

    private init() {
        self.digests = []
        self.isKnown = false
    }

    /// For a tracker that is not in the settings: does the same work, and lets nobody in.
    static let ofUnknownTracker = PathTokens()

    /// Which of the tokens it is: 0 is the newest.
    func check(_ token: String, tracker: String) throws(WebhookRejection) -> Int {
        let given = SHA256.digest(token)
        var found: Int?
        for index in 0..<max(digests.count, Self.comparisonsMin) {
            let isEqual = ConstantTime.areEqual(given, index < digests.count ? digests[index] : Self.decoy)
            if isEqual, index < digests.count, found == nil { found = index }
        }
        if let found { return found }
        guard isKnown else {
            throw WebhookRejection(.unknownTracker, "no tracker of this name is in the settings: check the URL's last part but one")
        }
        guard !digests.isEmpty else {
            throw WebhookRejection(.noSecretConfigured, "no path token is configured for \(tracker): set path_token_file")
        }
        throw WebhookRejection(.wrongToken, "the path token is not the one of \(tracker): copy the webhook URL anew")
    }
}
