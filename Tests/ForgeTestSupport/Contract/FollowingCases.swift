// Promises to whoever reads on from a mark: the live stream, a fold, the decoder. A row that becomes visible below a mark already passed
// would never be seen, so numbers must appear in their order, however many write at once.
import ForgeCore
import Synchronization
import Testing

extension StoreContract {
    static let followingCases: [Case] = [
        Case("who follows the journal while many append to it misses nothing") { scene in
            try await scene.follow(
                write: { _ = try await scene.store.append(NewJournalEvent(stream: "s\($0 % 3)", kind: "k\($0)")) },
                readOn: { (mark: JournalID?) in
                    try await scene.store.journal(after: mark, stream: nil, limit: 7, scope: .all).map { ($0.id, $0.new.kind) }
                })
        },
        Case("who follows the pending deliveries while many arrive misses none") { scene in
            try await scene.follow(
                write: { try await scene.accepted("k\($0)") },
                readOn: { (mark: DeliveryID?) in
                    try await scene.store.pendingDeliveries(after: mark, limit: 7).map { ($0.id, $0.transportKey) }
                })
        },
    ]
}

extension StoreScene {
    /// Eight writers write `k0` to `k127`; a reader reads on from the last it saw until there is no more to come.
    fileprivate func follow<ID: Sendable>(
        write: @escaping @Sendable (Int) async throws -> Void,
        readOn: @escaping @Sendable (ID?) async throws -> [(ID, String)], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let writers = 8
        let share = 16
        let finished = Mutex(0)
        let seen = try await atOnce(writers + 1) { index -> [String] in
            if index < writers {
                defer { finished.withLock { $0 += 1 } }
                for number in 0..<share { try await write(index * share + number) }
                return []
            }
            var names: [String] = []
            var mark: ID?
            while true {
                let isOver = finished.withLock { $0 } == writers
                let part = try await readOn(mark)
                names += part.map(\.1)
                mark = part.last?.0 ?? mark
                if isOver, part.isEmpty { return names }
                await Task.yield()
            }
        }.flatMap(\.self)
        #expect(seen.count == writers * share, sourceLocation: sourceLocation)
        #expect(Set(seen) == Set((0..<writers * share).map { "k\($0)" }), sourceLocation: sourceLocation)
    }
}
