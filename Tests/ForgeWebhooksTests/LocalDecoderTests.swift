// What a person at this machine did comes in GitHub's form, and speaks for this machine only.

import ForgeCore
import ForgeWebhooks
import Testing

private func delivery(_ body: String, event: String = "pull_request") -> Delivery {
    let bytes = Array(body.utf8)
    return Delivery(
        id: DeliveryID(1), source: .person, transportKey: "k", headers: [HeaderField("x-github-event", event)], body: bytes,
        bodyBytes: bytes.count, receivedAt: Timestamp(milliseconds: 0), state: .pending)
}

private func decoded(_ delivery: Delivery) throws -> Event {
    try decodeEvent(delivery, body: #require(VerifiedBody(stored: delivery)), settings: DecodingSettings())
}

@Test func `a local event is this machine's, whatever installation stands in it, and moves no repository of another host`() throws {
    let event = try decoded(
        delivery(
            """
            {"action": "opened", "number": 3, "installation": {"id": 7}, "sender": {"login": "alice"},
             "repository": {"id": 5, "full_name": "acme/shop"},
             "pull_request": {"number": 3, "title": "t", "state": "open", "head": {"ref": "f"}, "base": {"ref": "main"}}}
            """))
    #expect(event.context.tenant == .local && event.context.name == "pull_request.opened")
    let settings = DecodingSettings()
    let settled = settlement(for: event, intent: decideIntent(event, as: settings, review: nil), settings: settings)
    #expect(settled.tenant == .local && settled.notices.isEmpty && settled.jobs.map(\.tenant) == [.local])
}

@Test func `a local event that cannot be read ends as a failure that says why`() {
    for (body, event) in [("{", "pull_request"), ("[]", "push"), ("{}", "pull_request"), ("{}", "")] {
        #expect(throws: DecodeFailure.self) { try decoded(delivery(body, event: event)) }
    }
}
