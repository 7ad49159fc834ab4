// One entry of GitHub's log of deliveries, and what its outcome usually means.

package import ForgeCore

package struct AppDelivery: Hashable, Sendable {
    package let id: Int64
    package let guid: String
    package let event: String
    package let action: String?
    package let deliveredAt: Timestamp
    /// GitHub's words.
    package let status: String
    /// 0 when there was no answer at all.
    package let statusCode: Int64

    package init?(_ json: JSON) {
        guard let id = json["id"]?.integer, let guid = json["guid"]?.string, let event = json["event"]?.string,
            let moment = json["delivered_at"]?.string.flatMap({ Timestamp(text: $0) })
        else { return nil }
        self.id = id
        self.guid = guid
        self.event = event
        action = json["action"]?.string
        deliveredAt = moment
        status = json["status"]?.string ?? ""
        statusCode = json["status_code"]?.integer ?? 0
    }

    /// Of each delivery its last attempt, in the order of the log, newest first: what arrived when it was sent again has arrived.
    package static func latest(_ log: [JSON]) -> [AppDelivery] {
        var seen: Set<String> = []
        return log.compactMap { AppDelivery($0) }.filter { seen.insert($0.guid).inserted }
    }

    package var hasArrived: Bool { (200..<300).contains(statusCode) }

    package var label: String { "\(event)\(action.map { ".\($0)" } ?? "") of \(deliveredAt)" }

    package var outcome: String {
        if hasArrived { return "answered \(statusCode)" }
        return isUnanswered ? "no answer (\(status))" : "answered \(statusCode) (\(status))"
    }

    /// GitHub then makes up a status of its own, such as 502 with `failed to connect to host`.
    private var isUnanswered: Bool {
        let words = status.lowercased()
        return statusCode == 0 || ["connect", "timed out", "timeout", "resolve", "certificate", "ssl"].contains { words.contains($0) }
    }

    package var advice: String {
        switch statusCode {
        case _ where isUnanswered:
            "GitHub does not reach the address: is the service running, its name known, its certificate valid, and it open to GitHub?"
        case 401, 403: "the service refuses it: `forge deliveries list --refused` says why; mostly the webhook secrets differ"
        case 404, 405: "something else answers at that address: look at the path and at the proxy before the service"
        case 413: "it is larger than http.github_body_bytes, or than the proxy allows"
        case 429: "raise http.requests_per_address_minute, or name the proxy in http.trusted_proxies"
        case 500...: "the service or the proxy before it failed: look at its log"
        default: "look at the App's page of deliveries"
        }
    }

    package var json: JSON {
        JSON.object([
            .init("id", .integer(id)), .init("guid", .string(guid)), .init("event", .string(event)), .init("action", JSON(action)),
            .init("delivered_at", JSON(deliveredAt)), .init("status", .string(status)), .init("status_code", .integer(statusCode)),
        ]).withoutNulls
    }
}
