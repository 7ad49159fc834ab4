// Keeps what passed between Forge and a model, as artifacts of the run that it was for: each a transcript of one exchange, redacted, with the
// step it was for. It is stored as the exchange ends, well or not, before anything is made of it; a process that is killed in between leaves
// at most an artifact that no step names. What cannot be kept is told and keeps nobody from working: it must never cost an answer that is
// paid for.

package import ForgeCore
import ForgeCrypto
import Synchronization

package struct ExchangeRecorder: Sendable {
    /// A model that hands over each of its exchanges, redacted, as a transcript has it.
    package typealias Tap = @Sendable (_ model: any Model, _ keep: @escaping @Sendable (JSON) async -> Void) -> any Model

    private let store: any RunStore
    private let limits: ExchangeLimits
    private let metrics: Metrics
    private let log: Log
    private let tap: Tap

    package init(
        store: any RunStore, limits: ExchangeLimits = ExchangeLimits(), metrics: Metrics, log: Log, tap: @escaping Tap
    ) {
        self.store = store
        self.limits = limits
        self.metrics = metrics
        self.log = log.named("exchanges")
        self.tap = tap
    }

    /// - Parameter kept: is told the digest of each.
    func recording(_ model: any Model, for key: String, of journal: RunJournal, in kept: KeptExchanges) -> any Model {
        tap(model) { exchange in
            if let digest = await keep(exchange, key, journal) { kept.add(digest) }
        }
    }

    private func keep(_ exchange: JSON, _ key: String, _ journal: RunJournal) async -> String? {
        do throws(StoreError) {
            if !journal.keptSize.isKnown {
                journal.keptSize.begin(with: try await store.artifacts(of: journal.run, scope: .all))
            }
            let number = journal.keptSize.next()
            for form in ExchangeForm.allCases {
                let artifact = artifact(form.cut(exchange), number, key, journal)
                guard journal.keptSize.takes(artifact.bytes.count, within: limits[form]) else { continue }
                try await store.saveArtifact(artifact, run: journal.run, lease: journal.lease)
                count(form.rawValue)
                return artifact.digest
            }
            tell("an exchange with a model was not kept: its run has kept as much as it may", "none", key, journal)
        } catch {
            tell("an exchange with a model could not be kept: \(error.message)", "error", key, journal)
        }
        return nil
    }

    /// No two are alike, also when the same was asked and answered twice in one moment.
    private func artifact(_ exchange: JSON, _ number: Int, _ key: String, _ journal: RunJournal) -> Artifact {
        let place: [JSON.Member] = [
            .init("number", JSON(number)), .init("step", .string(key)), .init("at", JSON(journal.moment)),
        ]
        let bytes = (["schema": 1, "exchanges": .array([.object(place + (exchange.members ?? []))])] as JSON).utf8
        let kind = exchange["failure"] == nil ? ArtifactKind.exchange : ArtifactKind.failedExchange
        return Artifact(digest: Hex.encode(SHA256.digest(bytes)), kind: kind, mediaType: "application/json", bytes: bytes)
    }

    private func tell(_ what: String, _ form: String, _ key: String, _ journal: RunJournal) {
        count(form)
        log.warning(what, [.init("run", JSON(journal.run.number)), .init("step", .string(key))])
    }

    private func count(_ form: String) {
        metrics.counter("forge_exchanges_kept_total", "Exchanges with models that runs kept.", [.init("form", form)]).add()
    }
}

/// How much of an exchange is kept.
package enum ExchangeForm: String, Hashable, Sendable, CaseIterable {
    case whole
    /// What was asked, and how the answer came, are left out: a transcript plays all the same.
    case answer

    func cut(_ exchange: JSON) -> JSON {
        guard self == .answer else { return exchange }
        return .object((exchange.members ?? []).filter { !["request", "events"].contains($0.name) })
    }
}

/// What one run keeps of its exchanges. Every one brings its whole prompt along, so that those of a long run grow with its square.
package struct ExchangeLimits: Hashable, Sendable {
    /// Above it answers alone are kept. A review of a large change has about twenty exchanges of up to 500 kB.
    package var wholeBytesMax: Int
    /// Above it nothing more is kept: a transcript of all has to stay below what is read back as one, 64 MiB.
    package var bytesMax: Int

    package init(wholeBytesMax: Int = 16 << 20, bytesMax: Int = 48 << 20) {
        self.wholeBytesMax = wholeBytesMax
        self.bytesMax = bytesMax
    }

    subscript(form: ExchangeForm) -> Int {
        switch form {
        case .whole: wholeBytesMax
        case .answer: bytesMax
        }
    }
}

/// What a run has kept so far.
final class ExchangeTally: Sendable {
    private struct Sum {
        var count: Int
        var bytes: Int
    }

    private let sum = Mutex<Sum?>(nil)

    var isKnown: Bool { sum.withLock { $0 != nil } }

    /// Of two that ask at once, the first counts.
    func begin(with kept: [ArtifactSummary]) {
        let exchanges = kept.filter { ArtifactKind.isExchange($0.kind) }
        sum.withLock { sum in
            sum = sum ?? Sum(count: exchanges.count, bytes: exchanges.map(\.bytes).reduce(0, +))
        }
    }

    /// The number of the next exchange, from 1.
    func next() -> Int {
        sum.withLock { sum in
            let number = (sum?.count ?? 0) + 1
            sum?.count = number
            return number
        }
    }

    /// Whether there is room for so many more; they are counted then.
    func takes(_ bytes: Int, within limit: Int) -> Bool {
        sum.withLock { sum in
            guard let known = sum, known.bytes + bytes <= limit else { return false }
            sum?.bytes += bytes
            return true
        }
    }
}

/// What was kept for one step.
final class KeptExchanges: Sendable {
    private let digests = Mutex<[String]>([])

    func add(_ digest: String) { digests.withLock { $0.append(digest) } }

    /// The result with their digests. One that is no object can name none.
    func named(in result: JSON) -> JSON {
        let digests = digests.withLock { $0 }
        guard !digests.isEmpty, let members = result.members else { return result }
        return .object(members + [.init(Step.exchangesMember, .array(digests.map(JSON.string)))])
    }
}
