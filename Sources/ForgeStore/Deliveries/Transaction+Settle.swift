// Writing what decoding decided: the outcome, its tickets, its jobs and what it tells of repositories, all or nothing.

import ForgeCore

extension Transaction {
    func settle(_ id: DeliveryID, _ settlement: Settlement) throws(StoreError) -> Settled? {
        guard var age = try ageOfPending(id) else { return nil }
        // More than a mention in passing: the event is about where a repository lives.
        if settlement.notices.count > 1 { age.isHealed = false }
        var settlement = settlement
        for notice in settlement.notices {
            try note(notice, age)
            if let (old, new) = try formerName(in: notice) { settlement.move(old, to: new) }
        }
        let tenant = if let own = settlement.tenant { own } else { try tenant(of: settlement.repository) }
        for subject in settlement.endedSubjects {
            let owned = JobSubject(tenant: tenant, repository: subject.repository, subject: subject.subject)
            try endSubject(owned, because: "the delivery \(id) ended it")
            try noteClosed(owned)
        }
        var settled = Settled()
        for work in settlement.tickets { try carryOut(work, tenant: tenant, delivery: id, into: &settled) }
        for var job in settlement.jobs {
            job.tenant = tenant
            try noteOpen(job)
            settled.jobs.append(try enqueue(job).job)
        }
        try write(settlement, tenant: tenant, settled, on: id)
        return settled
    }

    private func ageOfPending(_ id: DeliveryID) throws(StoreError) -> NoticeAge? {
        try connection.first("SELECT received_at, is_healed FROM deliveries WHERE id = ? AND state = 'pending'", [Value(id)]) { row in
            NoticeAge(receivedAt: row.moment(), isHealed: row.flag())
        }
    }

    private func carryOut(_ work: TicketWork, tenant: Tenant, delivery: DeliveryID, into settled: inout Settled) throws(StoreError) {
        let opened = try openTicket(work.draft, tenant: tenant, by: "delivery/\(delivery)")
        settled.tickets.append(opened)
        guard opened.isNew, var job = work.job else { return }
        job.tenant = tenant
        job.repository = work.draft.repository ?? "-"
        job.workKey += String(opened.id.number)
        job.subject = "ticket/\(opened.id)"
        job.payload = .object((job.payload.members ?? []).filter { $0.name != "ticket" } + [.init("ticket", JSON(opened.id.number))])
        settled.jobs.append(try enqueue(job).job)
    }

    private func write(_ settlement: Settlement, tenant: Tenant, _ settled: Settled, on id: DeliveryID) throws(StoreError) {
        let ticket = settled.tickets.first?.id
        let job = settled.jobs.first
        try connection.run(
            """
            UPDATE deliveries SET state = ?, reason = ?, event = ?, intent = ?, tenant = ?, repository = ?, ticket = ?, job = ? WHERE id = ?
            """,
            [
                Value(settlement.state), .text(settlement.reason), Value(settlement.event), Value(settlement.intent), Value(tenant),
                Value(settlement.repository), Value(ticket), Value(job), Value(id),
            ])
        let payload = JSON.object([
            .init("delivery", JSON(id.number)), .init("reason", .string(settlement.reason)), .init("event", JSON(settlement.event)),
            .init("intent", JSON(settlement.intent)), .init("ticket", JSON(ticket?.number)), .init("job", JSON(job?.number)),
        ])
        try append("deliveries", tenant, "delivery.\(settlement.state.rawValue)", payload.withoutNulls)
    }

    func replay(_ id: DeliveryID, by actor: String, scope: TenantScope) throws(StoreError) -> Delivery? {
        guard let before = try connection.delivery(id, scope: scope) else { return nil }
        guard before.body != nil else { throw .refused("replay delivery", "its body is no longer kept") }
        try connection.run("UPDATE deliveries SET state = 'pending', attempts = 0, reason = NULL WHERE id = ?", [Value(id)])
        let payload: JSON = ["delivery": .integer(id.number), "by": .string(actor), "was": .string(before.state.rawValue)]
        try append("audit", before.tenant, "delivery.replayed", payload)
        return try connection.delivery(id, scope: scope)
    }

    func recordRefusals(_ refusals: [Refusal], keep: Int) throws(StoreError) {
        for refusal in refusals {
            try connection.run(
                """
                INSERT INTO refusals (source, tracker, code, reason, remote_address, event_name, delivery_name, body_bytes, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    Value(refusal.source), Value(refusal.tracker), .text(refusal.code), .text(refusal.reason), .text(refusal.remoteAddress),
                    Value(refusal.eventName), Value(refusal.deliveryName), Value(refusal.bodyBytes), Value(refusal.at),
                ])
        }
        let oldest = "(SELECT id FROM refusals ORDER BY id DESC LIMIT 1 OFFSET ?)"
        try connection.run("DELETE FROM refusals WHERE id <= \(oldest)", [Value(max(0, keep))])
    }
}
