// Retention in memory: what is old goes, and each chain keeps a checkpoint for the rest to hang on.
package import ForgeCore

extension MemoryStore {
    package func sweep(_ retention: Retention, limit: Int) async throws(StoreError) -> Swept {
        try transact { state in
            var swept = Swept()
            state.sweepDeliveries(olderThan: state.now - retention.deliveries, limit: limit, &swept)
            state.sweepBodies(olderThan: state.now - retention.deliveryBodies, limit: limit, &swept)
            state.sweepJournal(olderThan: state.now - retention.audit, limit: limit, &swept)
            state.sweepAnswers(olderThan: state.now - retention.keptAnswers, limit: limit, &swept)
            state.sweepRuns(olderThan: state.now - retention.runs, limit: limit, &swept)
            state.sweepJobs(olderThan: state.now - retention.runs, limit: limit, &swept)
            state.sweepPullRequests(olderThan: state.now - retention.pullRequests, limit: limit, &swept)
            state.sweepBudgets(olderThan: state.now - retention.runs, limit: limit, &swept)
            return swept
        }
    }

    package func probe() async throws(StoreError) {
        try transact { _ in }
    }
}

extension MemoryState {
    fileprivate mutating func sweepDeliveries(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        let (removed, more) = deliveries.remove(limit) { $0.state != .pending && $0.receivedAt < moment }
        for delivery in removed { deliveryNumbers[delivery.transportKey] = nil }
        swept.deliveries = removed.count
        swept.isUnfinished = swept.isUnfinished || more
    }

    fileprivate mutating func sweepBodies(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        let old = deliveries.rows.filter { $0.state != .pending && $0.body != nil && $0.receivedAt < moment }
        for delivery in old.prefix(limit) { deliveries[delivery.id.number]?.body = nil }
        swept.bodies = min(limit, old.count)
        swept.isUnfinished = swept.isUnfinished || old.count > limit
    }

    fileprivate mutating func sweepJournal(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        let (removed, more) = journal.remove(limit) { $0.at < moment }
        for event in removed { chains[event.new.stream]?.checkpoint = Chain.Link(sequence: event.sequence, hash: event.hash) }
        swept.journalEvents = removed.count
        swept.isUnfinished = swept.isUnfinished || more
    }

    fileprivate mutating func sweepRuns(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        let (removed, more) = runs.remove(limit) { $0.state.isFinal && $0.updatedAt < moment }
        let gone = Set(removed.map(\.id))
        steps.removeAll { gone.contains($0.run) }
        findings.removeAll { gone.contains($0.run) }
        artifacts.removeAll { gone.contains($0.run) }
        swept.runs = removed.count
        swept.isUnfinished = swept.isUnfinished || more
    }

    fileprivate mutating func sweepJobs(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        let held = Set(runs.rows.compactMap(\.new.job))
        let (removed, more) = jobs.remove(limit) { $0.state.isFinished && $0.updatedAt < moment && !held.contains($0.id) }
        swept.jobs = removed.count
        swept.isUnfinished = swept.isUnfinished || more
    }

    fileprivate mutating func sweepPullRequests(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        let old = pullRequests.filter { $0.value.updatedAt < moment && $0.value.closedAt ?? moment < moment }.keys
        for key in old.prefix(limit) { pullRequests[key] = nil }
        swept.pullRequests = min(limit, old.count)
        swept.isUnfinished = swept.isUnfinished || old.count > limit
    }

    fileprivate mutating func sweepAnswers(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        let old = answers.filter { $0.value.at < moment }.keys
        for key in old.prefix(limit) { answers[key] = nil }
        swept.keptAnswers = min(limit, old.count)
        swept.isUnfinished = swept.isUnfinished || old.count > limit
    }
}
