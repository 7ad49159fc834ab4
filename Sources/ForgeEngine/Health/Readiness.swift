// Can this service do its work? Each thing it depends on says so for itself, in a sentence that a person can act on.

package import ForgeCore

package enum ReadinessState: Hashable, Sendable {
    case ok(String)
    /// Works, but somebody should look.
    case degraded(String)
    /// Deliveries are lost or refused while this lasts.
    case failed(String)

    package var word: String {
        switch self {
        case .ok: "ok"
        case .degraded: "degraded"
        case .failed: "failed"
        }
    }

    package var sentence: String {
        switch self {
        case .ok(let text), .degraded(let text), .failed(let text): text
        }
    }
}

package struct ReadinessCheck: Sendable {
    package var name: String
    package var look: @Sendable () async -> ReadinessState

    package init(name: String, look: @escaping @Sendable () async -> ReadinessState) {
        self.name = name
        self.look = look
    }

    /// A real write, committed.
    package static func store(_ store: any MaintenanceStore) -> ReadinessCheck {
        ReadinessCheck(name: "store") {
            do throws(StoreError) {
                try await store.probe()
                return .ok("a write was committed")
            } catch {
                return .failed("deliveries cannot be stored: \(error.message)")
            }
        }
    }

    /// The door of one source: without a secret every delivery is refused.
    package static func secrets(of source: WatchedSource, count: Int, isOnlySource: Bool, key: String) -> ReadinessCheck {
        ReadinessCheck(name: "secrets:\(source.name)") {
            guard count == 0 else { return .ok(count == 1 ? "one secret" : "\(count) secrets, the newest first") }
            let sentence = "no secret is configured, so every delivery is refused: set \(key)"
            return isOnlySource ? .failed(sentence) : .degraded(sentence)
        }
    }

    /// Decoding keeps up.
    package static func backlog(_ store: any DeliveryStore, wall: WallClock, ageMax: Duration = .seconds(300)) -> ReadinessCheck {
        ReadinessCheck(name: "decoding") {
            do throws(StoreError) {
                guard let oldest = try await store.backlog().oldestPending else { return .ok("nothing waits") }
                let age = wall.now - oldest
                guard age > ageMax else { return .ok("the oldest waiting delivery is \(age.components.seconds) s old") }
                return .degraded("the oldest waiting delivery is \(age.components.seconds) s old: decoding does not keep up or is stuck")
            } catch {
                return .failed("the store cannot be read: \(error.message)")
            }
        }
    }
}

package struct ReadinessReport: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package var name: String
        package var state: ReadinessState
    }

    package var items: [Item]

    package var isReady: Bool {
        !items.contains { if case .failed = $0.state { true } else { false } }
    }

    package var json: JSON {
        let checks = items.map {
            JSON.object([
                .init("name", .string($0.name)), .init("state", .string($0.state.word)), .init("detail", .string($0.state.sentence)),
            ])
        }
        return ["schema": 1, "ready": .bool(isReady), "checks": .array(checks)]
    }
}

package struct Readiness: Sendable {
    private let checks: [ReadinessCheck]

    package init(_ checks: [ReadinessCheck]) { self.checks = checks }

    package func look() async -> ReadinessReport {
        var items: [ReadinessReport.Item] = []
        for check in checks { items.append(.init(name: check.name, state: await check.look())) }
        return ReadinessReport(items: items)
    }
}
