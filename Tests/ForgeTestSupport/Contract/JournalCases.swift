// Promises of the journal: append-only, one chain per stream, read in one order. That a broken link is found cannot be shown through
// the port, which has no way to break one; each store's own tests show it.
import ForgeCore
import ForgeCrypto
import Testing

extension StoreContract {
    static let journalCases: [Case] = [
        Case("an event is kept whole, stamped by the store's clock, and comes back as it was answered") { scene in
            #expect(try await scene.store.lastJournalID() == nil)
            scene.clock.advance(by: .seconds(5))
            let new = NewJournalEvent(
                stream: "audit", tenant: tenant, kind: "thing.done",
                payload: ["z": 1, "a": [9_007_199_254_740_993, "\u{0}\u{1F528}", nil]])
            let event = try await scene.store.append(new)
            #expect(event.new == new && event.sequence == 1 && event.at == scene.now && event.previousHash == JournalEvent.genesis)
            #expect(try await scene.journal("audit") == [event])
            #expect(try await scene.store.lastJournalID() == event.id)
        },
        Case("each stream is a chain of its own, each link hashed over all its fields and the hash before") { scene in
            for index in 0..<12 {
                scene.clock.advance(by: .milliseconds(index))
                let owner: Tenant? = index % 4 == 0 ? nil : index % 4 == 1 ? .local : tenant
                _ = try await scene.store.append(
                    NewJournalEvent(stream: "s\(index % 3)", tenant: owner, kind: "k\(index)", payload: ["i": .integer(Int64(index))]))
            }
            for stream in ["s0", "s1", "s2"] {
                let events = try await scene.journal(stream)
                #expect(events.count == 4 && events.map(\.sequence) == [1, 2, 3, 4])
                try scene.expectChain(events)
            }
            #expect(try await scene.store.verifyJournal(stream: nil) == ChainReport(streams: 3, links: 12))
            #expect(try await scene.store.verifyJournal(stream: "s1") == ChainReport(streams: 1, links: 4))
        },
        Case("everything the store journals by itself hangs on the chains too") { scene in
            let work = TicketWork(scene.draft("a"), job: scene.newJob("fix/", kind: "remediate"))
            try await scene.settled("key", tickets: [work])
            let job = try #require(try await scene.claim(["remediate"]))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            try await scene.store.advanceRun(run, to: .planning, reason: nil, lease: job.lease)
            _ = try await scene.store.end(job.lease, .failed(error: "x", retryAfter: .zero))
            _ = try await scene.store.cancelJob(job.id, by: "alice", scope: .all)
            let all = try await scene.journal(nil)
            for events in Dictionary(grouping: all, by: \.new.stream).values { try scene.expectChain(events) }
            #expect(all.count == 7)
            #expect(try await scene.store.verifyJournal(stream: nil) == ChainReport(streams: 4, links: 7))
        },
        Case("the check tells the hash of the audit's last link") { scene in
            _ = try await scene.store.append(NewJournalEvent(stream: "s", kind: "k"))
            #expect(try await scene.store.verifyJournal(stream: nil).auditHead == nil)
            for kind in ["one", "two"] {
                let link = try await scene.store.append(NewJournalEvent(stream: "audit", kind: kind))
                #expect(try await scene.store.verifyJournal(stream: nil).auditHead == link.hash)
                #expect(try await scene.store.verifyJournal(stream: "audit").auditHead == link.hash)
            }
            #expect(try await scene.store.verifyJournal(stream: "s").auditHead == nil)
        },
        Case("events appended at once by many make unbroken chains") { scene in
            _ = try await atOnce(64) { index in
                try await scene.store.append(NewJournalEvent(stream: "s\(index % 4)", kind: "k\(index)"))
            }
            let all = try await scene.journal(nil)
            #expect(Set(all.map(\.new.kind)).count == 64)
            #expect(all.map(\.id) == all.map(\.id).sorted() && Set(all.map(\.id)).count == 64)
            for events in Dictionary(grouping: all, by: \.new.stream).values { try scene.expectChain(events) }
            #expect(try await scene.store.verifyJournal(stream: nil) == ChainReport(streams: 4, links: 64))
        },
        Case("the journal is read oldest first above a mark, up to a limit, all of it or one stream") { scene in
            var events: [JournalEvent] = []
            for index in 0..<9 { events.append(try await scene.store.append(NewJournalEvent(stream: "s\(index % 2)", kind: "k"))) }
            let read = { (after: JournalID?, stream: String?, limit: Int) in
                try await scene.store.journal(after: after, stream: stream, limit: limit, scope: .all)
            }
            #expect(try await read(nil, nil, 100) == events)
            #expect(try await read(nil, nil, 3) == Array(events[0..<3]))
            #expect(try await read(events[2].id, nil, 3) == Array(events[3..<6]))
            #expect(try await read(events[7].id, nil, 3) == [events[8]])
            #expect(try await read(events[8].id, nil, 3).isEmpty)
            #expect(try await read(events[2].id, "s1", 2) == [events[3], events[5]])
            #expect(try await read(nil, "s", 100).isEmpty, "a stream's name is not a prefix")
        },
        Case("an empty journal holds") { (scene) async throws in
            #expect(try await scene.store.verifyJournal(stream: nil) == ChainReport(streams: 0, links: 0))
            #expect(try await scene.journal(nil).isEmpty)
        },
    ]
}

extension StoreScene {
    /// Recomputes every hash of one stream, from its beginning.
    func expectChain(_ events: [JournalEvent], sourceLocation: SourceLocation = #_sourceLocation) throws {
        var previous = events.first?.previousHash
        for event in events {
            #expect(event.previousHash == previous, sourceLocation: sourceLocation)
            let text = JournalEvent.hashedText(
                event.new, payloadText: event.new.payload.text, sequence: event.sequence, at: event.at, previousHash: event.previousHash)
            #expect(event.hash == Hex.encode(SHA256.digest(text)), sourceLocation: sourceLocation)
            previous = event.hash
        }
        let sequences = events.map(\.sequence)
        let first = try #require(sequences.first)
        #expect(sequences == Array(first..<first + Int64(sequences.count)), sourceLocation: sourceLocation)
    }
}
