// GitHub's own log of the App's deliveries, for the gap healer: it never sends one again by itself, and keeps this log for three days.

package import ForgeCore

package struct DeliveryLog: MissedDeliveries {
    /// A hundred to a page: more than three days of a very busy App.
    private static let pagesMax = 500

    private let app: GitHubApp

    package init(_ app: GitHubApp) { self.app = app }

    package func attempts(since: Timestamp) async throws(MissedDeliveryError) -> [MissedDelivery] {
        let items = try await asking { () async throws(CodeHostError) -> [JSON] in
            // The newest come first: the first one that is too old ends it.
            try await app.all(.get("/app/hook/deliveries", query: [("per_page", "100")]), pagesMax: Self.pagesMax) { item in
                Self.moment(of: item).map { $0 >= since } ?? true
            }
        }
        return items.compactMap(Self.delivery)
    }

    package func payload(of attempt: Int64) async throws(MissedDeliveryError) -> (headers: [HeaderField], body: [UInt8]) {
        let answer = try await asking { () async throws(CodeHostError) -> GitHubAnswer in
            try await app.send(.get("/app/hook/deliveries/\(attempt)"))
        }
        guard let request = answer.json["request"], let payload = request["payload"] else {
            throw MissedDeliveryError(message: "GitHub has no payload of delivery \(attempt)")
        }
        let headers = (request["headers"]?.members ?? []).compactMap { member in
            member.value.string.map { HeaderField(member.name.lowercased(), $0) }
        }
        return (headers, Array((payload.members == nil ? payload.string ?? payload.text : payload.text).utf8))
    }

    private func asking<Answer: Sendable>(
        _ ask: () async throws(CodeHostError) -> Answer
    ) async throws(MissedDeliveryError) -> Answer {
        do throws(CodeHostError) {
            return try await ask()
        } catch {
            throw MissedDeliveryError(message: error.message)
        }
    }

    private static func moment(of item: JSON) -> Timestamp? { item["delivered_at"]?.string.flatMap { Timestamp(text: $0) } }

    private static func delivery(_ item: JSON) -> MissedDelivery? {
        guard let attempt = item["id"]?.integer, let guid = item["guid"]?.string, let eventName = item["event"]?.string,
            let moment = moment(of: item)
        else { return nil }
        // Zero when there was no answer at all.
        let status = item["status_code"]?.integer ?? 0
        return MissedDelivery(
            attempt: attempt, guid: guid, eventName: eventName, deliveredAt: moment, hasSucceeded: (200..<300).contains(status))
    }
}
