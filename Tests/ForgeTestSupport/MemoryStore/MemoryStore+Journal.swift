// The journal in memory: one chain per stream, each link hashed over the one before.
package import ForgeCore
import ForgeCrypto

extension MemoryStore {
    package func append(_ event: NewJournalEvent) async throws(StoreError) -> JournalEvent {
        try transact { state in state.append(event) }
    }

    package func journal(
        after: JournalID?, stream: String?, limit: Int, scope: TenantScope
    ) async throws(StoreError) -> [JournalEvent] {
        try transact { state in
            let seen = state.journal.rows.lazy.filter { event in
                event.id.number > after?.number ?? 0 && stream ?? event.new.stream == event.new.stream && scope.allows(event.new.tenant)
            }
            return Array(seen.prefix(limit))
        }
    }

    package func lastJournalID() async throws(StoreError) -> JournalID? {
        try transact { state in state.journal.rows.last?.id }
    }

    package func verifyJournal(stream: String?) async throws(StoreError) -> ChainReport {
        try transact { state in
            let events = state.journal.rows.filter { stream ?? $0.new.stream == $0.new.stream }
            let streams = Dictionary(grouping: events, by: \.new.stream)
            var report = ChainReport(streams: streams.count, links: events.count)
            for name in state.chains.keys.sorted() where report.firstBreak == nil && stream ?? name == name {
                report.firstBreak = state.firstBreak(name, streams[name] ?? [])
            }
            if stream ?? "audit" == "audit" { report.auditHead = state.chains["audit"]?.last.hash }
            return report
        }
    }
}

extension MemoryState {
    mutating func append(_ stream: String, _ tenant: Tenant?, _ kind: String, _ payload: JSON) {
        _ = append(NewJournalEvent(stream: stream, tenant: tenant, kind: kind, payload: payload))
    }

    mutating func append(_ new: NewJournalEvent) -> JournalEvent {
        let start = Chain.Link(sequence: 0, hash: JournalEvent.genesis)
        var chain = chains[new.stream] ?? Chain(last: start, checkpoint: start)
        let event = journal.insert { number in
            var event = JournalEvent(
                id: JournalID(number), sequence: chain.last.sequence + 1, at: now, previousHash: chain.last.hash, hash: "", new: new)
            event.hash = event.expectedHash
            return event
        }
        chain.last = Chain.Link(sequence: event.sequence, hash: event.hash)
        chains[new.stream] = chain
        return event
    }

    /// The first link that does not hang on the one before, from the checkpoint to the last.
    fileprivate func firstBreak(_ stream: String, _ events: [JournalEvent]) -> ChainReport.Break? {
        guard let chain = chains[stream] else { return nil }
        var previous = chain.checkpoint
        for event in events {
            let isNext = event.sequence == previous.sequence + 1 && event.previousHash == previous.hash
            guard isNext, event.hash == event.expectedHash else {
                return ChainReport.Break(stream: stream, sequence: event.sequence, why: isNext ? "changed" : "does not follow")
            }
            previous = Chain.Link(sequence: event.sequence, hash: event.hash)
        }
        guard previous.hash == chain.last.hash else {
            return ChainReport.Break(stream: stream, sequence: previous.sequence + 1, why: "missing")
        }
        return nil
    }
}

extension JournalEvent {
    fileprivate var expectedHash: String {
        let text = Self.hashedText(new, payloadText: new.payload.text, sequence: sequence, at: at, previousHash: previousHash)
        return Hex.encode(SHA256.digest(text))
    }
}
