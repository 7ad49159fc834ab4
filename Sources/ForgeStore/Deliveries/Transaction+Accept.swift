// Taking a delivery in: the hot path. One insert decides whether it is new, a second one stores its body from where it lies in memory; each
// further index, and an answer by RETURNING, was measured to cost a tenth of all the rest.
// It has no savepoint and writes no journal: what can fail here is the disk, and then the whole group fails with it.

import ForgeCore

/// A delivery made ready for the writer on the task of whoever brought it.
struct IncomingDelivery: Sendable {
    let values: [Value]
    let body: [UInt8]
    let source: Source
    let tracker: String
    let transportKey: String
    let receivedAt: Timestamp

    init(_ delivery: NewDelivery) {
        source = delivery.source
        tracker = delivery.tracker ?? ""
        transportKey = delivery.transportKey
        receivedAt = delivery.receivedAt
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
        arrivals.note(delivery)
        let id = try numbers.next(on: connection)
        try connection.run(Self.insertSQL, [Value(id)] + delivery.values)
        guard connection.changes == 1 else { return try acceptAgain(delivery) }
        numbers.take(id)
        try insertBody(delivery.body, of: id)
        return Acceptance(id: id, kind: .new, state: .pending)
    }

    /// The key is taken: counts the repeat, and makes it pending again if it had failed. Its first body, if it is still there, stays.
    private func acceptAgain(_ delivery: IncomingDelivery) throws(StoreError) -> Acceptance {
        let key = [Value.text(delivery.transportKey)]
        let found = try connection.first(Self.knownSQL, key) { row throws(StoreError) in
            (acceptance: try Self.acceptance(&row), hasBody: row.flag())
        }
        guard let (known, hasBody) = found else {
            throw StoreError(code: .defect, call: "insert delivery", message: "it was neither inserted nor known")
        }
        guard known.state == .failed else {
            try connection.run("UPDATE deliveries SET repeats = repeats + 1 WHERE id = ?", [Value(known.id)])
            return known
        }
        try connection.run(Self.rerunSQL, [Value(hasBody ? nil : delivery.body.count), Value(known.id)])
        if !hasBody { try insertBody(delivery.body, of: known.id) }
        return Acceptance(id: known.id, kind: .rerun, state: .pending, ticket: known.ticket, job: known.job)
    }

    private func insertBody(_ body: [UInt8], of id: DeliveryID) throws(StoreError) {
        try connection.statement(Self.bodySQL).run([Value(id)], borrowing: body, at: 2)
    }

    private static func acceptance(_ row: inout Row) throws(StoreError) -> Acceptance {
        Acceptance(id: row.id(), kind: .repeated, state: try row.word(), ticket: row.optionalID(), job: row.optionalID())
    }

    private static let insertSQL = HotSQL(
        """
        INSERT INTO deliveries (id, source, tracker, transport_key, event_name, headers, body_bytes, received_at, secret_index, is_healed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (transport_key) DO NOTHING
        """)

    private static let bodySQL = HotSQL("INSERT INTO delivery_bodies (delivery, body) VALUES (?, ?)")

    private static let knownSQL = """
        SELECT id, state, ticket, job, EXISTS (SELECT 1 FROM delivery_bodies WHERE delivery = deliveries.id)
        FROM deliveries WHERE transport_key = ?
        """

    private static let rerunSQL = """
        UPDATE deliveries SET repeats = repeats + 1, state = 'pending', attempts = 0, reason = NULL, body_bytes = coalesce(?, body_bytes)
        WHERE id = ?
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
