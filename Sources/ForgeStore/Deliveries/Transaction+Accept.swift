// Taking a delivery in: the hot path. One insert decides whether it is new, a second one stores its body from where it lies in memory.
// It has no savepoint and writes no journal: what can fail here is the disk, and then the whole group fails with it.

import ForgeCore

/// A delivery made ready for the writer on the task of whoever brought it.
struct IncomingDelivery: Sendable {
    let values: [Value]
    let body: [UInt8]

    init(_ delivery: NewDelivery) {
        values = [
            Value(delivery.source), .text(delivery.tracker ?? ""), .text(delivery.transportKey), Value(delivery.eventName),
            .text(HeaderText.encode(delivery.headers)), Value(delivery.body.count), Value(delivery.receivedAt), Value(delivery.secretIndex),
            Value(delivery.isHealed),
        ]
        body = delivery.body
    }
}

extension Transaction {
    func accept(_ delivery: IncomingDelivery) throws(StoreError) -> Acceptance {
        guard let acceptance = try connection.first(Self.acceptSQL, delivery.values, Self.acceptance) else {
            throw StoreError(code: .defect, call: "insert delivery", message: "the insert answered nothing")
        }
        if acceptance.kind != .repeated { try insertBody(of: acceptance, delivery) }
        return acceptance
    }

    private func insertBody(of acceptance: Acceptance, _ delivery: IncomingDelivery) throws(StoreError) {
        try connection.statement(Self.bodySQL).run([Value(acceptance.id)], borrowing: delivery.body, at: 2)
    }

    private static func acceptance(_ row: inout Row) throws(StoreError) -> Acceptance {
        let id: DeliveryID = row.id()
        let kind: Acceptance.Kind =
            switch row.integer() {
            case 0: .new
            case 1: .repeated
            default: .rerun
            }
        return Acceptance(id: id, kind: kind, state: try row.word(), ticket: row.optionalID(), job: row.optionalID())
    }

    private static let acceptSQL = """
        INSERT INTO deliveries (source, tracker, transport_key, event_name, headers, body_bytes, received_at, secret_index, is_healed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (transport_key) DO UPDATE SET
            repeats = repeats + 1,
            arrival = CASE state WHEN 'failed' THEN 2 ELSE 1 END,
            attempts = CASE state WHEN 'failed' THEN 0 ELSE attempts END,
            reason = CASE state WHEN 'failed' THEN NULL ELSE reason END,
            body_bytes = CASE
                WHEN state = 'failed' AND NOT EXISTS (SELECT 1 FROM delivery_bodies WHERE delivery = deliveries.id)
                THEN excluded.body_bytes ELSE body_bytes END,
            state = CASE state WHEN 'failed' THEN 'pending' ELSE state END
        RETURNING id, arrival, state, ticket, job
        """

    /// One that is run again may still have its first body, which stays.
    private static let bodySQL = """
        INSERT INTO delivery_bodies (delivery, body) VALUES (?, ?) ON CONFLICT (delivery) DO NOTHING
        """
}

/// Headers as one text: a JSON array of names and values in turn, so that order and repetition stay.
enum HeaderText {
    static func encode(_ headers: [HeaderField]) -> String {
        var out: [UInt8] = [UInt8(ascii: "[")]
        out.reserveCapacity(headers.reduce(2) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 })
        for (index, header) in headers.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            JSON.write(header.name, to: &out)
            out.append(UInt8(ascii: ","))
            JSON.write(header.value, to: &out)
        }
        out.append(UInt8(ascii: "]"))
        return String(decoding: out, as: UTF8.self)
    }

    static func decode(_ json: JSON) -> [HeaderField] {
        let texts = (json.array ?? []).compactMap(\.string)
        return stride(from: 0, to: texts.count - 1, by: 2).map { HeaderField(texts[$0], texts[$0 + 1]) }
    }
}
