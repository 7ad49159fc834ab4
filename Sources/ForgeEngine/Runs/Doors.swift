// Installations that let nobody in at the moment. A hundred jobs may stand before one shut door: the log hears of it once, and once more when
// it is open again.

package import ForgeCore
import Synchronization

package final class Doors: Sendable {
    /// Forgotten all at once above so many installations.
    private static let countMax = 10_000

    private let shut = Mutex<Set<Tenant>>([])
    private let log: Log

    package init(log: Log) { self.log = log }

    package func noteShut(_ tenant: Tenant, because reason: String) {
        let isNew = shut.withLock { shut in
            if shut.count >= Self.countMax { shut.removeAll() }
            return shut.insert(tenant).inserted
        }
        guard isNew else { return }
        log.warning(
            "an installation lets nobody in; its jobs wait", [.init("tenant", .string(tenant.description)), .init("why", .string(reason))])
    }

    package func noteOpen(_ tenant: Tenant) {
        guard shut.withLock({ $0.remove(tenant) }) != nil else { return }
        log.info("an installation lets us in again", [.init("tenant", .string(tenant.description))])
    }

    /// What is to be done about an error now; one of a shut door is noted.
    package func failure(_ error: any Error, of job: Job, at now: Timestamp) -> RunFailure {
        let failure = RunFailure(error)
        if case .shut(let reason) = failure { noteShut(job.new.tenant, because: reason) }
        return failure.final(of: job, at: now)
    }
}
