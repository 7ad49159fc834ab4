// Settling a delivery in memory: the outcome, and all it leads to, in one transaction.
package import ForgeCore

extension MemoryStore {
    package func settle(_ id: DeliveryID, _ settlement: Settlement) async throws(StoreError) -> Settled? {
        try transact { state in
            guard var delivery = state.deliveries[id.number], delivery.state == .pending else { return nil }
            var settlement = settlement
            var age = NoticeAge(receivedAt: delivery.receivedAt, isHealed: delivery.isHealed)
            if settlement.notices.count > 1 { age.isHealed = false }
            for notice in settlement.notices {
                state.note(notice, age)
                if let (old, new) = state.formerName(in: notice) { settlement.move(old, to: new) }
            }
            let tenant = settlement.tenant ?? state.tenant(ofRepository: settlement.repository)
            let settled = state.carryOut(settlement, tenant: tenant)
            delivery.state = settlement.state
            delivery.reason = settlement.reason
            delivery.event = settlement.event
            delivery.intent = settlement.intent
            delivery.tenant = tenant
            delivery.repository = settlement.repository
            delivery.ticket = settled.tickets.first?.id
            delivery.job = settled.jobs.first
            state.deliveries[id.number] = delivery
            state.append(
                "deliveries", tenant, "delivery.\(settlement.state.rawValue)",
                ["delivery": .integer(id.number), "reason": .string(settlement.reason)])
            return settled
        }
    }
}

extension MemoryState {
    fileprivate mutating func carryOut(_ settlement: Settlement, tenant: Tenant) -> Settled {
        var settled = Settled()
        for subject in settlement.endedSubjects {
            endJobs { $0.tenant == tenant && $0.repository == subject.repository && $0.subject == subject.subject }
            noteClosed(now, subject.subject, HostPlaceName(tenant: tenant, repository: subject.repository))
        }
        for work in settlement.tickets {
            let opened = openTicket(work.draft, tenant: tenant, by: "intake")
            settled.tickets.append(opened)
            if opened.isNew, let job = work.job { settled.jobs.append(enqueue(due(job, for: opened.id, tenant: tenant)).job) }
        }
        for var job in settlement.jobs {
            job.tenant = tenant
            if job.kind == "review", let subject = job.subject {
                noteClosed(nil, subject, HostPlaceName(tenant: tenant, repository: job.repository))
            }
            settled.jobs.append(enqueue(job).job)
        }
        return settled
    }

    /// The job a new ticket is due, completed with the ticket's number, tenant and repository.
    private func due(_ job: NewJob, for ticket: TicketID, tenant: Tenant) -> NewJob {
        var due = job
        due.tenant = tenant
        due.repository = tickets[ticket.number]?.draft.repository ?? "-"
        due.workKey += ticket.description
        due.subject = "ticket/\(ticket)"
        due.payload = .object((job.payload.members ?? []) + [.init("ticket", .integer(ticket.number))])
        return due
    }

    func tenant(ofRepository name: String?) -> Tenant {
        repositories.last { $0.name.description.lowercased() == name?.lowercased() }?.tenant ?? .local
    }

    private mutating func move(_ old: RepositoryName, to new: RepositoryName, of tenant: Tenant) {
        guard old != new else { return }
        let (from, to) = (HostPlace(tenant: tenant, repository: old), HostPlace(tenant: tenant, repository: new))
        for job in jobs.rows where !job.state.isFinished && job.new.tenant == tenant && job.new.repository == old.description {
            jobs[job.id.number]?.new.repository = new.description
        }
        for run in runs.rows where run.new.tenant == tenant && run.new.repository == old.description {
            runs[run.id.number]?.new.repository = new.description
        }
        for (key, pull) in pullRequests where key.place == from {
            let moved = PullRequestKey(place: to, number: key.number)
            guard pullRequests[moved] == nil else { continue }
            pullRequests[key] = nil
            pullRequests[moved] = pull
            pullRequests[moved]?.state.key = moved
        }
        for (rule, count) in dismissals.removeValue(forKey: from) ?? [:] { dismissals[to, default: [:]][rule, default: 0] += count }
        moveBudgets(old.description, to: new.description, of: tenant)
    }

    private func known(_ host: String, _ number: Int64) -> KnownRepository? {
        repositories.first { $0.host == host && $0.number == number }
    }

    /// A name in it that its repository no longer has, and the one that it has now.
    fileprivate func formerName(in notice: RepositoryNotice) -> (old: String, new: String)? {
        guard case .seen(let host, let number, let name, let tenant) = notice, let known = known(host, number), known.tenant == tenant,
            known.name != name
        else { return nil }
        return (name.description, known.name.description)
    }

    private mutating func noteSeen(_ new: KnownRepository, isHealed: Bool) {
        if let known = known(new.host, new.number) {
            let isKnown = known.name == new.name && known.tenant == new.tenant
            guard !isKnown else { return }
            guard !isHealed, !(new.since < known.since && known.since <= now) else { return }
            if known.tenant == new.tenant { move(known.name, to: new.name, of: new.tenant) }
        }
        repositories.removeAll { $0.host == new.host && ($0.number == new.number || $0.name == new.name) }
        repositories.append(new)
    }

    fileprivate mutating func note(_ notice: RepositoryNotice, _ age: NoticeAge) {
        switch notice {
        case .seen(let host, let number, let name, let tenant):
            noteSeen(
                KnownRepository(host: host, number: number, name: name, tenant: tenant, since: age.receivedAt), isHealed: age.isHealed)
        case .renamed(let host, let number, let name):
            guard var renamed = known(host, number), !age.isOlder(than: renamed.since, at: now) else { return }
            move(renamed.name, to: name, of: renamed.tenant)
            renamed.name = name
            renamed.since = age.receivedAt
            repositories.removeAll { $0.host == host && ($0.number == number || $0.name == name) }
            repositories.append(renamed)
        case .removed(let host, let number): repositories.removeAll { $0.host == host && $0.number == number }
        case .installationRemoved(let tenant): repositories.removeAll { $0.tenant == tenant }
        case .installationSuspended: break
        case .installationActive(let tenant):
            for job in jobs.rows where job.state == .queued && job.new.tenant == tenant {
                if let due = job.new.notBefore, due > now { jobs[job.id.number]?.new.notBefore = now }
            }
        }
    }
}
