// What a GitHub request's headers say, found in one pass. They are not signed: every value is bounded before it becomes part of a key.

import ForgeCore

struct GitHubHeaders {
    private(set) var signature: String?
    private(set) var hasLegacySignature = false
    /// The ones decoding or an operator needs, never the signature.
    private(set) var kept: [HeaderField] = []
    private var event: String?
    private var delivery: String?
    private var hookID: String?
    private var contentType: String?

    init(_ headers: [HeaderField]) {
        kept.reserveCapacity(7)
        for header in headers {
            // Each name with its length before it: a number tells most headers apart sooner than a text. Of a header sent twice the
            // first counts, and the second is not kept, so that nobody reads another one later.
            switch (header.name.utf8.count, header.name) {
            case (19, "x-hub-signature-256") where signature == nil:
                signature = header.value
                continue
            case (15, "x-hub-signature"):
                hasLegacySignature = true
                continue
            case (14, "x-github-event") where event == nil: event = header.value
            case (17, "x-github-delivery") where delivery == nil: delivery = header.value
            case (16, "x-github-hook-id") where hookID == nil: hookID = header.value
            case (12, "content-type") where contentType == nil: contentType = header.value
            case (38, "x-github-hook-installation-target-type"), (36, "x-github-hook-installation-target-id"), (10, "user-agent"): break
            default: continue
            }
            if header.value.utf8.count <= 1024 { kept.append(header) }
        }
    }

    /// `-` where the header is absent or no number.
    var hook: String {
        guard let hookID, (1...20).contains(hookID.utf8.count), hookID.utf8.allSatisfy(\.isDigit) else { return "-" }
        return hookID
    }

    func checkedEvent() throws(WebhookRejection) -> String {
        guard let event else {
            throw WebhookRejection(.missingHeader, "There is no X-GitHub-Event header, so nobody can say what happened.")
        }
        let isWord = event.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") || $0.isDigit
        }
        guard isWord, (1...64).contains(event.utf8.count) else {
            throw WebhookRejection(.missingHeader, "X-GitHub-Event is no event's name: lower-case letters, digits and '_', at most 64.")
        }
        return event
    }

    func checkedDelivery() throws(WebhookRejection) -> String {
        guard let delivery else {
            throw WebhookRejection(
                .missingHeader, "There is no X-GitHub-Delivery header, so a repeat could not be told from a new delivery.")
        }
        guard (1...128).contains(delivery.utf8.count), delivery.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw WebhookRejection(.missingHeader, "X-GitHub-Delivery is no delivery's id: 1 to 128 visible ASCII characters.")
        }
        return delivery
    }

    /// GitHub sends JSON, bare or as the one field of a form; no content type at all is taken as JSON.
    func checkContentType() throws(WebhookRejection) {
        guard let contentType else { return }
        guard Self.isMedia(contentType, Self.json) || Self.isForm(contentType) else {
            throw WebhookRejection(
                .wrongContentType,
                "The content type is '\(GitHubText.word(contentType))'; set the webhook's content type to application/json.")
        }
    }

    static func isForm(_ contentType: String) -> Bool { isMedia(contentType, form) }

    private static let json = Array("application/json".utf8)
    private static let form = Array("application/x-www-form-urlencoded".utf8)

    /// Whether the header names this media type, whatever its parameters and case.
    private static func isMedia(_ header: String, _ type: [UInt8]) -> Bool {
        let rest = header.utf8.dropFirst(type.count)
        let isEnd = rest.isEmpty || rest.first == UInt8(ascii: ";") || rest.first == UInt8(ascii: " ")
        // Setting bit 5 lowers ASCII letters and leaves the digits and signs of a media type as they are.
        return isEnd && header.utf8.count >= type.count && zip(header.utf8, type).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }
}
